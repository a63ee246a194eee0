"""What an order's body must be before anybody is asked: what needs no account is refused here.

The gate checks all of it again, for it is not only the gateway's.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from services.gateway.core.bodies import moment, text
from services.gateway.core.combinations import check_combinations
from services.gateway.core.exits import check_places
from services.gateway.core.instruments import check_quantity, named_instrument
from services.gateway.core.legs import CLIENT_ID_MAX, entry_prices, legs_of
from services.gateway.core.numbers import positive
from services.gateway.core.plans import algorithm_of
from services.gateway.core.problems import invalid
from services.gateway.core.terms import check_prices
from services.gateway.core.wanted import SIDES, Wanted, kind_of, word
from shared.events.market import QuoteUpdated
from shared.instruments import Instrument
from shared.types import ZERO, Account, Order, Time


def build(
    wanted: Wanted,
    account: Account,
    instruments: Mapping[str, Instrument],
    order_id: str,
    actor: str,
    at: Time,
    quotes: Mapping[str, QuoteUpdated],
) -> Order:
    """The order, whole, as it is posted at market time `at`; a VWAP may lack its curve. Raises
    Problem.
    """
    body = wanted.body
    instrument = named_instrument(body.symbol, instruments)
    side, kind = word(body.side, "side", SIDES), kind_of(wanted)
    quantity, notional = _amounts(wanted, instrument)
    legs = legs_of(body, kind.order_class, order_id, instrument)
    prices = entry_prices(body, kind.order_class)
    check_prices(kind.type, prices, instrument)
    order = Order(
        order_id=order_id,
        account_id=account.account_id,
        firm_id=account.firm_id,
        client_order_id=text(body.client_order_id, "client_order_id", CLIENT_ID_MAX) or order_id,
        symbol=instrument.symbol,
        side=side,
        quantity=quantity,
        **msgspec.structs.asdict(kind),
        **msgspec.structs.asdict(prices),
        notional=notional,
        extended_hours=bool(body.extended_hours),
        strategy=wanted.strategy,
        actor=actor,
        venue=account.venue,
        reduce_only=wanted.reduce_only,
        post_only=wanted.post_only,
        display_quantity=positive(wanted.display_quantity, "display_quantity"),
        expires_at=moment(wanted.expires_at, "expires_at") if wanted.expires_at else None,
        chain_id=order_id,
        legs=legs,
        algorithm=algorithm_of(wanted.algorithm, at) if wanted.algorithm else None,
    )
    check_combinations(order, instrument, at)
    check_places(order, instrument, quotes)
    return order


def _amounts(wanted: Wanted, instrument: Instrument) -> tuple[Decimal, Decimal | None]:
    """Quantity and notional; of a notional order the gate reckons the quantity."""
    name = wanted.quantity_name
    quantity = positive(wanted.quantity, name)
    notional = positive(wanted.body.notional, "notional")
    if notional is not None:
        if quantity is not None:
            raise invalid(f"only one of {name} or notional is accepted")
        if notional % CENT:
            raise invalid("notional must be in whole cents")
        return ZERO, notional
    if quantity is None:
        raise invalid(f"{name} is required")
    check_quantity(name, quantity, instrument)
    return quantity, None


CENT = Decimal("0.01")


def as_promised(order: Order, at: Time) -> dict[str, Any]:
    """The fields of a state of this order while nobody has said anything of it."""
    return {"order": order, "leaves_quantity": order.quantity, **dict.fromkeys(_TIMES, at)}


_TIMES = ("created_at", "submitted_at", "updated_at")
