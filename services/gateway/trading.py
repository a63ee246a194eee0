"""Orders: submit, cancel, replace. One door for both formats, the same as everybody's.

The answer to a POST is the order as its first event on `oms.orders` gives it, approved and denied
alike. Where none comes in time the client is promised the order (`pending_new`): that is written
down, so that a later denial shows as `rejected`.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import msgspec

from services.gateway.asking import (
    ACK_S,
    Asking,
    command_id_of,
    elapsed_since,
    is_done,
    refused,
)
from services.gateway.core.bodies import body_hash, change_hash
from services.gateway.core.changes import Changes, changed
from services.gateway.core.curves import curve_of, no_curve, windows
from services.gateway.core.keys import ApiKey
from services.gateway.core.orders import as_promised, build
from services.gateway.core.problems import (
    Problem,
    conflict,
    denied,
    not_found,
    unknown_outcome,
    unprocessable,
)
from services.gateway.core.wanted import Wanted
from services.gateway.hub import on
from services.gateway.metrics import ANSWER_SECONDS, ANSWERS
from services.gateway.ports import Found, Unavailable, Volumes
from shared.clock import monotonic_s, wall_now
from shared.commands import CancelOrder, ReplaceOrder, SubmitOrder
from shared.events.oms import CancelRefused, OrderReplaced, ReplacePending, ReplaceRefused
from shared.events.risk import CommandRefused, OrderDenied, ReplaceDenied
from shared.instruments import Instrument
from shared.messages import Event
from shared.topics import OMS_INBOX, OMS_ORDERS, RISK_INBOX
from shared.types import Account, Algorithm, Order, OrderState, OrderStatus, Time

ENDED = (
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
    OrderStatus.REPLACED,
    OrderStatus.EXPIRED,
    OrderStatus.REJECTED,
    OrderStatus.DENIED,
)
TOTAL_S = 0.95
SAME = (
    *("symbol", "side", "type", "time_in_force", "notional", "extended_hours", "order_class"),
    *("limit_price", "stop_price", "trail_price", "trail_percent", "strategy", "reduce_only"),
    *("post_only", "display_quantity", "expires_at", "legs"),
)


class Trading:
    """Everything about orders that changes something."""

    def __init__(
        self, asking: Asking, instruments: dict[str, Instrument], volumes: Volumes
    ) -> None:
        self._asking, self.instruments, self._volumes = asking, instruments, volumes

    async def submit(
        self,
        key: ApiKey,
        account: Account,
        wanted: Wanted,
        raw: bytes,
        idempotency_key: str | None = None,
    ) -> OrderState:
        """Send an order through the gate: the order, or Problem with every violation."""
        order_id = command_id_of(account.account_id, idempotency_key)
        hub = self._asking.hub
        order = build(
            wanted, account, self.instruments, order_id, key.owner, hub.market_at, hub.quotes
        )
        hashed = None
        if idempotency_key:
            hashed = body_hash(raw)
            if await self._asking.is_repeated("risk", order_id, hashed):
                return await self._stored(order_id)
        return await self._ask(key, await self._with_curve(order), hashed)

    async def _with_curve(self, order: Order) -> Order:
        """The same order; a VWAP without a curve gets that of the days before. Raises Problem."""
        plan = order.algorithm
        if plan is None or plan.name != "vwap" or plan.curve:
            return order
        try:
            bars = await self._volumes.minutes(order.symbol, windows(plan))
        except Unavailable as error:
            raise no_curve(str(error)) from None
        plan = msgspec.structs.replace(plan, curve=curve_of(plan, bars))
        return msgspec.structs.replace(order, algorithm=plan)

    async def _ask(self, key: ApiKey, order: Order, hashed: str | None) -> OrderState:
        began, asking = monotonic_s(), self._asking
        command = SubmitOrder(
            **asking.whose(key, order.firm_id, order.account_id),
            command_id=order.order_id,
            body_hash=hashed,
            order=order,
        )
        with asking.hub.expect(order.order_id, on(OMS_ORDERS)) as answer:
            acked = await asking.hand_over(RISK_INBOX, asking.partition(order.firm_id), command)
            await is_done(answer, asking.answer_s)
        ANSWER_SECONDS.observe(elapsed_since(began))
        if not answer.done():
            return await self._promise(order, acked, began)
        state = judged(answer.result())
        if hashed is not None and differs(state.order, order):
            raise conflict("this Idempotency-Key was used with another body")
        ANSWERS.labels("order").inc()
        return state

    async def _promise(self, order: Order, acked: asyncio.Future[Any], began: float) -> OrderState:
        """Nobody has judged it yet: answer `pending_new` and write that down."""
        asking = self._asking
        await is_done(acked, ACK_S - elapsed_since(began))
        if not acked.done() or acked.exception() is not None:
            ANSWERS.labels("unknown").inc()
            raise unknown_outcome(order.order_id, "order_id")
        at = asking.hub.market_at
        state = OrderState(status=OrderStatus.PENDING_NEW, **as_promised(order, at))
        try:
            async with asyncio.timeout(max(0.05, TOTAL_S - elapsed_since(began))):
                found = await asking.reads.order(order.order_id)
                if found is not None:
                    return await self._shown(found)
                asking.hub.promised.add(order.order_id)
                await asking.own.promise(state, wall_now())
        except (Unavailable, TimeoutError):
            ANSWERS.labels("unknown").inc()
            raise unknown_outcome(order.order_id, "order_id") from None
        ANSWERS.labels("pending").inc()
        return state

    async def _stored(self, order_id: str) -> OrderState:
        """What became of an order that was posted before with the same key."""
        found = await self._asking.reads.order(order_id)
        if found is not None:
            return await self._shown(found)
        violations = await self._asking.reads.violations(order_id)
        if violations:
            raise denied(violations, order_id=order_id)
        raise unknown_outcome(order_id, "order_id")

    async def _shown(self, found: Found) -> OrderState:
        if found.state.status is OrderStatus.DENIED and not found.promised:
            order_id = found.state.order.order_id
            raise denied(await self._asking.reads.violations(order_id), order_id=order_id)
        return found.state

    async def cancel(self, key: ApiKey, account: Account, order_id: str, *, is_known: bool) -> None:
        """Ask that an order end; returns when that is under way. An id that OMS has not seen is
        remembered there, and its order is never sent: to a client who knows of the order (it was
        promised) that is a cancel like any other. Raises Problem.
        """
        asking = self._asking
        command = CancelOrder(
            **asking.whose(key, account.firm_id, account.account_id),
            command_id=str(uuid4()),
            order_id=order_id,
        )
        with asking.hub.expect(command.command_id, on(OMS_ORDERS)) as answer:
            acked = await asking.hand_over(OMS_INBOX, asking.partition(account.firm_id), command)
            if not await is_done(answer, asking.answer_s):
                if acked.done() and acked.exception() is None:
                    return  # it waits behind a replace: a request was made, the event follows
                raise unknown_outcome(command.command_id)
        check_cancel(answer.result(), order_id, is_known=is_known)

    async def replaced_before(
        self, old: OrderState, raw: bytes, idempotency_key: str | None
    ) -> OrderState | None:
        """What became of a replace of this order that was asked for before with the same key, None
        where none was. Raises Problem.
        """
        if not idempotency_key:
            return None
        new_id = command_id_of(old.order.account_id, idempotency_key)
        hashed = change_hash(old.order.order_id, raw)
        if not await self._asking.is_repeated("risk", new_id, hashed):
            return None
        found = await self._asking.reads.order(new_id)
        if found is not None:
            return found.state
        violations = await self._asking.reads.violations(new_id)
        if violations:
            raise denied(violations, order_id=new_id)
        if old.status is OrderStatus.PENDING_REPLACE:
            raise unknown_outcome(new_id, "order_id")
        raise unprocessable("this replace was refused before with the same Idempotency-Key")

    async def replace(
        self,
        key: ApiKey,
        account: Account,
        old: OrderState,
        changes: Changes,
        raw: bytes = b"",
        idempotency_key: str | None = None,
    ) -> OrderState:
        """Ask that an order be changed: the new order. Raises Problem."""
        asking, new_id = self._asking, command_id_of(account.account_id, idempotency_key)
        command = ReplaceOrder(
            **asking.whose(key, account.firm_id, account.account_id),
            command_id=new_id,
            body_hash=change_hash(old.order.order_id, raw) if idempotency_key else None,
            order_id=old.order.order_id,
            **msgspec.structs.asdict(changes),
        )

        def wants(topic: str, event: Event) -> bool:
            return topic == OMS_ORDERS or isinstance(event, ReplaceDenied)

        with asking.hub.expect(new_id, wants) as answer:
            await asking.hand_over(RISK_INBOX, asking.partition(account.firm_id), command)
            if not await is_done(answer, asking.answer_s):
                raise unknown_outcome(new_id, "order_id")
        return self._replaced(answer.result(), old, changes, new_id)

    def _replaced(self, event: Event, old: OrderState, changes: Changes, new_id: str) -> OrderState:
        if isinstance(event, CommandRefused):
            raise refused(event)
        if isinstance(event, ReplaceDenied):
            raise denied(event.violations)
        if isinstance(event, ReplaceRefused):
            raise unprocessable(f"cannot replace order in {old.status} status: {event.reason}")
        if isinstance(event, OrderReplaced):
            return event.successor
        order = changed(old.order, changes, new_id)
        if isinstance(event, ReplacePending) and event.replacement is not None:
            order = event.replacement
        at = self._asking.hub.market_at
        return OrderState(status=OrderStatus.PENDING_NEW, **as_promised(order, at))


def judged(event: Event) -> OrderState:
    """The order in the first event about it. Raises Problem where it was denied or refused."""
    if isinstance(event, OrderDenied):
        ANSWERS.labels("denied").inc()
        raise denied(event.violations, order_id=event.order.order_id)
    if isinstance(event, CommandRefused):
        raise refused(event)
    state: OrderState = event.state  # type: ignore[attr-defined]
    return state


def differs(one: Order, other: Order) -> bool:
    """Whether two orders ask for different things. The gate sets the quantity of a notional order;
    when an algorithm begins and what curve it has may follow from when it was asked for.
    """
    if any(getattr(one, name) != getattr(other, name) for name in SAME):
        return True
    if one.notional is None and one.quantity != other.quantity:
        return True
    return plan_of(one) != plan_of(other)


def plan_of(order: Order) -> Algorithm | None:
    """What of an order's algorithm its owner must have said."""
    plan = order.algorithm
    return plan and msgspec.structs.replace(plan, starts_at=Time(0), curve=())


def check_cancel(event: Event, order_id: str, *, is_known: bool) -> None:
    """Raises Problem where a cancel came to nothing."""
    if isinstance(event, CommandRefused):
        raise refused(event)
    if not isinstance(event, CancelRefused) or event.reason == "pending":
        return
    if event.reason == "unknown_order" and is_known:
        return
    if event.reason == "unknown_order":
        raise not_found(f"order not found for {order_id}")
    if event.state is not None:
        raise already(event.state)
    raise unprocessable(f"order cannot be canceled: {event.reason}")


def already(state: OrderState) -> Problem:
    """The order has ended; the text that clients know."""
    status = OrderStatus.REJECTED if state.status is OrderStatus.DENIED else state.status
    return unprocessable(f'order is already in "{status}" state')
