"""Orders: answers, promises, repetitions, cancels, replaces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from services.gateway.core.bodies import body_hash
from services.gateway.core.numbers import Raw
from services.gateway.core.problems import Problem
from services.gateway.core.wanted import AlpacaOrder, of_alpaca
from services.gateway.ports import Decided
from services.gateway.trading import differs
from shared.commands import CancelOrder, SubmitOrder
from shared.events.oms import CancelPending, CancelRefused, OrderCanceled
from shared.events.risk import CommandRefused
from shared.ids import derived_id
from shared.messages import Command
from shared.topics import OMS_INBOX, OMS_ORDERS, RISK_DECISIONS, RISK_INBOX, partition_of
from shared.types import Algorithm, OrderState, OrderStatus
from tests.builders import ACCOUNT, FIRM, NOON
from tests.builders import order as order_of
from tests.fakes.gateway import FakeBus, World
from tests.fakes.gateway_world import BUYING_POWER, lively, state_of

PLAN = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(10))
LATER = msgspec.structs.replace(PLAN, starts_at=NOON.plus(1))
LONGER = msgspec.structs.replace(PLAN, ends_at=NOON.plus(11))
BODY = AlpacaOrder(symbol="AIG", qty=Raw(b"100"), side="buy", type="market", time_in_force="day")
RAW = b'{"symbol":"AIG","qty":100}'
ID = "33333333-3333-4333-8333-333333333333"


def play(body: Callable[[World], Awaitable[None]], world: World) -> None:
    asyncio.run(body(world))  # type: ignore[arg-type]


async def submit(world: World, again: str | None = None, raw: bytes = RAW) -> OrderState:
    trading = world.services.trading
    return await trading.submit(world.key(), world.account(), of_alpaca(BODY), raw, again)


async def problem_of(asked: Awaitable[Any]) -> Problem:
    with pytest.raises(Problem) as refused:
        await asked
    return refused.value


def test_the_command_goes_to_the_firms_partition_with_its_owner_as_actor() -> None:
    async def body(world: World) -> None:
        state = await submit(world)
        ((topic, partition, command),) = world.bus.handed
        assert (topic, partition) == (RISK_INBOX, partition_of(FIRM, 8))
        assert isinstance(command, SubmitOrder)
        assert command.actor == command.order.actor == "ada"
        assert command.order.order_id == command.command_id == state.order.order_id
        assert (command.firm_id, command.account_id) == (FIRM, ACCOUNT)

    play(body, lively())


def test_without_an_answer_in_time_the_order_is_promised_and_written_down() -> None:
    async def body(world: World) -> None:
        state = await submit(world)
        assert state.status is OrderStatus.PENDING_NEW
        assert world.own.promises == [state]
        assert state.order.order_id in world.hub.promised

    play(body, World(answer_ms=10))


def test_a_promise_that_cannot_be_written_is_an_unknown_outcome() -> None:
    async def body(world: World) -> None:
        world.own.is_down = True
        problem = await problem_of(submit(world))
        assert (problem.status, problem.extra["outcome"]) == (503, "unknown")

    play(body, World(answer_ms=10))


def test_nothing_is_handed_over_while_the_log_is_not_heard_or_the_database_is_down() -> None:
    async def body(world: World) -> None:
        world.hub.listening = False
        assert (await problem_of(submit(world))).status == 503
        world.hub.listening = True
        world.services.asking.database_alive = False
        assert (await problem_of(submit(world))).status == 503
        assert world.bus.handed == []

    play(body, lively())


def test_the_same_idempotency_key_is_the_same_order() -> None:
    async def body(world: World) -> None:
        state = await submit(world, "once")
        order_id = derived_id("command", ACCOUNT, "once")
        assert state.order.order_id == order_id
        made = Decided(command_id=order_id, kind="SubmitOrder", body_hash=body_hash(RAW))
        world.reads.decisions_made["risk", order_id] = made
        assert (await submit(world, "once")).status is OrderStatus.FILLED
        assert len(world.bus.handed) == 1
        problem = await problem_of(submit(world, "once", b'{"symbol":"AIG","qty":1}'))
        assert (problem.status, problem.code) == (409, 40910000)

    play(body, lively())


def test_of_two_at_once_with_one_key_and_two_bodies_one_is_a_conflict() -> None:
    async def body(world: World) -> None:
        other = msgspec.structs.replace(BODY, qty=Raw(b"7"))
        trading = world.services.trading

        def first_wins(bus: FakeBus, topic: str, partition: int, command: Command) -> None:
            if len(bus.handed) == 2 and command is bus.handed[1][2]:
                return  # risk drops a command id that it has decided
            react(bus, topic, partition, command)

        react, world.bus.react = world.bus.react, first_wins
        one, two = await asyncio.gather(
            submit(world, "once"),
            trading.submit(world.key(), world.account(), of_alpaca(other), b"{}", "once"),
            return_exceptions=True,
        )
        assert isinstance(one, OrderState)
        assert isinstance(two, Problem) and two.status == 409

    play(body, lively())


def test_a_repeated_denial_is_denied_again() -> None:
    async def body(world: World) -> None:
        order_id = derived_id("command", ACCOUNT, "once")
        made = Decided(command_id=order_id, kind="SubmitOrder", body_hash=body_hash(RAW))
        world.reads.decisions_made["risk", order_id] = made
        world.reads.denials[order_id] = (BUYING_POWER,)
        problem = await problem_of(submit(world, "once"))
        assert (problem.status, problem.message) == (403, "insufficient buying power")
        assert world.bus.handed == []

    play(body, lively())


def test_a_command_that_was_not_carried_out_is_told_with_its_code() -> None:
    async def body(world: World) -> None:
        def refuse(bus: FakeBus, _: str, __: int, command: Command) -> None:
            refused = CommandRefused(
                cause=command.command_id, command_id=command.command_id, code="X", text="y"
            )
            bus.say(RISK_DECISIONS, refused)

        world.bus.react = refuse
        problem = await problem_of(submit(world))
        assert (problem.status, problem.message) == (403, "X: y")

    play(body, World(500))


def answers(kind: type[Command], *events: Any) -> World:
    """A world that answers a command of this type with these events, caused by it."""
    world = World(answer_ms=50)

    def react(bus: FakeBus, _: str, __: int, command: Command) -> None:
        assert isinstance(command, kind)
        for topic, event in events:
            bus.say(topic, msgspec.structs.replace(event, cause=command.command_id))

    world.bus.react = react
    return world


STATE = state_of(order_of(ID))


@pytest.mark.parametrize(
    "event",
    [
        CancelPending(state=STATE, request_id="r"),
        OrderCanceled(state=STATE),
        CancelRefused(order_id=ID, request_id="r", reason="pending", state=STATE),
        CancelRefused(order_id=ID, request_id="r", reason="unknown_order"),
    ],
)
def test_a_cancel_under_way_is_done_for_its_asker(event: Any) -> None:
    async def body(world: World) -> None:
        await world.services.trading.cancel(world.key(), world.account(), ID, is_known=True)
        ((topic, _, command),) = world.bus.handed
        assert topic == OMS_INBOX
        assert isinstance(command, CancelOrder) and command.order_id == ID

    play(body, answers(CancelOrder, (OMS_ORDERS, event)))


def test_a_cancel_that_waits_behind_a_replace_is_a_request_that_was_made() -> None:
    async def body(world: World) -> None:
        await world.services.trading.cancel(world.key(), world.account(), ID, is_known=False)

    play(body, answers(CancelOrder))


def test_a_cancel_too_late_and_one_of_an_unknown_order_are_told() -> None:
    filled = msgspec.structs.replace(STATE, status=OrderStatus.FILLED)
    late = CancelRefused(order_id=ID, request_id="r", reason="too_late", state=filled)
    unknown = CancelRefused(order_id=ID, request_id="r", reason="unknown_order")

    async def body(world: World) -> None:
        cancel = world.services.trading.cancel(world.key(), world.account(), ID, is_known=False)
        seen.append(await problem_of(cancel))

    seen: list[Problem] = []
    play(body, answers(CancelOrder, (OMS_ORDERS, late)))
    play(body, answers(CancelOrder, (OMS_ORDERS, unknown)))
    assert [(one.status, one.message) for one in seen] == [
        (422, 'order is already in "filled" state'),
        (404, f"order not found for {ID}"),
    ]


@pytest.mark.parametrize(
    ("fields", "other", "is_other"),
    [
        ({}, {}, False),
        ({"quantity": Decimal(7)}, {}, True),
        ({"stop_price": Decimal(7)}, {}, True),
        ({"notional": Decimal(500), "quantity": Decimal(0)},
         {"notional": Decimal(500), "quantity": Decimal(10)}, False),
        ({"notional": Decimal(500)}, {"notional": Decimal(501)}, True),
        ({"algorithm": PLAN}, {"algorithm": LATER}, False),
        ({"algorithm": PLAN}, {}, True),
        ({"algorithm": PLAN}, {"algorithm": LONGER}, True),
    ],
)  # fmt: skip
def test_two_orders_differ_in_what_their_owner_said(
    fields: dict[str, Any], other: dict[str, Any], is_other: bool
) -> None:
    assert differs(order_of(ID, **fields), order_of(ID, **other)) is is_other
