"""What `client_order_id_unused` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.client_order_id_unused import client_order_id_unused
from shared.types import Side
from tests.unit.services.risk.desk import Desk


def test_a_new_id_passes_and_a_used_one_does_not() -> None:
    desk = Desk()
    assert desk.check(client_order_id_unused) is None
    desk.submit("one", client_order_id="mine")
    told = desk.submit("two", client_order_id="mine").violations[0]
    assert (told.code, told.value) == ("CLIENT_ORDER_ID_USED", "mine")
    assert told.message == "client_order_id must be unique"


def test_an_empty_id_is_denied() -> None:
    assert Desk().denied("one", client_order_id="") == ["CLIENT_ORDER_ID_USED"]


def test_two_of_one_batch_cannot_both_have_it() -> None:
    desk = Desk()
    first, second = (desk.judge(order_id=name, client_order_id="mine") for name in ("a", "b"))
    assert first[2].violations == second[2].violations == ()
    desk.submit("a", client_order_id="mine")
    assert desk.denied("b", client_order_id="mine") == ["CLIENT_ORDER_ID_USED"]


def test_a_verified_exit_needs_an_unused_id_too() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.submit("one", symbol="IBM", client_order_id="mine")
    exit_order = {"side": Side.SELL, "client_order_id": "mine"}
    assert desk.denied("out", **exit_order) == ["CLIENT_ORDER_ID_USED"]
