"""What risk does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Iterable

from services.risk.core import (
    latch,
    money,
    orders,
    reconciliation,
    scopes,
    submission,
    watch,
)
from services.risk.core.records import write_events
from services.risk.core.state import RiskState
from shared.commands import (
    HaltTrading,
    RearmBreaker,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
    Withdraw,
)
from shared.events.market import ClockAdvanced
from shared.events.oms import (
    CancelPending,
    CancelRefused,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAccepted,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderFilled,
    OrderFlagged,
    OrderProgressed,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderSubmitted,
    OrderSuspended,
    OrderTriggered,
    ReplacePending,
    ReplaceRefused,
)
from shared.events.portfolio import (
    AccountOpened,
    AccountValued,
    CashMoved,
    PositionAdjusted,
    PositionChanged,
)
from shared.messages import Command, Event
from shared.room import Room
from shared.table import At, Key
from shared.topics import RISK_INBOX

Told = (
    OrderSubmitted
    | OrderAccepted
    | OrderTriggered
    | OrderProgressed
    | OrderCanceled
    | OrderExpired
    | OrderRejected
    | CancelPending
    | ReplacePending
    | OrderDoneForDay
    | OrderSuspended
)


def on_submit_order(message: SubmitOrder, state: RiskState, at: At) -> list[Event]:
    """Judge an order; what is approved is reserved in the same step."""
    if not submission.is_consistent(message):
        text = "order_id, account_id and firm_id of the order are not its command's"
        return [latch.refused(message, "COMMAND_INVALID", text)]
    return _told(message, [submission.submit(message, state, at)], state, at)


def on_replace_order(message: ReplaceOrder, state: RiskState, at: At) -> list[Event]:
    """Judge what a replace adds."""
    return _told(message, [submission.replace(message, state, at)], state, at)


def on_withdraw(message: Withdraw, state: RiskState, at: At) -> list[Event]:
    """Judge money out."""
    return _told(message, [money.withdraw(message, state, at)], state, at)


def on_set_limits(message: SetLimits, state: RiskState, at: At) -> list[Event]:
    """Change limits."""
    return _told(message, scopes.set_limits(message, state, at), state, at)


def on_halt_trading(message: HaltTrading, state: RiskState, at: At) -> list[Event]:
    """Halt a scope."""
    return _told(message, scopes.halt(message, state, at), state, at)


def on_resume_trading(message: ResumeTrading, state: RiskState, at: At) -> list[Event]:
    """Resume a scope."""
    return _told(message, scopes.resume(message, state, at), state, at)


def on_rearm_breaker(message: RearmBreaker, state: RiskState, at: At) -> list[Event]:
    """Offer or confirm a re-arm."""
    return _told(message, latch.rearm(message, state, at), state, at)


def on_order_told(message: Told, state: RiskState, at: At) -> list[Event]:
    """Hold the order as OMS has it, or let it go."""
    orders.follow(message.state, state, at)
    return []


def on_order_restated(message: OrderRestated, state: RiskState, at: At) -> list[Event]:
    """The venue changed the order: its quantity, and by a split its prices."""
    orders.restated(message, state, at)
    return []


def on_order_filled(message: OrderFilled, state: RiskState, at: At) -> list[Event]:
    """The fill moves quantity and cash from the order to the book, in one step."""
    orders.follow(message.state, state, at, message.execution.quantity)
    orders.book(message.execution, state, message.seq)
    return _caught_up(message, state, at)


def on_execution_busted(message: ExecutionBusted, state: RiskState, at: At) -> list[Event]:
    """The venue took an execution back."""
    orders.unbook(message.execution, state, message.seq)
    orders.follow(message.state, state, at, -message.execution.quantity)
    return _caught_up(message, state, at)


def on_execution_corrected(message: ExecutionCorrected, state: RiskState, at: At) -> list[Event]:
    """Another execution stands in the place of one."""
    orders.unbook(message.previous, state, message.seq)
    orders.book(message.execution, state, message.seq)
    filled = message.execution.quantity - message.previous.quantity
    orders.follow(message.state, state, at, filled)
    return _caught_up(message, state, at)


def on_order_replaced(message: OrderReplaced, state: RiskState, at: At) -> list[Event]:
    """The replace succeeded."""
    orders.replaced(message, state, at)
    return []


def on_replace_refused(message: ReplaceRefused, state: RiskState, at: At) -> list[Event]:
    """The replace came to nothing; what lay under it shows again."""
    orders.replace_refused(message, state)
    return _uncovered(message, state, at)


def on_cancel_refused(message: CancelRefused, state: RiskState, at: At) -> list[Event]:
    """The cancel came to nothing: an order that was filled meanwhile has ended."""
    return _uncovered(message, state, at)


def _uncovered(message: ReplaceRefused | CancelRefused, state: RiskState, at: At) -> list[Event]:
    if message.state is not None:
        orders.follow(message.state, state, at)
    return []


def on_order_flagged(message: OrderFlagged, state: RiskState, at: At) -> list[Event]:
    """Something about an order a person must look at."""
    return _told(message, reconciliation.flagged(message, state, at), state, at)


def on_account_opened(message: AccountOpened, state: RiskState, at: At) -> list[Event]:
    """Know a new account."""
    money.open_account(message, state, at)
    return []


def on_cash_moved(message: CashMoved, state: RiskState, at: At) -> list[Event]:
    """Book cash that no fill explains."""
    money.move_cash(message, state)
    return []


def on_position_adjusted(message: PositionAdjusted, state: RiskState, at: At) -> list[Event]:
    """Book units that no fill explains."""
    account = money.known_account(message.account_id, state)
    delta = money.adjusted(message)
    orders.move_quantity(account, message.symbol, delta, None, None, state)
    reconciliation.shift(message.account_id, message.symbol, delta, state)
    return []


def on_position_changed(message: PositionChanged, state: RiskState, at: At) -> list[Event]:
    """Compare portfolio's book with ours; it moves nothing."""
    return _told(message, reconciliation.compare(message, state, at), state, at)


def on_account_valued(message: AccountValued, state: RiskState, at: At) -> list[Event]:
    """Let the breakers look at a valuation."""
    money.note_valued(message, state)
    return write_events(state, watch.measure(message, state, at), None, at)


def on_clock_advanced(message: ClockAdvanced, state: RiskState, at: At) -> list[Event]:
    """Take off halts whose time is up."""
    return _told(message, scopes.expire(state, at), state, at)


def _caught_up(
    message: OrderFilled | ExecutionBusted | ExecutionCorrected, state: RiskState, at: At
) -> list[Event]:
    told = reconciliation.catch_up(
        message.firm_id,
        message.execution.account_id,
        message.execution.symbol,
        message.seq,
        state,
        at,
    )
    return _told(message, told, state, at)


def _told(message: Command | Event, told: list[Event], state: RiskState, at: At) -> list[Event]:
    cause = message.command_id if isinstance(message, Command) else message.cause
    return write_events(state, told, cause, at)


# -- older rows that a handler may look at --------------------------------------------------------


def names_of_submit(message: SubmitOrder) -> Iterable[tuple[str, Key]]:
    """Are the client_order_ids used up?"""
    order = message.order
    for one in (order, *order.legs):
        yield "client_ids", (order.account_id, one.client_order_id)


def names_of_replace(message: ReplaceOrder) -> Iterable[tuple[str, Key]]:
    """The same of the replacing order."""
    wanted = message.client_order_id or message.command_id
    return (("client_ids", (message.account_id, wanted)),)


HANDLERS = {
    SubmitOrder: on_submit_order,
    ReplaceOrder: on_replace_order,
    Withdraw: on_withdraw,
    SetLimits: on_set_limits,
    HaltTrading: on_halt_trading,
    ResumeTrading: on_resume_trading,
    RearmBreaker: on_rearm_breaker,
    OrderSubmitted: on_order_told,
    OrderAccepted: on_order_told,
    OrderTriggered: on_order_told,
    OrderProgressed: on_order_told,
    OrderFilled: on_order_filled,
    OrderCanceled: on_order_told,
    OrderExpired: on_order_told,
    OrderRejected: on_order_told,
    CancelPending: on_order_told,
    CancelRefused: on_cancel_refused,
    ReplacePending: on_order_told,
    OrderReplaced: on_order_replaced,
    ReplaceRefused: on_replace_refused,
    OrderDoneForDay: on_order_told,
    OrderSuspended: on_order_told,
    OrderRestated: on_order_restated,
    ExecutionBusted: on_execution_busted,
    ExecutionCorrected: on_execution_corrected,
    OrderFlagged: on_order_flagged,
    AccountOpened: on_account_opened,
    CashMoved: on_cash_moved,
    PositionAdjusted: on_position_adjusted,
    PositionChanged: on_position_changed,
    AccountValued: on_account_valued,
    ClockAdvanced: on_clock_advanced,
}
NAMES = {SubmitOrder: names_of_submit, ReplaceOrder: names_of_replace}
ROOM = Room(
    name="risk",
    schema="risk",
    state=RiskState,
    handlers=HANDLERS,  # type: ignore[arg-type]
    names=NAMES,  # type: ignore[arg-type]
    order=(RISK_INBOX,),
)
