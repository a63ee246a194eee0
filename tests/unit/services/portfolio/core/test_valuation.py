"""Marks: the middle of the last valid quote, else the last price known."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from services.portfolio.core.valuation import mark
from tests.builders import ACCOUNT
from tests.unit.services.portfolio.desk import Desk


def marked(bid: float, ask: float, symbol: str = "AIG") -> D | None:
    desk = Desk()
    desk.quote(symbol, bid, ask)
    return mark(desk.shard, symbol)


def test_a_position_is_marked_in_the_middle_of_bid_and_ask() -> None:
    assert marked(49.60, 49.61) == D("49.605")
    assert marked(50.0, 50.0) == D(50)


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        (0.0, 50.0),
        (50.0, 0.0),
        (50.01, 50.0),
        (-1.0, 1.0),
        (float("nan"), 50.0),
        (50.0, float("inf")),
    ],
)
def test_a_zero_crossed_or_broken_quote_marks_nothing(bid: float, ask: float) -> None:
    assert marked(bid, ask) is None


def test_an_instrument_that_we_do_not_know_has_no_mark() -> None:
    assert marked(1.0, 1.01, symbol="XYZ") is None


def test_without_a_quote_a_position_is_worth_its_last_trade_and_the_valuation_incomplete() -> None:
    desk = Desk()
    desk.fill("buy", "10", "50")
    desk.fill("buy", "10", "52")
    assert (desk.last.long_value, desk.last.complete) == (D(1040), False)
    assert desk.last.positions[0].price == D(52)
    desk.expect_identity()


def test_a_quote_that_breaks_leaves_the_last_mark_and_no_loss() -> None:
    """Bought at 10, marked at 20: a crossed quote must not look like a fall to 10."""
    desk = Desk()
    desk.fill("buy", "100", "10")
    desk.quote("AIG", 19.99, 20.01)
    assert (desk.tick().equity, desk.last.complete) == (D(101000), True)
    desk.quote("AIG", 21.0, 20.0)
    assert (desk.tick().equity, desk.last.complete) == (D(101000), False)
    assert desk.last.positions[0].price == D(20)
    row = desk.row("position_values", ACCOUNT, "AIG")
    assert (row.price, row.stale, row.unrealised) == (D(20), True, D(1000))
    desk.restart()
    assert desk.tick().equity == D(101000)


def test_the_peak_follows_equity_up_and_not_down() -> None:
    desk = Desk()
    desk.fill("buy", "100", "10")
    desk.quote("AIG", 19.99, 20.01)
    assert desk.tick().peak_equity == D(101000)
    desk.quote("AIG", 14.99, 15.01)
    assert (desk.tick().peak_equity, desk.last.equity) == (D(101000), D(100500))


def test_a_short_that_falls_is_a_profit() -> None:
    desk = Desk()
    desk.fill("sell", "100", "10")
    desk.quote("AIG", 7.99, 8.01)
    valued = desk.tick()
    assert (valued.short_value, valued.unrealised, valued.equity) == (D(-800), D(200), D(100200))
    assert valued.positions[0].quantity == D(-100)


def test_moves_that_cancel_each_other_are_written_all_the_same() -> None:
    desk = Desk()
    desk.quote("AIG", 9.99, 10.01)
    desk.quote("IBM", 19.99, 20.01)
    desk.fill("buy", "10", "10")
    desk.fill("buy", "10", "20", symbol="IBM")
    before = desk.tick()
    desk.quote("AIG", 10.99, 11.01)
    desk.quote("IBM", 18.99, 19.01)
    assert desk.tick().equity == before.equity
    assert desk.row("position_values", ACCOUNT, "IBM").price == D(19)
    assert desk.row("valuations", ACCOUNT).valued_at == desk.at.market


def test_positions_are_told_in_the_order_of_their_symbols() -> None:
    desk = Desk()
    for symbol in ("MSFT", "AIG", "IBM"):
        desk.fill("buy", "1", "1", symbol=symbol)
    assert [one.symbol for one in desk.tick().positions] == ["AIG", "IBM", "MSFT"]


def test_a_contract_of_a_hundred_is_worth_a_hundred_times_its_price() -> None:
    desk = Desk()
    desk.quote("OPT", 2.49, 2.51)
    (changed,) = desk.fill("buy", "3", "2.4", symbol="OPT")
    assert (changed.cost_basis, changed.average_price, changed.cash) == (D(720), D("2.4"), D(99280))
    assert (desk.last.long_value, desk.last.unrealised) == (D(750), D(30))
    desk.expect_identity()
