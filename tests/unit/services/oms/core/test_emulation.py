"""When an order that OMS keeps triggers: by prints, by quotes that leave no doubt, trailing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.oms.core.emulation import (
    Watch,
    first_watch,
    is_lacking,
    is_reached,
    see,
    trail_stop,
)
from shared.instruments import Instrument
from shared.types import OrderType, Side
from tests.builders import order
from tests.unit.services.venue.floor import Tick, at, batch, quote, trade

AIG = Instrument(symbol="AIG")
T = OrderType


def d(value: object) -> Decimal:
    return Decimal(str(value))


def stop(side: Side, kind: OrderType = T.STOP, price: object = 48, **fields: Any) -> Any:
    return order(side=side, type=kind, stop_price=d(price), **fields)


def triggered_ms(wanted: Any, *ticks: Tick, watch: Watch | None = None) -> float | None:
    seen = see(wanted, watch or first_watch(wanted), batch(*ticks), at(0), AIG)
    return None if seen.triggered_at is None else (seen.triggered_at - at(0)) / 1000


@pytest.mark.parametrize(
    ("wanted", "below", "there", "above"),
    [
        (stop(Side.BUY), None, 2.0, 2.0),
        (stop(Side.SELL), 2.0, 2.0, None),
        (stop(Side.BUY, T.STOP_LIMIT, limit_price=d(49)), None, 2.0, 2.0),
        (stop(Side.SELL, T.STOP_LIMIT, limit_price=d(47)), 2.0, 2.0, None),
        (stop(Side.BUY, T.MARKET_IF_TOUCHED), 2.0, 2.0, None),
        (stop(Side.SELL, T.MARKET_IF_TOUCHED), None, 2.0, 2.0),
        (stop(Side.BUY, T.LIMIT_IF_TOUCHED, limit_price=d(49)), 2.0, 2.0, None),
        (stop(Side.SELL, T.LIMIT_IF_TOUCHED, limit_price=d(47)), None, 2.0, 2.0),
    ],
)
def test_a_print_at_or_beyond_the_price_triggers_on_one_side_only(
    wanted: Any, below: float | None, there: float | None, above: float | None
) -> None:
    assert triggered_ms(wanted, trade(2, 47.99, 100)) == below
    assert triggered_ms(wanted, trade(2, 48.00, 100)) == there
    assert triggered_ms(wanted, trade(2, 48.01, 100)) == above


@pytest.mark.parametrize(
    ("side", "bid", "ask", "is_triggered"),
    [
        (Side.SELL, 47.98, 48.00, True),
        (Side.SELL, 47.98, 48.01, False),
        (Side.SELL, 1.00, 99.00, False),
        (Side.BUY, 48.00, 48.02, True),
        (Side.BUY, 47.99, 48.02, False),
        (Side.BUY, 1.00, 99.00, False),
    ],
)
def test_a_quote_triggers_a_stop_only_with_its_whole_spread(
    side: Side, bid: float, ask: float, is_triggered: bool
) -> None:
    assert (triggered_ms(stop(side), quote(3, 1, bid, ask)) is not None) is is_triggered


def test_ticks_that_are_not_younger_than_the_order_do_nothing() -> None:
    wanted = stop(Side.SELL)
    assert triggered_ms(wanted, trade(-1, 40, 100), trade(0, 40, 100)) is None
    assert triggered_ms(wanted, trade(0, 40, 100), trade(0.001, 40, 100)) == 0.001


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_tick_that_is_no_price_triggers_nothing(price: float) -> None:
    assert triggered_ms(stop(Side.SELL), trade(1, price, 100)) is None
    assert triggered_ms(stop(Side.BUY), trade(1, price, 100)) is None
    assert triggered_ms(stop(Side.SELL), quote(1, 1, price, 40.0)) is None


def test_a_crossed_quote_triggers_nothing() -> None:
    assert triggered_ms(stop(Side.SELL), quote(1, 1, 47.00, 46.00)) is None


def test_a_trailing_sell_follows_the_highest_print_and_triggers_at_its_trail() -> None:
    wanted = order(side=Side.SELL, type=T.TRAILING_STOP, trail_price=d(0.50))
    ticks = (trade(1, 48, 1), trade(2, 48.40, 1), trade(3, 48.10, 1), trade(4, 47.91, 1))
    seen = see(wanted, first_watch(wanted), batch(*ticks), at(0), AIG)
    assert seen == (Watch(d(47.90), d(48.40)), None)
    later = see(wanted, seen.watch, batch(trade(5, 47.90, 1)), at(0), AIG)
    assert later == (Watch(d(47.90), d(48.40)), at(5))


def test_a_trailing_buy_follows_the_lowest_print() -> None:
    wanted = order(side=Side.BUY, type=T.TRAILING_STOP, trail_price=d(0.50))
    seen = see(wanted, Watch(None), batch(trade(1, 48, 1), trade(2, 47.5, 1)), at(0), AIG)
    assert seen == (Watch(d(48), d(47.5)), None)
    assert triggered_ms(wanted, trade(3, 48, 1), watch=seen.watch) == 3


def test_a_trailing_stop_begins_at_its_side_of_the_quote_and_then_goes_by_prints() -> None:
    wanted = order(side=Side.SELL, type=T.TRAILING_STOP, trail_price=d(1))
    seen = see(wanted, Watch(None), batch(quote(1, 1, 48, 48.1), quote(2, 2, 49, 49.1)), at(0), AIG)
    assert seen == (Watch(d(47), d(48)), None)


@pytest.mark.parametrize(
    ("side", "percent", "hwm", "wanted"),
    [
        (Side.SELL, "2.5", "48.37", "47.16"),  # 48.37 * 0.975 = 47.16075
        (Side.BUY, "2.5", "48.37", "49.58"),  # 48.37 * 1.025 = 49.57925
        (Side.SELL, "1", "100", "99"),
    ],
)
def test_a_percentage_goes_onto_the_tick_away_from_the_market(
    side: Side, percent: str, hwm: str, wanted: str
) -> None:
    asked = order(side=side, type=T.TRAILING_STOP, trail_percent=d(percent))
    assert trail_stop(asked, d(hwm), AIG) == d(wanted)


def test_a_waiting_take_profit_is_touched_at_its_limit() -> None:
    wanted = order(side=Side.SELL, type=T.LIMIT, limit_price=d(49))
    assert first_watch(wanted) == Watch(d(49))
    assert is_reached(wanted, d(49), d(49), d(49)) and not is_reached(wanted, d(49), d(48), d(50))


def test_an_order_without_a_price_to_wait_for_waits() -> None:
    assert not is_reached(stop(Side.SELL), None, d(1), d(1))


def test_what_a_venue_lacks_depends_on_the_venue() -> None:
    assert is_lacking(stop(Side.SELL))
    assert not is_lacking(order(type=T.LIMIT, limit_price=d(1)))
    assert not is_lacking(stop(Side.SELL, venue="some broker"))
