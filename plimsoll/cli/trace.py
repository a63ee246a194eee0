"""The verb `trace`: every message of one order's life, causes before effects.

Each topic partition is in order by itself. Between topics, a message comes after the one it
answers: an approval after its command, a fill in the book after the venue's report of that
execution, and so on; NEEDS and GIVES name these ties. What no tie orders is ordered by time.
"""

import asyncio
import heapq
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from plimsoll.cli.desk import errors, output, running, table
from plimsoll.cli.options import JsonOption, StateOption, opened
from plimsoll.cli.tail import Line, tail
from plimsoll.cli.watch import summary
from plimsoll.embedded.errors import EmbeddedError
from shared.topics import (
    OMS_INBOX,
    OMS_ORDERS,
    PORTFOLIO_POSITIONS,
    RISK_DECISIONS,
    RISK_INBOX,
    VENUE_PAPER_REPORTS,
)
from shared.types import Time

TRADING = (
    *(RISK_INBOX, OMS_INBOX, RISK_DECISIONS, OMS_ORDERS),
    *(VENUE_PAPER_REPORTS, PORTFOLIO_POSITIONS),
)
COLUMNS = ("at", "topic", "type", "cause", "what")

Message = dict[str, Any]
Tie = tuple[str, str | None]


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(trace)


def trace(
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID")],
    state: StateOption,
    as_json: JsonOption = False,
) -> None:
    """Tell the life of one order, from its command to the book."""
    try:
        servers = running(opened(state))["kafka"]
        found = asyncio.run(about(servers, order_id))
        if not found:
            raise EmbeddedError(f"no message names an order {order_id}")
    except EmbeddedError as error:
        errors.print(f"plimsoll: {error}", soft_wrap=True)
        raise typer.Exit(1) from None
    tell(list(in_causal_order(found)), order_id, as_json)


async def about(servers: str, order_id: str) -> list[Line]:
    """Every record that names the order, repetitions left out."""
    wanted = order_id.encode()
    async with tail(servers, TRADING) as reader:
        return without_repetitions([line async for line in reader.stored() if wanted in line.raw])


def without_repetitions(lines: list[Line]) -> list[Line]:
    """A relay may send an event twice under one number, a client a command under one id."""
    kept: dict[tuple[str, int, object], Line] = {}
    for line in sorted(lines, key=lambda line: (line.topic, line.partition, line.offset)):
        message = line.message()
        number = message.get("seq") or message.get("command_id") or line.offset
        kept.setdefault((line.topic, line.partition, number), line)
    return list(kept.values())


def order_of(message: Message) -> str | None:
    """The order that a message is about."""
    state = message.get("state") or {}
    order = message.get("order") or (state.get("order") if isinstance(state, dict) else None) or {}
    found = message.get("order_id") or order.get("order_id") or message.get("command_id")
    return None if found is None else str(found)


def execution_of(message: Message) -> str | None:
    """The execution that a message is about."""
    execution = message.get("execution") or {}
    found = message.get("execution_id") or execution.get("execution_id")
    return None if found is None else str(found)


def by_order(word: str) -> Callable[[Message], Tie]:
    return lambda message: (word, order_of(message))


def by_execution(word: str) -> Callable[[Message], Tie]:
    return lambda message: (word, execution_of(message))


def by_request(word: str) -> Callable[[Message], Tie]:
    return lambda message: (word, message.get("request_id") or message.get("command_id"))


def by_report(message: Message) -> Tie:
    """A report of the venue other than a fill, by what it says."""
    return (f"report {message.get('kind')}", order_of(message))


def reported(kind: str) -> Callable[[Message], Tie]:
    return lambda message: (f"report {kind}", order_of(message))


# What a message says that others wait for, and what it waits for itself.
GIVES: dict[str, tuple[Callable[[Message], Tie], ...]] = {
    "SubmitOrder": (by_order("submit"),),
    "ReplaceOrder": (by_request("replace"),),
    "CancelOrder": (by_request("cancel"),),
    "OrderApproved": (by_order("verdict"),),
    "OrderDenied": (by_order("verdict"),),
    "OrderSubmitted": (by_order("sent"),),
    "OrderTriggered": (by_order("sent"),),
    "CancelPending": (by_request("cancel sent"),),
    "VenueReport": (by_report, by_execution("venue fill")),
    "OrderFilled": (by_execution("fill"),),
}
NEEDS: dict[str, tuple[Callable[[Message], Tie], ...]] = {
    "OrderApproved": (by_order("submit"),),
    "OrderDenied": (by_order("submit"),),
    "OrderSubmitted": (by_order("verdict"),),
    "ReplaceApproved": (by_request("replace"),),
    "ReplaceDenied": (by_request("replace"),),
    "CancelPending": (by_request("cancel"),),
    "CancelRefused": (by_request("cancel"),),
    "VenueReport": (by_order("sent"), by_request("cancel sent")),
    "OrderAccepted": (reported("accepted"),),
    "OrderRejected": (reported("rejected"), reported("not_sent")),
    "OrderCanceled": (reported("canceled"),),
    "OrderExpired": (reported("expired"),),
    "OrderFilled": (by_execution("venue fill"),),
    "PositionChanged": (by_execution("fill"),),
}


def in_causal_order(lines: list[Line]) -> Iterator[Line]:
    """Every line after those it depends on; otherwise by time, then by the way of an order."""
    before = dependencies(lines)
    followers: dict[int, list[int]] = {number: [] for number in range(len(lines))}
    for number, needed in before.items():
        for other in needed:
            followers[other].append(number)
    ready = [(rank(lines[n]), n) for n, needed in before.items() if not needed]
    heapq.heapify(ready)
    told = 0
    while ready:
        number = heapq.heappop(ready)[1]
        yield lines[number]
        told += 1
        for follower in followers[number]:
            before[follower].discard(number)
            if not before[follower]:
                heapq.heappush(ready, (rank(lines[follower]), follower))
    if told < len(lines):  # ties in a circle: a history that contradicts itself is still told
        yield from sorted((lines[n] for n, needed in before.items() if needed), key=rank)


def dependencies(lines: list[Line]) -> dict[int, set[int]]:
    """Which lines come before each: the one before it in its partition, and those it answers."""
    before: dict[int, set[int]] = {number: set() for number in range(len(lines))}
    given: dict[Tie, int] = {}
    last: dict[tuple[str, int], int] = {}
    places = sorted(range(len(lines)), key=lambda n: (lines[n].partition, lines[n].offset))
    for number in places:
        line = lines[number]
        where = (line.topic, line.partition)
        if where in last:
            before[number].add(last[where])
        last[where] = number
        message = line.message()
        for give in GIVES.get(str(message.get("type")), ()):
            given.setdefault(give(message), number)
    for number, line in enumerate(lines):
        message = line.message()
        for need in NEEDS.get(str(message.get("type")), ()):
            other = given.get(need(message))
            if other is not None and other != number and need(message)[1] is not None:
                before[number].add(other)
    return before


def rank(line: Line) -> tuple[int, int, int]:
    """By time, then along the way of an order, then by offset."""
    at = Time.parse(str(line.message()["at"]))
    return (at, TRADING.index(line.topic), line.offset)


def tell(lines: list[Line], order_id: str, as_json: bool) -> None:
    """A line for each message."""
    if as_json:
        for line in lines:
            place = {"topic": line.topic, "partition": line.partition, "offset": line.offset}
            print(json.dumps({**place, "message": line.message()}))
        return
    rows = []
    for line in lines:
        message = line.message()
        what = summary({k: v for k, v in message.items() if k not in ("cause", "account_id")})
        cause = "this order" if message.get("cause") == order_id else message.get("cause")
        row = {"at": message.get("at"), "topic": line.topic, "type": message.get("type")}
        rows.append({**row, "cause": cause, "what": what})
    output.print(table(COLUMNS, rows))
