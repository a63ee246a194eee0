"""What is heard: answers, order, market time."""

from __future__ import annotations

import asyncio
from typing import Any

from services.gateway.hub import Hub, on, one_of
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.events.oms import OrderSubmitted
from shared.events.risk import CommandRefused, OrderApproved
from shared.messages import Event
from shared.topics import MARKET_CLOCK, MARKET_QUOTES, OMS_ORDERS, RISK_DECISIONS
from shared.types import SECOND_US, Time
from tests.builders import NOON, order
from tests.fakes.gateway_world import state_of


def submitted(seq: int, cause: str = "order-1") -> OrderSubmitted:
    return OrderSubmitted(seq=seq, cause=cause, state=state_of(order(cause)))


def clock(seq: int, at: Time) -> ClockAdvanced:
    names = ("market_time", "wall_time", "next_open", "next_close")
    times: dict[str, Any] = dict.fromkeys(names, at)
    return ClockAdvanced(seq=seq, is_open=True, session="2013-10-09", **times)


def test_the_first_wanted_event_with_that_cause_is_the_answer() -> None:
    async def body() -> None:
        hub = Hub(1)
        with hub.expect("order-1", on(OMS_ORDERS)) as answer:
            hub.hear(RISK_DECISIONS, 0, OrderApproved(seq=1, cause="order-1", order=order()))
            hub.hear(OMS_ORDERS, 0, submitted(1, "other"))
            assert not answer.done()
            hub.hear(OMS_ORDERS, 0, submitted(2))
            assert answer.result().seq == 2
            hub.hear(OMS_ORDERS, 0, submitted(3))
            assert answer.result().seq == 2
        with hub.expect("order-1", on(OMS_ORDERS)) as answer:
            assert not answer.done()

    asyncio.run(body())


def test_a_refused_command_is_an_answer_wherever_it_is_told() -> None:
    async def body() -> None:
        hub = Hub(1)
        refused = CommandRefused(seq=1, cause="c", command_id="c", code="X", text="x")
        with hub.expect("c", on(OMS_ORDERS)) as answer:
            hub.hear(RISK_DECISIONS, 0, refused)
            assert answer.result() is refused

    asyncio.run(body())


def test_two_who_wait_for_one_cause_both_hear_it() -> None:
    async def body() -> None:
        hub = Hub(1)
        with hub.expect("c", one_of(OrderSubmitted)) as one:
            with hub.expect("c", one_of(OrderSubmitted)) as other:
                hub.hear(OMS_ORDERS, 0, submitted(1, "c"))
            assert one.result() is other.result()

    asyncio.run(body())


def test_events_are_taken_once_and_in_order() -> None:
    hub, heard = Hub(1), list[int]()
    hub.listeners.append(lambda _, event: heard.append(event.seq))
    for seq in (5, 6, 5, 8, 7, 8, 9):
        hub.hear(OMS_ORDERS, 0, submitted(seq))
    assert heard == [5, 6, 7, 8, 9]
    hub.hear(OMS_ORDERS, 1, submitted(1))
    assert heard == [5, 6, 7, 8, 9, 1]


def test_after_a_gap_of_ten_seconds_hearing_goes_on() -> None:
    now = [0.0]
    hub, heard = Hub(1, lambda: now[0]), list[int]()
    hub.listeners.append(lambda _, event: heard.append(event.seq))
    hub.hear(OMS_ORDERS, 0, submitted(1))
    hub.hear(OMS_ORDERS, 0, submitted(3))
    now[0] = 10.1
    hub.hear(OMS_ORDERS, 0, submitted(4))
    assert (heard, hub.gaps) == ([1, 4], 1)


def test_market_time_is_the_largest_of_clock_and_quotes() -> None:
    hub, later = Hub(1), NOON.plus(SECOND_US)
    hub.hear(MARKET_CLOCK, 0, clock(1, NOON))
    sizes: dict[str, Any] = {"bid": 1.0, "bid_size": 1.0, "ask": 1.1, "ask_size": 1.0, "row": 0}
    for at in (later, NOON):
        quote = QuoteUpdated(at=at, market_at=at, symbol="AIG", source="replay", **sizes)
        hub.hear(MARKET_QUOTES, 0, quote)
    assert hub.market_at == later
    assert hub.quotes["AIG"].at == later


def test_an_event_without_a_cause_wakes_nobody() -> None:
    hub = Hub(1)
    hub.hear(OMS_ORDERS, 0, submitted(1, cause=""))
    event: Event = OrderSubmitted(seq=2, state=state_of(order()))
    hub.hear(OMS_ORDERS, 0, event)
