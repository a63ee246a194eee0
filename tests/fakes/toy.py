"""A toy OMS on the real loop: it counts approved orders per account and submits each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.commands import CancelOrder
from shared.events.oms import CancelRefused, OrderSubmitted
from shared.events.risk import OrderApproved
from shared.kill import KillPoint
from shared.messages import Event
from shared.room import Room
from shared.service import Service
from shared.table import At, Latest, State, Table
from shared.types import OrderState, OrderStatus
from tests.fakes.store import MemoryDatabase, MemoryStore


class CountRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders of an account were approved."""

    account_id: str
    orders: int


class ToyState(State):
    """One table."""

    def __init__(self, latest: Latest) -> None:
        super().__init__(latest)
        self.counts = Table("counts", CountRow, ("account_id",))


def on_order_approved(message: OrderApproved, state: ToyState, at: At) -> Sequence[Event]:
    """Count, and submit; an order for POISON changes the count and then raises."""
    old = state.counts.get(message.account_id)
    state.counts.put(CountRow(account_id=message.account_id, orders=1 + (old.orders if old else 0)))
    told = OrderState(
        order=message.order,
        status=OrderStatus.PENDING_NEW,
        leaves_quantity=message.order.quantity,
        created_at=at.market,
        submitted_at=at.market,
        updated_at=at.market,
    )
    return [OrderSubmitted(firm_id=message.firm_id, account_id=message.account_id, state=told)]


def on_poison(message: OrderApproved, state: ToyState, at: At) -> Sequence[Event]:
    """As above, but an order for POISON raises after the count has changed."""
    events = on_order_approved(message, state, at)
    if message.order.symbol == "POISON":
        raise ZeroDivisionError("poison")
    return events


def on_cancel_order(message: CancelOrder, state: ToyState, at: At) -> Sequence[Event]:
    """Knows no order."""
    return [
        CancelRefused(
            account_id=message.account_id,
            order_id=message.order_id,
            request_id=message.command_id,
            reason="unknown_order",
        )
    ]


MENDED = Room(
    name="oms",
    schema="oms",
    state=ToyState,
    handlers={OrderApproved: on_order_approved, CancelOrder: on_cancel_order},
)
TOY = msgspec.structs.replace(MENDED, handlers={**MENDED.handlers, OrderApproved: on_poison})


def toy_service(log: MemoryLog, database: MemoryDatabase, room: Room = TOY) -> Service:
    """The toy room over a log and a database in memory."""
    return Service(
        room,
        lambda latest, _: ToyState(latest),
        [0],
        MemoryStore(database),
        MemoryReader(log),
        MemoryWriter(log),
        process="toy",
        partitions=1,
        kill=KillPoint("oms"),
    )


async def started(log: MemoryLog, database: MemoryDatabase, room: Room = TOY) -> Service:
    """A toy service that has begun."""
    service = toy_service(log, database, room)
    await service.begin()
    return service
