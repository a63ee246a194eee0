"""Events of the stream."""

from __future__ import annotations

import msgspec
import pytest

from services.gateway.alpaca.updates import updates
from shared.events.oms import (
    CancelPending,
    CancelRefused,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderProgressed,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderSubmitted,
    OrderTriggered,
    ReplacePending,
)
from shared.messages import Event
from shared.types import OrderStatus
from tests.builders import NOON
from tests.builders import order as order_of
from tests.fakes.gateway_world import execution_of, state_of

ID = "33333333-3333-4333-8333-333333333333"
STATE = state_of(order_of(ID))
KNOWN = state_of(order_of(ID), venue_order_id="P-1")
KEPT = state_of(order_of(ID), held=True)
LEG = order_of(ID, parent_id="44444444-4444-4444-8444-444444444444")
NEXT = state_of(order_of("44444444-4444-4444-8444-444444444444", replaces=ID))


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (OrderAccepted(state=STATE), ["new"]),
        (OrderCanceled(state=STATE), ["canceled"]),
        (OrderExpired(state=STATE), ["expired"]),
        (OrderRejected(state=STATE), ["rejected"]),
        (OrderReplaced(state=STATE, successor=NEXT), ["replaced", "new"]),
        (CancelRefused(order_id=ID, request_id="r", reason="x", state=STATE),
         ["order_cancel_rejected"]),
        (CancelRefused(order_id=ID, request_id="r", reason="unknown_order"), []),
        (OrderSubmitted(state=STATE), []),
        (CancelPending(state=STATE, request_id="r"), []),
        (CancelPending(state=KNOWN, request_id="r"), ["pending_cancel"]),
        (ReplacePending(state=KNOWN, request_id="r"), ["pending_replace"]),
        (CancelPending(state=KEPT, request_id="r"), ["pending_cancel"]),
        (OrderRestated(state=STATE), ["restated"]),
        (OrderAccepted(state=KEPT), ["new"]),
        (OrderTriggered(state=state_of(order_of(ID), triggered_at=NOON)), []),
        (OrderAccepted(state=state_of(order_of(ID), triggered_at=NOON)), []),
        (OrderAccepted(state=state_of(LEG, held=True)), []),
        (OrderTriggered(state=state_of(LEG, triggered_at=NOON)), ["new"]),
        (OrderAccepted(state=state_of(LEG, triggered_at=NOON)), []),
        (OrderAccepted(state=state_of(LEG)), ["new"]),
        (CancelPending(state=state_of(LEG, held=True), request_id="r"), []),
        (OrderCanceled(state=state_of(LEG, held=True)), ["canceled"]),
        (OrderProgressed(state=STATE), []),
    ],
)  # fmt: skip
def test_each_event_has_its_word(event: Event, names: list[str]) -> None:
    assert [update["event"] for update in updates(event)] == names


def test_the_old_order_is_told_as_replaced_and_the_new_one_as_new() -> None:
    old, new = updates(OrderReplaced(state=STATE, successor=NEXT))
    assert old["order"]["id"] == ID
    assert new["order"]["replaces"] == ID


def test_a_fill_tells_its_own_quantity_and_price() -> None:
    part = msgspec.structs.replace(STATE, status=OrderStatus.PARTIALLY_FILLED)
    (update,) = updates(OrderFilled(state=part, execution=execution_of(STATE.order)))
    assert (update["event"], update["qty"], update["price"]) == ("partial_fill", "100", "49.61")
    assert update["timestamp"] == "2013-10-09T16:00:00Z"
