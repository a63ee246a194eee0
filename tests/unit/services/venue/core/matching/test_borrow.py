"""Short sales: who may, and how many."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.types import Side
from tests.builders import ACCOUNT
from tests.unit.services.venue.floor import Floor, kinds, quote

SELL: dict[str, Any] = {"side": Side.SELL}
OTHER = "22222222-2222-4222-8222-222222222222"


def a_floor(symbol: str, bought: int = 0, **terms: Any) -> Floor:
    floor = Floor()
    floor.terms(**terms)
    floor.ticks(quote(0, 10, 47.81, 47.82), symbol=symbol)
    if bought:
        floor.submit("bought", symbol=symbol, quantity=bought)
    return floor


def verdict(floor: Floor, order_id: str, **fields: Any) -> str:
    """ "filled", "accepted" or the reason of a rejection."""
    last = floor.submit(order_id, **{**SELL, **fields})[-1]
    return last.reason or str(last.kind)


def test_what_cannot_be_borrowed_is_sold_only_as_far_as_it_is_held() -> None:
    floor = a_floor("HARD", bought=100)
    hard = {"symbol": "HARD"}
    assert verdict(floor, "s1", quantity=101, **hard) == "HARD cannot be sold short"
    assert verdict(floor, "s2", quantity=100, **hard) == "filled"
    assert verdict(floor, "s3", quantity=1, **hard) == "HARD cannot be sold short"


def test_open_sells_count_and_end_to_count_when_they_are_canceled() -> None:
    floor = a_floor("HARD", bought=100)
    hard = {"symbol": "HARD", "limit_price": "50"}
    assert verdict(floor, "s1", quantity=60, **hard) == "accepted"
    assert verdict(floor, "s2", quantity=41, **hard) == "HARD cannot be sold short"
    assert verdict(floor, "s3", quantity=40, **hard) == "accepted"
    floor.cancel("c1", "s1", symbol="HARD")
    assert verdict(floor, "s4", quantity=60, **hard) == "accepted"


def test_a_replaced_sell_counts_once_and_its_fills_only_as_position() -> None:
    floor = a_floor("HARD", bought=100)
    floor.submit("s1", symbol="HARD", quantity=100, limit_price="50", **SELL)
    floor.ticks(quote(1, 11, 50, 50.01, bid_size=30), symbol="HARD")
    fields = {"symbol": "HARD", "limit_price": "51", **SELL}
    refused = floor.replace("s2", "s1", ms=1, quantity=101, **fields)
    assert refused[0].reason == "HARD cannot be sold short"
    assert kinds(floor.replace("s3", "s1", ms=1, quantity=100, **fields)) == ["replaced"]


def test_positions_follow_from_executions_and_outlive_a_restart() -> None:
    floor = a_floor("AIG", bought=100)
    floor.restart()
    floor.submit("sold", quantity=130, **SELL)
    assert floor.row("paper_positions", ACCOUNT, "AIG").quantity == -30


def test_a_buy_is_never_refused() -> None:
    assert verdict(a_floor("HARD"), "b1", symbol="HARD", side=Side.BUY) == "filled"


def test_the_pool_of_a_firm_is_shared_by_its_accounts() -> None:
    floor = a_floor("AIG", borrow={"AIG": Decimal(150)})
    assert verdict(floor, "s1", quantity=100) == "filled"
    assert (
        verdict(floor, "s2", account_id=OTHER, quantity=51) == "AIG: 151 to borrow, 150 in the pool"
    )
    assert verdict(floor, "s3", account_id=OTHER, quantity=50) == "filled"
    assert verdict(floor, "s4", firm_id="firm-2", account_id="a", quantity=150) == "filled"


def test_what_is_bought_back_is_in_the_pool_again() -> None:
    floor = a_floor("AIG", borrow={"*": Decimal(100)})
    assert verdict(floor, "s1", quantity=100) == "filled"
    assert verdict(floor, "s2", quantity=1) == "AIG: 101 to borrow, 100 in the pool"
    floor.submit("b1", quantity=40)
    assert verdict(floor, "s3", quantity=40) == "filled"


def test_shares_that_are_held_need_no_pool() -> None:
    floor = a_floor("AIG", bought=100, borrow={"AIG": Decimal(0)})
    assert verdict(floor, "s1", quantity=100) == "filled"
    assert verdict(floor, "s2", quantity=1) == "AIG: 1 to borrow, 0 in the pool"


def test_without_a_pool_short_sales_have_no_limit() -> None:
    floor = a_floor("AIG", borrow={"IBM": Decimal(0)})
    assert verdict(floor, "s1", quantity=400) == "filled"
