"""How long an order is on its way."""

from __future__ import annotations

from statistics import mean

from services.venue.core.matching.latency import delay_us
from services.venue.core.matching.terms import ExchangeTerms
from tests.unit.services.venue.floor import Floor, fills, kinds, quote


def test_without_a_setting_an_order_is_there_at_once() -> None:
    assert delay_us("order-1", ExchangeTerms()) == 0


def test_without_jitter_every_order_takes_as_long() -> None:
    terms = ExchangeTerms(latency_us=1500)
    assert {delay_us(f"order-{n}", terms) for n in range(100)} == {1500}


def test_jitter_is_spread_evenly_and_follows_from_seed_and_id() -> None:
    terms = ExchangeTerms(latency_us=1000, latency_jitter_us=9, latency_seed=7)
    drawn = [delay_us(f"order-{n}", terms) for n in range(10_000)]
    assert set(drawn) == set(range(1000, 1010))
    assert abs(mean(drawn) - 1004.5) < 0.1
    assert drawn == [delay_us(f"order-{n}", terms) for n in range(10_000)]
    other = ExchangeTerms(latency_us=1000, latency_jitter_us=9, latency_seed=8)
    assert drawn != [delay_us(f"order-{n}", other) for n in range(10_000)]


def test_the_delay_of_an_order_does_not_change_between_releases() -> None:
    """blake2b-64 of "7/order-1" was computed apart, with b2sum -l 64."""
    terms = ExchangeTerms(latency_us=100, latency_jitter_us=999, latency_seed=7)
    assert delay_us("order-1", terms) == 100 + int("a73a8c2850acc73e", 16) % 1000


def test_an_order_meets_the_quote_in_force_when_it_arrives() -> None:
    floor = Floor()
    floor.terms(latency_us=5000)
    floor.ticks(quote(0, 10, 47.81, 47.82))
    assert kinds(floor.submit()) == ["accepted"]
    reports = floor.ticks(quote(4, 11, 47.84, 47.85), quote(6, 12, 47.9, 47.91))
    assert fills(reports) == [(100, 47.85, 5, 11)]


def test_a_replacement_is_on_its_way_as_long() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(limit_price="47.50")
    floor.terms(latency_us=5000)
    assert kinds(floor.replace("order-2", ms=1, limit_price="48")) == ["replaced"]
    reports = floor.ticks(quote(4, 11, 47.84, 47.85), quote(7, 12, 47.9, 47.91))
    assert fills(reports) == [(100, 47.85, 6, 11)]
