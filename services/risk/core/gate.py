"""The gate: every check runs, every violation is returned, in the order of `CHECKS`.

A verified exit (it only brings the position closer to zero, open exits counted) passes every rule
that limits new risk, and so does a replace that makes an order smaller. Numbers that are none, or
no usable price, leave out the checks that would reckon with them: others have denied by then.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from services.risk.core.checks.account_known import account_known
from services.risk.core.checks.algorithm_validity import algorithm_validity
from services.risk.core.checks.buying_power import buying_power
from services.risk.core.checks.child_validity import child_validity
from services.risk.core.checks.client_order_id_unused import client_order_id_unused
from services.risk.core.checks.command_age import command_age
from services.risk.core.checks.feature_validity import feature_validity
from services.risk.core.checks.fraction_validity import fraction_validity
from services.risk.core.checks.gross_exposure import gross_exposure
from services.risk.core.checks.instrument_known import instrument_known
from services.risk.core.checks.instrument_tradable import instrument_tradable
from services.risk.core.checks.legs_validity import legs_validity
from services.risk.core.checks.leverage import leverage
from services.risk.core.checks.limits_loaded import limits_loaded
from services.risk.core.checks.notional_validity import notional_validity
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
from services.risk.core.checks.time_in_force_validity import time_in_force_validity
from services.risk.core.checks.trading_state import trading_state
from services.risk.core.checks.valuation_age import valuation_age
from services.risk.core.children import is_like, parent_of
from services.risk.core.limits import Limits
from services.risk.core.screen import CAUGHT_UP, CLEAR, FREE, NOTHING, PLAIN, ROOMY, look
from services.risk.core.view import NO_BOOK, NO_REFERENCE, ChildView, View, is_sound
from shared.events.risk import Evidence
from shared.table import At
from shared.types import Order, Side, Time, Violation, normal

if TYPE_CHECKING:
    from services.risk.core.state import RiskState

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
    notional_validity,
    fraction_validity,
    time_in_force_validity,
    feature_validity,
    algorithm_validity,
    child_validity,
    legs_validity,
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
WITH_NUMBERS = WITH_PRICE | {
    fraction_validity,
    feature_validity,
    child_validity,
    legs_validity,
    order_quantity,
    shares_held,
    position_quantity,
}


def without(left_out: frozenset[Check]) -> tuple[Check, ...]:
    """CHECKS but for those."""
    return tuple(check for check in CHECKS if check not in left_out)


UNSOUND = without(WITH_NUMBERS)
UNPRICED = without(WITH_PRICE)
EXIT = without(NOT_FOR_EXITS)
EXIT_UNPRICED = without(NOT_FOR_EXITS | WITH_PRICE)


CLEARED_BY: dict[int, frozenset[Check]] = {
    CAUGHT_UP: frozenset(
        {
            account_known,
            limits_loaded,
            command_age,
            valuation_age,
            room_silence,
            trading_state,
            reference_price_valid,
        }
    ),
    PLAIN: frozenset(
        {
            instrument_known,
            instrument_tradable,
            order_validity,
            notional_validity,
            fraction_validity,
            time_in_force_validity,
            feature_validity,
            algorithm_validity,
            child_validity,
            legs_validity,
        }
    ),
    FREE: frozenset({client_order_id_unused, price_collar, open_orders, orders_per_second}),
    ROOMY: frozenset(
        {
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
"""What each stage of the quick look answers for. A check that is not in here always runs."""


def _left(passed: int) -> tuple[Check, ...]:
    cleared = [checks for stage, checks in CLEARED_BY.items() if passed & stage]
    return without(frozenset[Check]().union(*cleared))


LEFT = tuple(_left(passed) for passed in range(CLEAR + 1))
"""By the stages passed: the checks that an order of new risk still has to take."""


class Verdict(NamedTuple):
    """Approved where there is no violation."""

    violations: tuple[Violation, ...]
    exit: bool


APPROVED = Verdict((), exit=False)


def judge(order: Order, asked_at: Time, state: RiskState, at: At) -> Verdict:
    """Judge a new order by everything the gate sees of it."""
    passed = look(order, asked_at, state, at)
    if passed == CLEAR and not LEFT[CLEAR]:
        return APPROVED
    parent = None if order.parent_id is None else parent_of(order, state)
    if parent is not None and is_like(order, parent):
        return decide(order, ChildView(order, asked_at, state, at, parent), passed)
    return decide(order, View(order, asked_at, state, at), passed)


def decide(order: Order, view: View, passed: int = NOTHING) -> Verdict:
    """Judge an order by its view; `passed` are the stages of the quick look behind it."""
    limits = view.limits
    found: tuple[Violation, ...] = ()
    for check in checks_for(view, passed):
        violation = check(order, view, limits)
        if violation is not None:
            found = (*found, violation)
    return Verdict(found, view.is_exit)


def checks_for(view: View, passed: int = NOTHING) -> tuple[Check, ...]:
    """The checks that this order must take one by one."""
    if not view.is_sound:
        return UNSOUND
    if view.is_exit or view.is_smaller:
        return EXIT if view.fault is None else EXIT_UNPRICED
    return LEFT[passed] if view.reference.is_priced else UNPRICED


def evidence(order: Order, state: RiskState) -> Evidence:
    """The one live quote the decision looked at, and the numbers it led to."""
    book = state.books.accounts.get(order.account_id, NO_BOOK)
    reference = state.references.get(order.symbol, NO_REFERENCE)
    quote, is_buy = reference.quote, order.side is Side.BUY
    if quote is None:
        return Evidence(limits_version=book.limits.version)
    worst = None
    if reference.is_priced and is_sound(order):
        worst = normal(order.quantity * reference.unit_worst(order, is_buy))
    return Evidence(
        bid=quote.bid if isfinite(quote.bid) else None,
        ask=quote.ask if isfinite(quote.ask) else None,
        quote_at=quote.market_at,
        reference=reference.ask if is_buy else reference.bid,
        worst_notional=worst,
        buying_power=normal(book.buying_power),
        limits_version=book.limits.version,
    )
