"""What an approval reserves. (Stories of orders and replaces: test_handlers.)"""

from __future__ import annotations

import msgspec
import pytest

from services.risk.core.submission import is_consistent
from shared.table import Latest
from shared.types import OrderType, Side
from tests.builders import submit
from tests.unit.services.risk.desk import D, Desk, limit


def test_an_approval_reserves_order_and_id_in_the_same_step() -> None:
    desk = Desk()
    desk.submit("one", **limit("99.50"))
    row = desk.row("live_orders", "one")
    assert (row.quantity, row.price, row.exit) == (100, D("99.5"), False)
    assert desk.rows("client_ids")[0].client_order_id == "client-one"


def test_a_market_order_is_reserved_at_the_far_side_and_its_buffer() -> None:
    desk = Desk()
    desk.submit("one")
    assert desk.row("live_orders", "one").price == D("102.102")


def test_a_short_sale_is_reserved_at_what_buying_back_costs() -> None:
    desk = Desk()
    desk.submit("one", side=Side.SELL, **limit("90"))
    assert desk.row("live_orders", "one").price == D("100.1")


def test_a_stop_is_reserved_at_the_price_it_may_trade_at() -> None:
    desk = Desk()
    stop = {"type": OrderType.STOP, "quantity": D(10)}
    desk.submit("one", stop_price=D(110), **stop)
    desk.submit("two", stop_price=D(90), **stop)
    # at its stop and two per cent; below the ask it is a market order at once.
    assert desk.row("live_orders", "one").price == D("112.2")
    assert desk.row("live_orders", "two").price == D("102.102")


def test_an_exit_that_waits_is_reserved_without_a_quote_too() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.state.latest = Latest()
    stop = {"type": OrderType.STOP, "stop_price": D(90), "side": Side.SELL}
    assert desk.submit("out", **stop).exit
    assert desk.denied("again", **stop) != []


def test_a_denial_reserves_nothing() -> None:
    desk = Desk()
    desk.submit("one", quantity=D(10_000_000))
    assert desk.rows("live_orders") == desk.rows("client_ids") == []


def test_numbers_are_kept_in_plain_form() -> None:
    desk = Desk()
    verdict = desk.submit("one", quantity=D("1E+2"), **limit("99.50"))
    assert (str(verdict.order.quantity), str(verdict.order.limit_price)) == ("100", "99.5")


@pytest.mark.parametrize("field", ["command_id", "account_id", "firm_id"])
def test_a_command_and_its_order_are_of_one_owner(field: str) -> None:
    command = submit("one")
    assert is_consistent(command)
    assert not is_consistent(msgspec.structs.replace(command, **{field: "other"}))
