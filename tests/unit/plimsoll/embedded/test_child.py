"""A program of ours cannot outlive us, keeps none of our descriptors, and tells how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

import pytest

from plimsoll.embedded import child
from plimsoll.embedded.child import Child, Command
from plimsoll.embedded.errors import EmbeddedError


def shell(script: str) -> Command:
    """A command that runs a script."""
    return Command(arguments=("/bin/sh", "-c", script))


def test_a_program_that_fails_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"initdb failed \(exit code 3") as caught:
        child.run("initdb", shell("echo no space left; exit 3"), tmp_path / "log")
    assert "no space left" in str(caught.value)


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="took more than 0 s"):
        child.run("slow", shell("exec sleep 60"), tmp_path / "log", timeout_s=0.2)


def test_only_what_it_has_said_since_its_start_is_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of the run before\n")
    one = Child("one", shell("echo of this run"), log)
    one.process.wait()
    assert one.tail() == "of this run"


def test_a_program_holds_none_of_the_callers_descriptors(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    one = Child("one", shell("ls -l /proc/self/fd >&1; exec sleep 60"), tmp_path / "log")
    try:
        held = {os.readlink(f"/proc/{one.pid}/fd/{n}") for n in os.listdir(f"/proc/{one.pid}/fd")}
        assert os.readlink(f"/proc/self/fd/{write_end}") not in held
    finally:
        one.kill()
        os.close(read_end)
        os.close(write_end)


def test_a_program_that_will_not_stop_is_ended_by_force(tmp_path: Path) -> None:
    one = Child("one", shell("trap '' TERM; echo set; while :; do sleep 1; done"), tmp_path / "log")
    while "set" not in one.tail():
        time.sleep(0.01)
    one.stop(grace_s=0.2)
    assert one.exit_code() == -signal.SIGKILL


def test_a_program_dies_with_the_one_that_started_it(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, pathlib, signal\n"
            "from plimsoll.embedded.child import Child, Command\n"
            "command = Command(arguments=('/bin/sleep', '60'))\n"
            "print(Child('one', command, pathlib.Path(sys.argv[1])).pid, flush=True)\n"
            "signal.pause()",
            str(tmp_path / "log"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    while "sleep" not in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]:
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and is_running(pid):
        time.sleep(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_the_log_of_a_running_program_is_emptied_in_time_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = f"head -c {child.LOG_BYTES_MAX} /dev/zero; echo; echo full; read x; echo on"
    one = Child("one", shell(f"mkfifo {tmp_path}/go; ({script}) < {tmp_path}/go"), log)
    (gate := open_when_there(tmp_path / "go")).flush()
    while "full" not in one.tail():
        time.sleep(0.01)
    one.trim_log()
    assert log.stat().st_size == 0
    with gate:
        gate.write("on\n")
    one.process.wait()
    assert one.tail() == "on"


def open_when_there(path: Path) -> TextIO:
    """The writing end of a pipe that somebody else makes."""
    while not path.exists():
        time.sleep(0.01)
    return path.open("w")


def test_a_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (child.LOG_BYTES_MAX + 1))
    Child("one", shell("echo new"), log).process.wait()
    assert log.read_text() == "new\n"
    assert (tmp_path / "log.1").stat().st_size == child.LOG_BYTES_MAX + 1
