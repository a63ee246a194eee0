"""The verb `watch`: what is said on a topic, as it is said."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.text import Text

from plimsoll.cli.desk import errors, output, running
from plimsoll.cli.options import JsonOption, StateOption, opened
from plimsoll.cli.tail import Tail, tail
from plimsoll.embedded.errors import EmbeddedError
from shared.topics import RISK_EVENTS, TOPICS

# What every message has, and what a person does not need to read again.
COMMON = ("type", "at", "market_at", "seq", "firm_id", "evidence")
BAD = ("OrderDenied", "OrderRejected", "BreakerTripped", "AlertRaised", "CommandRefused")


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(watch)


def watch(
    state: StateOption,
    topic: Annotated[str, typer.Argument(help="See docs/topics.md.")] = RISK_EVENTS,
    from_start: Annotated[bool, typer.Option("--from-start", help="All that was said.")] = False,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, help="Stop after so many seconds.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a topic until Ctrl-C; --json prints each message as it is on Kafka, a line each."""
    if topic not in TOPICS:
        raise typer.BadParameter(f"{topic} is no topic; there are {', '.join(sorted(TOPICS))}")
    try:
        servers = running(opened(state))["kafka"]
        with suppress(KeyboardInterrupt):
            asyncio.run(follow(servers, topic, from_start, seconds, as_json))
    except EmbeddedError as error:
        errors.print(f"plimsoll: {error}", soft_wrap=True)
        raise typer.Exit(1) from None


async def follow(
    servers: str, topic: str, from_start: bool, seconds: float | None, as_json: bool
) -> None:
    """Print until time is up."""
    until = None if seconds is None else time.monotonic() + seconds
    async with tail(servers, [topic]) as reader:
        await reader.seek(from_start)
        while until is None or time.monotonic() < until:
            await tell_next(reader, as_json)


async def tell_next(reader: Tail, as_json: bool) -> None:
    """What came in one poll."""
    lines = await reader.poll()
    if as_json:
        for line in lines:
            print(line.raw.decode(errors="replace"), flush=True)
        return
    for message in for_people([line.message() for line in lines]):
        output.print(shown(message), soft_wrap=True)


def for_people(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """By time; what every partition was told (a halt of everything, or of a symbol), once."""
    seen: set[str] = set()
    for message in sorted(messages, key=lambda one: one.get("at") or ""):
        if (message.get("scope") or {}).get("kind") in ("all", "symbol"):
            told = summary({k: v for k, v in message.items() if k != "cause"})
            if told in seen:
                continue
            seen.add(told)
        yield message


def shown(message: dict[str, Any]) -> Text:
    """One message in a line for people."""
    kind = str(message.get("type"))
    text = Text(f"{message.get('at', ''):27} ")
    text.append(f"{kind:20} ", style="bold red" if kind in BAD else "bold")
    return text.append(summary(message))


def summary(message: dict[str, Any]) -> str:
    """Everything of a message that its own fields say, nested things in short."""
    left_out = (*COMMON, "values") if "changed" in message else COMMON
    fields = {k: v for k, v in message.items() if k not in left_out and v not in (None, "", [], {})}
    return " ".join(f"{name}={brief(value)}" for name, value in fields.items())


def brief(value: Any) -> str:
    """A value in few words: an order as it would be said, violations by their codes."""
    if isinstance(value, dict):
        if "order" in value:
            return f"{brief(value['order'])}:{value.get('status')}:{value.get('cum_quantity')}"
        if "side" in value:
            price = value.get("limit_price") or value.get("price") or ""
            words = (value["side"], value.get("quantity"), value.get("symbol"), price)
            return "/".join(str(word) for word in words if word)
        if "code" in value:
            return str(value["code"])
        return ",".join(f"{k}:{brief(v)}" for k, v in value.items() if v not in (None, ""))
    if isinstance(value, list):
        return "[" + " ".join(brief(item) for item in value) + "]"
    return value if isinstance(value, str) else json.dumps(value)
