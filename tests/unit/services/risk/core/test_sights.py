"""Quick reading hides nothing from the journal."""

from __future__ import annotations

from services.risk.core.sights import RoomSights, Sights, quote_of, valuation_of
from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued
from shared.events.runtime import RoomAlive
from shared.table import Latest
from tests.builders import NOON


def quote(row: int, seconds: float = 0) -> QuoteUpdated:
    at = NOON.plus(int(seconds * 1_000_000))
    return QuoteUpdated(
        at=at, market_at=at, symbol="AIG", bid=1.0, bid_size=1.0, ask=2.0, ask_size=1.0, row=row,
        source="test",
    )  # fmt: skip


def alive(room: str, seconds: float) -> RoomAlive:
    at = NOON.plus(int(seconds * 1_000_000))
    return RoomAlive(at=at, market_at=at, room=room, process=room, partition=0)


def test_what_is_read_is_evidence_until_the_journal_has_it() -> None:
    latest, first = Latest(), quote(0)
    sights, sight = Sights(latest), quote_of("AIG")
    assert sights.read(sight) is None
    latest.set("AIG", first)
    assert sights.read(sight) is first
    assert latest.take_evidence() == [first]
    assert sights.read(sight) is first
    assert latest.take_evidence() == []


def test_evidence_that_was_dropped_is_given_again() -> None:
    latest, first = Latest(), quote(0)
    sights, sight = Sights(latest), quote_of("AIG")
    latest.set("AIG", first)
    sights.read(sight)
    latest.drop_evidence()
    assert sights.read(sight) is first
    assert latest.take_evidence() == [first]


def test_news_is_evidence_again() -> None:
    latest = Latest()
    sights, sight = Sights(latest), quote_of("AIG")
    for row in (0, 1):
        latest.set("AIG", quote(row, row))
        sights.read(sight)
        assert [seen.row for seen in latest.take_evidence()] == [row]
        sights.read(sight)


def test_rooms_are_alive_while_the_oldest_sign_is_fresh() -> None:
    latest = Latest()
    sights, rooms = Sights(latest), RoomSights(("oms/0", "portfolio/0", "venue.paper/0"))
    assert not rooms.are_alive(NOON, sights)
    for room, seconds in (("oms", 5.0), ("portfolio", 3.0), ("venue.paper", 4.0)):
        latest.set(f"{room}/0", alive(room, seconds))
    assert rooms.are_alive(NOON.plus(3_000_000), sights)
    assert not rooms.are_alive(NOON.plus(3_000_001), sights)


def test_every_new_sign_of_a_room_is_evidence() -> None:
    latest = Latest()
    sights, rooms = Sights(latest), RoomSights(("oms/0",))
    for seconds in (5.0, 6.0):
        latest.set("oms/0", alive("oms", seconds))
        assert rooms.are_alive(NOON, sights)
        assert len(latest.take_evidence()) == 1
        assert rooms.are_alive(NOON, sights)
        assert latest.take_evidence() == []


def test_sights_are_named_as_observations_are_kept() -> None:
    assert quote_of("AIG").name == (QuoteUpdated, "AIG")
    assert valuation_of("a").name == (AccountValued, "a")
