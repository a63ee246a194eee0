"""Which prices an order of each type has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.gateway.core.numbers import Raw
from services.gateway.core.problems import Problem
from services.gateway.core.terms import NEEDED, Prices, check_prices, prices_in
from services.gateway.core.wanted import StopLoss
from shared.instruments import Instrument
from shared.types import OrderType

AIG = Instrument(symbol="AIG")
FIVE = Decimal(5)
RIGHT = {
    OrderType.MARKET: Prices(),
    OrderType.LIMIT: Prices(limit_price=FIVE),
    OrderType.STOP: Prices(stop_price=FIVE),
    OrderType.STOP_LIMIT: Prices(stop_price=FIVE, limit_price=FIVE),
    OrderType.TRAILING_STOP: Prices(trail_percent=FIVE),
    OrderType.MARKET_IF_TOUCHED: Prices(stop_price=FIVE),
    OrderType.LIMIT_IF_TOUCHED: Prices(stop_price=FIVE, limit_price=FIVE),
}


@pytest.mark.parametrize("kind", list(OrderType))
def test_every_type_is_taken_with_its_own_prices(kind: OrderType) -> None:
    assert set(NEEDED) == set(RIGHT) == set(OrderType)
    check_prices(kind, RIGHT[kind], AIG)


@pytest.mark.parametrize(
    ("kind", "prices", "text"),
    [
        (OrderType.MARKET, Prices(limit_price=FIVE),
         "market orders require no stop or limit price"),
        (OrderType.MARKET, Prices(trail_price=FIVE), "market orders require no trail_price"),
        (OrderType.LIMIT, Prices(), "limit orders require a limit price"),
        (OrderType.LIMIT, Prices(limit_price=FIVE, stop_price=FIVE),
         "limit orders require no stop price"),
        (OrderType.STOP, Prices(), "stop orders require a stop price"),
        (OrderType.STOP, Prices(stop_price=FIVE, limit_price=FIVE),
         "stop orders require no limit price"),
        (OrderType.STOP_LIMIT, Prices(stop_price=FIVE), "stop_limit orders require a limit price"),
        (OrderType.STOP_LIMIT, Prices(limit_price=FIVE), "stop_limit orders require a stop price"),
        (OrderType.TRAILING_STOP, Prices(),
         "trailing_stop orders require a trail_price or a trail_percent"),
        (OrderType.TRAILING_STOP, Prices(trail_price=FIVE, trail_percent=FIVE),
         "only one of trail_price or trail_percent is accepted"),
        (OrderType.TRAILING_STOP, Prices(trail_price=FIVE, stop_price=FIVE),
         "trailing_stop orders require no stop price"),
        (OrderType.TRAILING_STOP, Prices(trail_percent=Decimal(100)),
         "trail_percent must be < 100"),
        (OrderType.TRAILING_STOP, Prices(trail_percent=Decimal("0.00005")),
         "trail_percent must be in steps of 0.0001"),
        (OrderType.MARKET_IF_TOUCHED, Prices(), "market_if_touched orders require a stop price"),
        (OrderType.LIMIT_IF_TOUCHED, Prices(stop_price=FIVE),
         "limit_if_touched orders require a limit price"),
        (OrderType.STOP, Prices(stop_price=Decimal("5.001")),
         "invalid stop_price 5.001. sub-penny increment does not fulfill minimum pricing criteria"),
        (OrderType.TRAILING_STOP, Prices(trail_price=Decimal("0.001")),
         "invalid trail_price 0.001."
         " sub-penny increment does not fulfill minimum pricing criteria"),
    ],
)  # fmt: skip
def test_a_price_too_many_too_few_or_off_the_tick_is_refused(
    kind: OrderType, prices: Prices, text: str
) -> None:
    with pytest.raises(Problem) as refused:
        check_prices(kind, prices, AIG)
    assert (refused.value.status, refused.value.message) == (422, text)


def test_a_per_cent_needs_no_tick() -> None:
    check_prices(OrderType.TRAILING_STOP, Prices(trail_percent=Decimal("0.1251")), AIG)


def test_prices_are_above_zero_and_named_by_where_they_stand() -> None:
    body = StopLoss(stop_price=Raw(b'"49.50"'), limit_price=Raw(b"49"))
    assert prices_in(body) == Prices(stop_price=Decimal("49.5"), limit_price=Decimal(49))
    wrong = StopLoss(stop_price=Raw(b"0"))
    with pytest.raises(Problem, match=r"^stop price must be > 0$"):
        prices_in(wrong)
    with pytest.raises(Problem, match=r"^stop_loss.stop_price must be > 0$"):
        prices_in(wrong, "stop_loss.")
