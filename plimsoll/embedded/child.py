"""A program run by us: started so that it cannot outlive us, logged to a file, stopped by pid."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.embedded.errors import EmbeddedError

LAUNCH = str(Path(__file__).with_name("launch.py"))
LOG_TAIL_BYTES = 4096
LOG_BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Command:
    """One program: what to run, where, as whom, and the signals that end it.

    `death_signal` is what the kernel sends when the process (the thread, strictly) that started it
    dies. The default cannot be ignored, so nothing is left behind; our servers and rooms survive it
    by design. `without_root` makes a root caller run the program as an ordinary user.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    directory: Path = Path("/")
    without_root: bool = False
    death_signal: signal.Signals = signal.SIGKILL
    stop_signal: signal.Signals = signal.SIGTERM

    def launched(self) -> list[str]:
        """The arguments with the launcher before them."""
        options: dict[str, int] = {"death_signal": self.death_signal, "parent": os.getpid()}
        if self.without_root:
            options |= user_options()
        return [sys.executable, "-I", "-S", LAUNCH, json.dumps(options), *self.arguments]


class Child:
    """One running program. Start it from a thread that lives as long as the program shall."""

    def __init__(self, name: str, command: Command, log: Path) -> None:
        self.name = name
        self.command = command
        self.log = log
        rotate(log)
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log_start = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command.launched(),
                env=dict(command.environment),
                cwd=command.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C on the terminal is for the supervisor alone
            )

    @property
    def pid(self) -> int:
        """The process id, that of the program itself."""
        return self.process.pid

    def exit_code(self) -> int | None:
        """None while it runs, else its exit code (negative: the signal that ended it)."""
        return self.process.poll()

    def signal_stop(self) -> None:
        """Ask it to stop; does not wait."""
        if self.exit_code() is None:
            self.process.send_signal(self.command.stop_signal)

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until it is gone."""
        if self.exit_code() is None:
            self.process.kill()
        self.process.wait()

    def await_exit(self, deadline: float) -> None:
        """Wait until it is gone; at `deadline` (monotonic seconds) end it by force."""
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()

    def stop(self, grace_s: float = 8.0) -> None:
        """Ask it to stop and wait; end it by force after `grace_s`."""
        self.signal_stop()
        self.await_exit(time.monotonic() + grace_s)

    def trim_log(self) -> None:
        """Keep its log from growing for ever while it runs."""
        if rotate(self.log):
            self.log_start = 0

    def tail(self) -> str:
        """The last lines it has logged since it was started."""
        return tail(self.log, self.log_start)


def run(name: str, command: Command, log: Path, timeout_s: float = 60.0) -> None:
    """Run a program to its end; an EmbeddedError with the end of its log when it fails."""
    child = Child(name, command, log)
    try:
        code = child.process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        child.kill()
        raise EmbeddedError(f"{name} took more than {timeout_s:.0f} s (see {log})") from None
    if code != 0:
        raise EmbeddedError(f"{name} failed (exit code {code}, see {log}):\n{child.tail()}")


def user_options() -> dict[str, int]:
    """Launcher options for a program that must not run as root and looks its user's name up."""
    if os.geteuid() == 0:
        entry = ordinary_user()
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return {"name_as": ordinary_user().pw_uid}
    return {}


def ordinary_user() -> pwd.struct_passwd:
    """A user without rights: nobody, or the last one in the user database."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not others:
        raise EmbeddedError("PostgreSQL cannot run as root, and this machine has no other user")
    return others[-1]


def tail(log: Path, start: int = 0) -> str:
    """The last few kilobytes of a log, not reaching back behind byte `start`."""
    if not log.exists():
        return ""
    with open(log, "rb") as handle:
        handle.seek(max(start, log.stat().st_size - LOG_TAIL_BYTES))
        return handle.read().decode(errors="replace").strip()


def rotate(log: Path) -> bool:
    """Keep a log from growing for ever: one older file beside it; whether it was too long.

    The log is copied and emptied, for a program that runs has it open (and appends to it).
    """
    if not log.exists() or log.stat().st_size <= LOG_BYTES_MAX:
        return False
    with suppress(OSError):  # a full disk: then the older lines are lost, not the newer ones
        shutil.copyfile(log, log.with_suffix(log.suffix + ".1"))
    os.truncate(log, 0)
    return True
