"""Replaces: what is answered, what is handed over, repetitions."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.gateway.core.changes import Changes
from services.gateway.ports import Decided
from shared.commands import ReplaceOrder
from shared.events.oms import ReplacePending
from shared.events.risk import ReplaceDenied
from shared.ids import derived_id
from shared.topics import OMS_ORDERS, RISK_DECISIONS
from shared.types import OrderStatus, OrderType
from tests.builders import ACCOUNT
from tests.builders import order as order_of
from tests.fakes.gateway import World
from tests.fakes.gateway_world import BUYING_POWER, state_of
from tests.unit.services.gateway.test_trading import ID, STATE, answers, play, problem_of


def test_a_replace_answers_the_new_order_with_the_one_it_replaces() -> None:
    async def body(world: World) -> None:
        changes = Changes(quantity=STATE.order.quantity * 2)
        trading = world.services.trading
        made = await trading.replace(world.key(), world.account(), STATE, changes)
        (command,) = world.bus.commands(ReplaceOrder)
        assert (command.order_id, command.quantity) == (ID, changes.quantity)
        assert (made.order.order_id, made.order.replaces) == (command.command_id, ID)
        assert made.order.quantity == changes.quantity

    play(body, answers(ReplaceOrder, (OMS_ORDERS, ReplacePending(state=STATE, request_id="r"))))


def test_the_order_that_oms_says_is_to_come_is_the_answer_to_a_replace() -> None:
    said = order_of("44444444-4444-4444-8444-444444444444", quantity=Decimal(7))

    async def body(world: World) -> None:
        changes = Changes(quantity=Decimal(9))
        made = await world.services.trading.replace(world.key(), world.account(), STATE, changes)
        assert made.order == said

    pending = ReplacePending(state=STATE, request_id="r", replacement=said)
    play(body, answers(ReplaceOrder, (OMS_ORDERS, pending)))


def test_a_changed_trail_is_told_as_one_number() -> None:
    old = state_of(order_of(ID, type=OrderType.TRAILING_STOP, trail_price=Decimal(2)))

    async def body(world: World) -> None:
        changes = Changes(trail=Decimal(3))
        made = await world.services.trading.replace(world.key(), world.account(), old, changes)
        (command,) = world.bus.commands(ReplaceOrder)
        assert (command.trail, command.stop_price) == (Decimal(3), None)
        assert made.order.trail_price == Decimal(3)

    play(body, answers(ReplaceOrder, (OMS_ORDERS, ReplacePending(state=old, request_id="r"))))


def test_a_denied_replace_is_a_403() -> None:
    denied = ReplaceDenied(order=None, order_id=ID, violations=(BUYING_POWER,))

    async def body(world: World) -> None:
        changes = Changes(quantity=STATE.order.quantity * 2)
        trading = world.services.trading
        problem = await problem_of(trading.replace(world.key(), world.account(), STATE, changes))
        assert problem.status == 403

    play(body, answers(ReplaceOrder, (RISK_DECISIONS, denied)))


def test_a_replace_repeated_with_its_key_is_the_same_replace() -> None:
    raw, changes = b'{"qty": 200}', Changes(quantity=STATE.order.quantity * 2)
    new_id = derived_id("command", ACCOUNT, "once")

    async def body(world: World) -> None:
        trading, key, account = world.services.trading, world.key(), world.account()
        assert await trading.replaced_before(STATE, raw, "once") is None
        await trading.replace(key, account, STATE, changes, raw, "once")
        (command,) = world.bus.commands(ReplaceOrder)
        assert command.command_id == new_id
        made = Decided(command_id=new_id, kind="ReplaceOrder", body_hash=command.body_hash)
        world.reads.decisions_made["risk", new_id] = made
        repeated = trading.replaced_before(STATE, b'{ "qty" :200}', "once")
        assert (await problem_of(repeated)).status == 422  # refused at the venue: no such order
        other = await problem_of(trading.replaced_before(STATE, b'{"qty": 201}', "once"))
        assert (other.status, other.code) == (409, 40910000)
        another = state_of(order_of("55555555-5555-4555-8555-555555555555"))
        elsewhere = await problem_of(trading.replaced_before(another, raw, "once"))
        assert (elsewhere.status, elsewhere.code) == (409, 40910000)
        pending = msgspec.structs.replace(STATE, status=OrderStatus.PENDING_REPLACE)
        unknown = await problem_of(trading.replaced_before(pending, raw, "once"))
        assert (unknown.status, unknown.extra["outcome"]) == (503, "unknown")

    play(body, answers(ReplaceOrder, (OMS_ORDERS, ReplacePending(state=STATE, request_id="r"))))
