"""Which port a stack takes."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from plimsoll.embedded import ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_somebody_listens_on_is_not_free(taken: int) -> None:
    assert not ports.is_free(taken)
    assert not ports.reserve(taken)


def test_the_first_free_of_the_preferred_ports_is_taken(taken: int) -> None:
    free = ports.any_free()
    assert ports.choose(None, taken, free) == free


def test_without_a_preferred_port_a_free_one_outside_the_ephemeral_range_is_taken(
    taken: int,
) -> None:
    chosen = ports.choose(taken)
    assert ports.FREE_FIRST <= chosen <= ports.FREE_LAST < 32_768
    assert ports.is_free(chosen)


def test_two_choices_never_meet() -> None:
    chosen = [ports.any_free() for _ in range(50)]
    assert len(set(chosen)) == 50


def test_another_process_cannot_reserve_what_is_reserved_here() -> None:
    mine = ports.any_free()
    code = f"from plimsoll.embedded import ports; print(ports.reserve({mine}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False"
    assert ports.reserve(mine)
