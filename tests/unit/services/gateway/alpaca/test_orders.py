"""Orders and assets in Alpaca's closed words."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from alpaca.trading.enums import AssetExchange, OrderType, TimeInForce
from alpaca.trading.enums import OrderStatus as AlpacaStatus
from alpaca.trading.models import Asset
from alpaca.trading.models import Order as AlpacaOrder

from services.gateway.alpaca import orders
from shared.instruments import Instrument
from shared.types import OrderStatus
from tests.builders import NOON
from tests.builders import order as order_of
from tests.fakes.gateway_world import state_of

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
