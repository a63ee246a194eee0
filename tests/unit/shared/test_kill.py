"""The points at which a test kills a process: parsed, counted, deadly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from shared.kill import KillPoint


def test_a_process_dies_by_sigkill_when_it_reaches_its_point_for_the_nth_time() -> None:
    script = (
        "from shared.kill import KillPoint\n"
        "kill = KillPoint('oms', 'risk:K1:1,oms:K3:2')\n"
        "for point in ('K1', 'K3', 'K2', 'K3', 'K3'):\n"
        "    print(point, kill.is_next(point), flush=True)\n"
        "    kill.reached(point)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == -9
    assert done.stdout.split("\n") == ["K1 False", "K3 False", "K2 False", "K3 True", ""]


def test_a_process_stops_at_its_point_and_goes_on_when_it_is_told_to() -> None:
    script = (
        "from shared.kill import KillPoint\n"
        "kill = KillPoint('oms', 'oms:K5:2:stop')\n"
        "for turn in range(3):\n"
        "    kill.reached('K5')\n"
        "    print(turn, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as one:
        _, status = os.waitpid(one.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGSTOP
        one.send_signal(signal.SIGCONT)
        assert one.communicate(timeout=10)[0] == "0\n1\n2\n"
    assert one.returncode == 0


def test_without_a_point_for_this_room_nothing_happens() -> None:
    for text in ("", "risk:K3:1", "venue.paper:K3:1,risk:K5:1"):
        kill = KillPoint("oms", text)
        assert not kill.is_next("K3")
        kill.reached("K3")


@pytest.mark.parametrize(
    "text",
    [
        *("oms", "oms:K3", "oms:K9:1", "oms:K3:0", "oms:K3:x", "oms:K3:-1", "oms:K3:1,oms"),
        *("oms:K3:1:", "oms:K3:1:halt", "oms:K3:1:stop:2"),
    ],
)
def test_a_text_that_names_no_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="PLIMSOLL_KILL_AT"):
        KillPoint("oms", text)
