"""A block becomes batches, prints and points."""

from __future__ import annotations

from services.market_data.core.batches import Trade, by_symbol, lines, tick_batch, trades
from services.market_data.core.block import joined
from shared.types import Time
from tests.unit.services.market_data.ticks import block

NAMES = ("AIG", "IBM")


def test_a_block_is_taken_apart_by_symbol_in_order() -> None:
    whole = joined([block([(1, 10.0), (1, 11.0), (3, 12.0)]), block([(2, 20.0)], symbol=1)])
    parts = list(by_symbol(whole, NAMES))
    assert [part.symbol for part in parts] == ["AIG", "IBM"]
    assert parts[0].ordinal == [0, 1, 0]
    batch = tick_batch(parts[0], "test", "run", Time(9), Time(5))
    assert (batch.kind, batch.time_us, batch.bid) == ("qqq", [1, 1, 3], [10.0, 11.0, 12.0])
    assert (batch.at, batch.market_at) == (9, 5)


def test_a_long_block_is_cut_between_two_times_and_each_part_says_how_far_it_goes() -> None:
    whole = block([(1, 1.0), (2, 2.0), (2, 3.0), (2, 4.0), (5, 5.0)])
    parts = list(by_symbol(whole, NAMES, ticks_max=2))
    batches = [tick_batch(part, "test", "run", Time(9), Time(7)) for part in parts]
    assert [batch.time_us for batch in batches] == [[1, 2, 2, 2], [5]]
    assert [batch.market_at for batch in batches] == [2, 7]
    assert batches[0].ordinal == [0, 0, 1, 2]


def test_prints_are_the_trades_of_a_symbol() -> None:
    whole = joined([block([(1, 10.0)]), block([(2, 10.5)], trade=True)])
    (one,) = by_symbol(whole, NAMES)
    assert list(trades(one)) == [Trade("AIG", 2, 10.5, 100.0, True)]


def test_points_of_one_microsecond_are_a_nanosecond_apart() -> None:
    whole = joined([block([(7, 10.0), (7, 11.0)]), block([(8, 10.5)], trade=True)])
    (one,) = by_symbol(whole, NAMES)
    batch = tick_batch(one, "replay", "r", Time(9), Time(9))
    assert lines(batch).split("\n") == [
        "quotes,run=r,source=replay,symbol=AIG "
        "bid=10.0,bid_size=100.0,ask=10.01,ask_size=100.0 7000",
        "quotes,run=r,source=replay,symbol=AIG "
        "bid=11.0,bid_size=100.0,ask=11.01,ask_size=100.0 7001",
        "trades,run=r,source=replay,symbol=AIG price=10.5,size=100.0 8000",
    ]
