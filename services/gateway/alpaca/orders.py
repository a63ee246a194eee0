"""Our orders in Alpaca's words. Its enums are closed: never a word that they do not have.

A leg that waits is `held`; what else OMS keeps itself (stops, the parents of algorithms) is `new`,
as at a venue that has such orders. The parent of an algorithm is shown as the order it would be
without one, with what its children have filled; each child is an order of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.gateway.core.instruments import asset_id, step
from services.gateway.core.numbers import plain, plain_or_none
from shared.ids import derived_id
from shared.instruments import Instrument
from shared.types import OrderState, OrderStatus, OrderType, Time, TimeInForce

HELD = "held"
STATUSES = {status: str(status) for status in OrderStatus} | {OrderStatus.DENIED: "rejected"}
TYPES = {kind: str(kind) for kind in OrderType} | {
    OrderType.MARKET_IF_TOUCHED: "stop",
    OrderType.LIMIT_IF_TOUCHED: "stop_limit",
}
TIMES_IN_FORCE = {one: str(one) for one in TimeInForce} | {TimeInForce.GTD: "gtc"}
US_EQUITY = "us_equity"
EXCHANGES = frozenset(
    ("AMEX", "ARCA", "ASCX", "BATS", "NYSE", "NASDAQ", "NYSEARCA", "OTC", "CRYPTO", "")
)


def order(state: OrderState, legs: Sequence[OrderState] = ()) -> dict[str, Any]:
    """An Order object; every key is there. `qty` of a notional order is null."""
    wanted = state.order
    kind = TYPES[wanted.type]
    ended = state.failed_at
    if state.status is OrderStatus.DENIED and ended is None:
        ended = state.updated_at
    return {
        "id": wanted.order_id,
        "client_order_id": wanted.client_order_id,
        "created_at": str(state.created_at),
        "updated_at": str(state.updated_at),
        "submitted_at": str(state.submitted_at),
        "filled_at": time_or_none(state.filled_at),
        "expired_at": time_or_none(state.expired_at),
        "expires_at": time_or_none(wanted.expires_at),
        "canceled_at": time_or_none(state.canceled_at),
        "failed_at": time_or_none(ended),
        "replaced_at": time_or_none(state.replaced_at),
        "replaced_by": state.replaced_by,
        "replaces": wanted.replaces,
        "asset_id": asset_id(wanted.symbol),
        "symbol": wanted.symbol,
        "asset_class": US_EQUITY,
        "notional": plain_or_none(wanted.notional),
        "qty": plain(wanted.quantity) if wanted.notional is None else None,
        "filled_qty": plain(state.cum_quantity),
        "filled_avg_price": plain(state.average_price) if state.cum_quantity else None,
        "order_class": wanted.order_class,
        "order_type": kind,
        "type": kind,
        "side": str(wanted.side),
        "time_in_force": TIMES_IN_FORCE[wanted.time_in_force],
        "limit_price": plain_or_none(wanted.limit_price),
        "stop_price": plain_or_none(stop_price(state)),
        "status": HELD if is_waiting(state) else STATUSES[state.status],
        "extended_hours": wanted.extended_hours,
        "legs": [order(leg) for leg in legs] or None,
        "trail_percent": plain_or_none(wanted.trail_percent),
        "trail_price": plain_or_none(wanted.trail_price),
        "hwm": plain_or_none(state.hwm),
    }


def is_waiting(state: OrderState) -> bool:
    """Whether an order is a leg that its venue has not seen yet."""
    is_leg = state.order.parent_id is not None
    return is_leg and state.held and state.status is OrderStatus.NEW


def stop_price(state: OrderState) -> Decimal | None:
    """The stop of an order; of a trailing one, where it stands now."""
    return state.order.stop_price if state.stop_price is None else state.stop_price


def time_or_none(time: Time | None) -> str | None:
    """RFC 3339, or None."""
    return None if time is None else str(time)


def uuid_text(given: str) -> str:
    """The same id where it is a UUID, else one made from it."""
    try:
        return str(UUID(given))
    except ValueError:
        return derived_id("execution", given)


def asset(one: Instrument) -> dict[str, Any]:
    """An Asset object."""
    return {
        "id": asset_id(one.symbol),
        "class": US_EQUITY,
        "exchange": exchange(one),
        "symbol": one.symbol,
        "name": one.name,
        "status": "active" if one.tradable else "inactive",
        "tradable": one.tradable,
        "marginable": True,
        "shortable": one.shortable,
        "easy_to_borrow": one.shortable,
        "fractionable": one.fractionable,
        "min_order_size": plain(step(one)),
        "min_trade_increment": plain(step(one)),
        "price_increment": plain(one.tick),
        "maintenance_margin_requirement": None,
        "attributes": [],
    }


def exchange(one: Instrument | None) -> str:
    """The listing exchange, where Alpaca has a word for it."""
    return one.exchange if one is not None and one.exchange in EXCHANGES else ""


def shown(instruments: Mapping[str, Instrument]) -> list[Instrument]:
    """The instruments that this format can show."""
    return [one for one in instruments.values() if one.asset_class == US_EQUITY]
