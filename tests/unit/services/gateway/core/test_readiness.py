"""When a stack is ready."""

from __future__ import annotations

from services.gateway.core.readiness import Readiness
from shared.events.runtime import RoomAlive
from shared.types import SECOND_US, Time
from tests.builders import NOON

ROOMS = ("risk", "oms", "venue.paper", "portfolio")


def alive(room: str, partition: int, at: Time = NOON) -> RoomAlive:
    return RoomAlive(at=at, market_at=at, room=room, process=room, partition=partition)


def heard(partitions: int = 2) -> Readiness:
    readiness = Readiness(partitions)
    readiness.on_clock(NOON)
    readiness.feed = "replay"
    for room in ROOMS:
        for number in range(partitions):
            readiness.on_alive(alive(room, number))
    return readiness


def test_ready_is_every_shard_of_every_room_within_three_seconds() -> None:
    report = heard().report(NOON.plus(3 * SECOND_US), NOON, True)
    assert report == {
        "ready": True,
        "rooms": dict.fromkeys(("market_data", *ROOMS), 3000),
        "database": True,
        "market_time": "2013-10-09T16:00:00Z",
        "feed": "replay",
    }


def test_one_silent_shard_is_a_silent_room() -> None:
    readiness = heard()
    for room in ROOMS:
        readiness.on_alive(alive(room, 0, NOON.plus(SECOND_US)))
    readiness.on_clock(NOON.plus(SECOND_US))
    report = readiness.report(NOON.plus(3 * SECOND_US + 1000), NOON, True)
    assert report["ready"] is False
    assert report["rooms"]["oms"] == 3001
    assert report["rooms"]["market_data"] == 2001


def test_a_room_that_was_never_heard_has_no_age() -> None:
    readiness = Readiness(1)
    readiness.on_alive(alive("risk", 0))
    assert readiness.age_ms("risk", NOON) == 0
    assert readiness.age_ms("oms", NOON) is None


def test_without_database_or_feed_it_is_not_ready() -> None:
    assert heard().report(NOON, NOON, False)["ready"] is False
    readiness = heard()
    readiness.feed = None
    assert readiness.report(NOON, None, True)["ready"] is False


def test_an_older_sign_of_life_changes_nothing() -> None:
    readiness = heard(1)
    readiness.on_alive(alive("oms", 0, Time(0)))
    assert readiness.age_ms("oms", NOON) == 0
