"""What `room_silence` denies, and what it lets pass."""

from __future__ import annotations

import pytest

from services.risk.core.checks.room_silence import room_silence
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import Desk

ROOMS = ("oms", "portfolio", "venue.paper")


def test_rooms_that_were_heard_within_the_limit_pass() -> None:
    desk = Desk()
    desk.wait(3)
    assert desk.check(room_silence) is None


@pytest.mark.parametrize("silent", ROOMS)
def test_one_silent_room_denies_and_is_named(silent: str) -> None:
    desk = Desk()
    desk.wait(3.001)
    desk.alive(*(room for room in ROOMS if room != silent))
    told = desk.check(room_silence)
    assert told is not None
    assert (told.code, told.scope, told.value) == ("ROOM_SILENT", f"room::{silent}/3", "3001")


def test_a_room_that_speaks_again_passes() -> None:
    desk = Desk()
    desk.wait(10)
    desk.alive()
    assert desk.check(room_silence) is None


def test_the_same_room_in_another_partition_says_nothing() -> None:
    desk = Desk()
    desk.state.partition = 4
    assert desk.state.books.of(ACCOUNT).rooms is not None
    names = [sight.name[1] for sight in desk.state.books.of(ACCOUNT).rooms.sights]
    assert names == ["oms/3", "portfolio/3", "venue.paper/3"]
