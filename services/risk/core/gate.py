"""The gate: every check runs, every violation is returned, in the order of `CHECKS`.

A verified exit (it only brings the position closer to zero, open exits counted) passes every rule
that limits new risk, and so does a replace that makes an order smaller. Numbers that are none, or
no usable price, leave out the checks that would reckon with them: others have denied by then.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import isfinite
from typing import NamedTuple

from services.risk.core.checks.account_known import account_known
from services.risk.core.checks.buying_power import buying_power
from services.risk.core.checks.client_order_id_unused import client_order_id_unused
from services.risk.core.checks.command_age import command_age
from services.risk.core.checks.gross_exposure import gross_exposure
from services.risk.core.checks.instrument_known import instrument_known
from services.risk.core.checks.instrument_tradable import instrument_tradable
from services.risk.core.checks.leverage import leverage
from services.risk.core.checks.limits_loaded import limits_loaded
from services.risk.core.checks.open_orders import open_orders
from services.risk.core.checks.order_notional import order_notional
from services.risk.core.checks.order_quantity import order_quantity
from services.risk.core.checks.order_validity import order_validity
from services.risk.core.checks.orders_per_second import orders_per_second
from services.risk.core.checks.position_notional import position_notional
from services.risk.core.checks.position_quantity import position_quantity
from services.risk.core.checks.price_collar import price_collar
from services.risk.core.checks.reference_price_valid import reference_price_valid
from services.risk.core.checks.room_silence import room_silence
from services.risk.core.checks.shares_held import shares_held
from services.risk.core.checks.trading_state import trading_state
from services.risk.core.checks.valuation_age import valuation_age
from services.risk.core.limits import Limits
from services.risk.core.screen import has_room, is_caught_up, is_plain
from services.risk.core.view import View
from shared.events.risk import Evidence
from shared.types import Order, Violation

Check = Callable[[Order, View, Limits], Violation | None]

CHECKS: tuple[Check, ...] = (
    account_known,
    limits_loaded,
    command_age,
    valuation_age,
    room_silence,
    trading_state,
    instrument_known,
    instrument_tradable,
    reference_price_valid,
    order_validity,
    client_order_id_unused,
    order_quantity,
    order_notional,
    price_collar,
    shares_held,
    buying_power,
    position_quantity,
    position_notional,
    gross_exposure,
    leverage,
    open_orders,
    orders_per_second,
)
NOT_FOR_EXITS = frozenset(
    {
        limits_loaded,
        command_age,
        valuation_age,
        room_silence,
        trading_state,
        instrument_tradable,
        reference_price_valid,
        order_quantity,
        order_notional,
        shares_held,
        buying_power,
        position_quantity,
        position_notional,
        gross_exposure,
        leverage,
        open_orders,
        orders_per_second,
    }
)
"""The rules that limit new risk."""
WITH_PRICE = frozenset(
    {order_notional, price_collar, buying_power, position_notional, gross_exposure, leverage}
)
WITH_NUMBERS = WITH_PRICE | {order_quantity, shares_held, position_quantity}


def without(left_out: frozenset[Check]) -> tuple[Check, ...]:
    """CHECKS but for those."""
    return tuple(check for check in CHECKS if check not in left_out)


UNSOUND = without(WITH_NUMBERS)
UNPRICED = without(WITH_PRICE)
EXIT = without(NOT_FOR_EXITS)
EXIT_UNPRICED = without(NOT_FOR_EXITS | WITH_PRICE)


CLEARED_BY = {
    is_caught_up: frozenset(
        {
            account_known,
            limits_loaded,
            command_age,
            valuation_age,
            room_silence,
            trading_state,
            client_order_id_unused,
            open_orders,
            orders_per_second,
        }
    ),
    is_plain: frozenset({instrument_known, instrument_tradable, order_validity, price_collar}),
    has_room: frozenset(
        {
            reference_price_valid,
            order_quantity,
            order_notional,
            shares_held,
            buying_power,
            position_quantity,
            position_notional,
            gross_exposure,
            leverage,
        }
    ),
}
"""What each quick look answers for. A check that is not in here runs on every order."""


def _left(*clear: bool) -> tuple[Check, ...]:
    cleared = [by for by, is_clear in zip(CLEARED_BY.values(), clear, strict=True) if is_clear]
    return without(frozenset().union(*cleared))


LEFT = {clear: _left(*clear) for clear in product((False, True), repeat=3)}
"""(caught up, plain, has room) -> the checks that still have to run."""
ALL_CLEAR = LEFT[True, True, True]


class Verdict(NamedTuple):
    """Approved where there is no violation."""

    violations: tuple[Violation, ...]
    exit: bool


NOTHING: tuple[Violation, ...] = ()
CLEAR = Verdict(NOTHING, exit=False)


def decide(order: Order, view: View) -> Verdict:
    """Judge one order by everything the gate sees of it."""
    limits = view.limits
    checks = checks_for(order, view, limits)
    if not checks:  # new risk, and clear in every way
        return CLEAR
    found = NOTHING
    for check in checks:
        violation = check(order, view, limits)
        if violation is not None:
            found = (*found, violation)
    return Verdict(found, view.is_exit)


def checks_for(order: Order, view: View, limits: Limits) -> tuple[Check, ...]:
    """The checks that this order must take one by one."""
    if not view.is_sound:
        return UNSOUND
    if view.is_exit or view.is_smaller:
        return EXIT if view.fault is None else EXIT_UNPRICED
    if view.fault is not None:
        return CHECKS if view.reference.is_priced else UNPRICED
    caught_up, plain = is_caught_up(order, view, limits), is_plain(order, view, limits)
    room = has_room(order, view, limits)
    return ALL_CLEAR if caught_up and plain and room else LEFT[caught_up, plain, room]


def evidence(order: Order, view: View) -> Evidence:
    """The one live quote the decision looked at, and the numbers it led to."""
    reference, quote = view.reference, view.reference.quote
    if quote is None:
        return Evidence(limits_version=view.limits.version)
    has_worst = view.is_sound and reference.is_priced
    return Evidence(
        bid=quote.bid if isfinite(quote.bid) else None,
        ask=quote.ask if isfinite(quote.ask) else None,
        quote_at=quote.market_at,
        reference=reference.ask if view.is_buy else reference.bid,
        worst_notional=view.worst if has_worst else None,
        buying_power=view.book.buying_power,
        limits_version=view.limits.version,
    )
