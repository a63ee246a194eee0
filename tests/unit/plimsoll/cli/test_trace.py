"""`trace`: causes before effects, whatever order the topics are read in."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

from plimsoll.cli.tail import Line
from plimsoll.cli.trace import in_causal_order, without_repetitions

T0, T1 = "2026-01-05T15:00:00Z", "2026-01-05T15:00:00.5Z"
ORDER = {"order_id": "o-1"}
STATE = {"state": {"order": ORDER}}


def line(topic: str, offset: int, name: str, at: str = T0, /, **fields: Any) -> Line:
    message = {"type": name, "at": at, **fields}
    return Line(topic, 3, offset, json.dumps(message).encode())


def fill(number: int) -> dict[str, Any]:
    return {"execution": {"execution_id": f"e-{number}"}}


# One order in two fills, all at one time: only the ties tell the order.
LIFE = [
    line("risk.inbox", 7, "SubmitOrder", command_id="o-1", order=ORDER),
    line("risk.decisions", 4, "OrderApproved", seq=1, order=ORDER),
    line("oms.orders", 20, "OrderSubmitted", seq=1, **STATE),
    line("venue.paper.reports", 9, "VenueReport", seq=1, kind="accepted", order_id="o-1"),
    line("oms.orders", 21, "OrderAccepted", seq=2, **STATE),
    line("venue.paper.reports", 10, "VenueReport", seq=2, kind="filled", order_id="o-1", **fill(1)),
    line("oms.orders", 22, "OrderFilled", seq=3, **STATE, **fill(1)),
    line("portfolio.positions", 2, "PositionChanged", seq=1, order_id="o-1", execution_id="e-1"),
    line(
        *("venue.paper.reports", 11, "VenueReport", T1),
        **{"seq": 3, "kind": "filled", "order_id": "o-1"},
        **fill(2),
    ),
    line("oms.orders", 23, "OrderFilled", T1, seq=4, **STATE, **fill(2)),
    line(
        *("portfolio.positions", 3, "PositionChanged", T1),
        **{"seq": 2, "order_id": "o-1", "execution_id": "e-2"},
    ),
]


def is_causal(told: list[Line]) -> bool:
    """Whether each line comes after those it answers, by hand for LIFE."""
    place = {(one.topic, one.offset): number for number, one in enumerate(told)}
    chain = [
        ("risk.inbox", 7),
        ("risk.decisions", 4),
        ("oms.orders", 20),
        ("venue.paper.reports", 9),
        ("venue.paper.reports", 10),
        ("oms.orders", 22),
        ("portfolio.positions", 2),
    ]
    second = [("venue.paper.reports", 11), ("oms.orders", 23), ("portfolio.positions", 3)]
    accepted = [("venue.paper.reports", 9), ("oms.orders", 21), ("oms.orders", 22)]
    return all(
        place[one] < place[other]
        for steps in (chain, second, accepted)
        for one, other in pairwise(steps)
    )


def test_causes_come_before_effects_even_where_all_times_are_equal() -> None:
    for seed in range(20):
        shuffled = random.Random(seed).sample(LIFE, len(LIFE))
        told = list(in_causal_order(shuffled))
        assert sorted(told) == sorted(LIFE)
        assert is_causal(told)


def test_what_came_later_is_told_later() -> None:
    assert [one.message()["at"] for one in in_causal_order(LIFE)] == [T0] * 8 + [T1] * 3


def test_what_a_relay_sent_twice_is_told_once() -> None:
    again = [one._replace(offset=one.offset + 100) for one in LIFE]
    assert sorted(without_repetitions(LIFE + again)) == sorted(LIFE)


def test_a_cancel_stands_between_its_command_and_the_venues_answer() -> None:
    lines = [
        line("oms.orders", 2, "OrderCanceled", seq=3, **STATE),
        line(
            *("venue.paper.reports", 2, "VenueReport"),
            **{"seq": 2, "kind": "canceled", "order_id": "o-1", "request_id": "c-1"},
        ),
        line("oms.orders", 1, "CancelPending", seq=2, request_id="c-1", **STATE),
        line("oms.inbox", 5, "CancelOrder", command_id="c-1", order_id="o-1"),
    ]
    told = [one.message()["type"] for one in in_causal_order(lines)]
    assert told == ["CancelOrder", "CancelPending", "VenueReport", "OrderCanceled"]


def test_ties_in_a_circle_are_told_all_the_same() -> None:
    lines = [
        line("oms.orders", 1, "OrderFilled", seq=1, **STATE, **fill(1)),
        line("oms.orders", 2, "OrderSubmitted", seq=2, **STATE),
        line("venue.paper.reports", 1, "VenueReport", seq=1, kind="x", order_id="o-1", **fill(1)),
    ]
    assert sorted(in_causal_order(lines)) == sorted(lines)
