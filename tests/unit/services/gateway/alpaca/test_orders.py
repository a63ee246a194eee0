"""Orders and assets in Alpaca's closed words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from alpaca.trading.enums import AssetExchange, OrderType, TimeInForce
from alpaca.trading.enums import OrderStatus as AlpacaStatus
from alpaca.trading.models import Asset
from alpaca.trading.models import Order as AlpacaOrder

from services.gateway.alpaca import orders
from shared.instruments import Instrument
from shared.types import Algorithm, OrderClass, OrderState, OrderStatus
from shared.types import OrderType as Type
from tests.builders import NOON
from tests.builders import order as order_of
from tests.fakes.gateway_world import state_of

OTHER = "44444444-4444-4444-8444-444444444444"
ID = "33333333-3333-4333-8333-333333333333"
KEYS = {
    *("id", "client_order_id", "created_at", "updated_at", "submitted_at", "filled_at"),
    *("expired_at", "expires_at", "canceled_at", "failed_at", "replaced_at", "replaced_by"),
    *("replaces", "asset_id", "symbol", "asset_class", "notional", "qty", "filled_qty"),
    *("filled_avg_price", "order_class", "order_type", "type", "side", "limit_price"),
    *("stop_price", "time_in_force", "status", "extended_hours", "legs", "trail_percent"),
    *("trail_price", "hwm"),
}


def test_every_key_of_an_order_is_there_and_money_is_text() -> None:
    shown = orders.order(state_of(order_of(ID, limit_price=Decimal("49.50"))))
    assert set(shown) == KEYS
    assert (shown["qty"], shown["limit_price"], shown["filled_qty"]) == ("100", "49.5", "0")
    assert shown["filled_avg_price"] is None
    assert shown["submitted_at"] == "2013-10-09T16:00:00Z"
    assert AlpacaOrder(**shown).id == UUID(ID)


def leg(**fields: Any) -> OrderState:
    order = order_of(OTHER, parent_id=ID, order_class=OrderClass.BRACKET)
    return state_of(order, **{"status": OrderStatus.NEW, **fields})


def test_legs_are_whole_orders_inside_their_entry_and_held_while_they_wait() -> None:
    entry = state_of(order_of(ID, order_class=OrderClass.BRACKET))
    parsed = AlpacaOrder(**orders.order(entry, [leg(held=True), leg()]))
    assert parsed.legs is not None
    assert [one.status for one in parsed.legs] == [AlpacaStatus.HELD, AlpacaStatus.NEW]
    assert parsed.order_class.value == "bracket"


def test_a_leg_that_has_ended_shows_how() -> None:
    assert orders.order(leg(held=True, status=OrderStatus.CANCELED))["status"] == "canceled"


def test_a_stop_that_we_keep_is_new_and_a_trailing_one_shows_where_it_stands() -> None:
    trailing = order_of(ID, type=Type.TRAILING_STOP, trail_percent=Decimal("2.50"))
    state = state_of(
        trailing,
        status=OrderStatus.NEW,
        held=True,
        hwm=Decimal("50.00"),
        stop_price=Decimal("48.75"),
    )
    shown = orders.order(state)
    assert (shown["status"], shown["type"], shown["trail_percent"]) == (
        "new",
        "trailing_stop",
        "2.5",
    )
    assert (shown["hwm"], shown["stop_price"]) == ("50", "48.75")


def test_a_notional_order_has_no_qty_and_what_it_filled() -> None:
    state = state_of(
        order_of(ID, notional=Decimal(500), quantity=Decimal("10.079")),
        cum_quantity=Decimal("10.079"),
        average_price=Decimal("49.61"),
    )
    shown = orders.order(state)
    assert (shown["qty"], shown["notional"], shown["filled_qty"]) == (None, "500", "10.079")


def test_the_parent_of_an_algorithm_is_shown_as_the_order_it_would_be_without_one() -> None:
    plan = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(1))
    state = state_of(order_of(ID, algorithm=plan), status=OrderStatus.NEW, held=True)
    shown = orders.order(state)
    assert (shown["type"], shown["status"], shown["order_class"]) == ("market", "new", "simple")
    assert set(shown) == KEYS


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_of_ours_has_a_word_in_the_closed_enum(status: OrderStatus) -> None:
    shown = orders.order(state_of(order_of(ID), status=status))
    assert AlpacaStatus(shown["status"])


def test_a_denial_that_is_shown_is_rejected_and_failed() -> None:
    shown = orders.order(state_of(order_of(ID), status=OrderStatus.DENIED))
    assert (shown["status"], shown["failed_at"]) == ("rejected", str(NOON))


def test_types_and_times_in_force_stay_inside_the_closed_enums() -> None:
    assert all(OrderType(word) for word in orders.TYPES.values())
    assert all(TimeInForce(word) for word in orders.TIMES_IN_FORCE.values())
    assert {AssetExchange(word).value for word in orders.EXCHANGES} == orders.EXCHANGES


def test_an_exchange_that_alpaca_has_no_word_for_is_left_out() -> None:
    shown = orders.asset(Instrument(symbol="VOD", exchange="LSE"))
    assert shown["exchange"] == ""
    assert Asset(**shown).symbol == "VOD"


def test_other_asset_classes_are_hidden() -> None:
    known = {
        "AIG": Instrument(symbol="AIG"),
        "ES": Instrument(symbol="ES", asset_class="future"),
    }
    assert [one.symbol for one in orders.shown(known)] == ["AIG"]


def test_an_id_that_is_no_uuid_becomes_one_always_the_same() -> None:
    assert orders.uuid_text(ID) == ID
    assert UUID(orders.uuid_text("paper-17"))
    assert orders.uuid_text("paper-17") == orders.uuid_text("paper-17")
