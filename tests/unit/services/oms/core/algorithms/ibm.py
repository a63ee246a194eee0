"""IBM on 2013-10-09 from the file, and a street that sells at the ask what each quote shows.

The street's rules are the paper venue's: an order meets the quote in force when it is released and
then each later one; what was taken of a displayed size is gone until the next quote; quotes of one
microsecond are one, the last of them; nobody trades against a crossed quote.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.oms.core.algorithms.interface import Progress, begun, with_release
from services.oms.core.algorithms.table import child_expires_at, due
from services.oms.core.algorithms.tape import Tape, blank, traded
from shared.types import Algorithm, Time

FOLDER = Path(__file__).parents[7] / "shared" / "data" / "us_ticks"
TRADES = FOLDER / "ibm_2013-10-07_11_trades.csv.gz"
QUOTES = FOLDER / "ibm_2013-10-07_11_nbbo.csv.gz"
DAY = date(2013, 10, 9)
OPEN, CLOSE = Time.parse("2013-10-09T13:30:00Z"), Time.parse("2013-10-09T20:00:00Z")
DAYS = tuple(date(2013, 10, number) for number in (7, 8, 9, 10, 11))
BIN_MINUTES = 39
PRINT, QUOTE, LOOK = range(3)
"""The order of what happens in the same microsecond."""


def rows(path: Path, day: date) -> Iterator[dict[str, str]]:
    """The rows of one day; reading stops at the first row of a later one."""
    wanted = day.isoformat()
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            if row["ts"][:10] > wanted:
                return
            if row["ts"][:10] == wanted:
                yield row


def bin_volumes(day: date) -> list[Decimal]:
    """The shares traded in each tenth of the regular session, by a plain loop."""
    volumes = [Decimal(0)] * 10
    for row in rows(TRADES, day):
        minute = int(row["ts"][11:13]) * 60 + int(row["ts"][14:16]) - (13 * 60 + 30)
        if 0 <= minute < 390:
            volumes[minute // BIN_MINUTES] += Decimal(row["size"])
    return volumes


class PastDays(Mapping[date, list[Decimal]]):
    """The bins of all five days of the file; whoever reads DAY or a later one breaks the test."""

    def __init__(self) -> None:
        self.read: list[date] = []

    def __getitem__(self, day: date) -> list[Decimal]:
        if day >= DAY:
            raise AssertionError(f"{day} was read")
        self.read.append(day)
        return bin_volumes(day)

    def __iter__(self) -> Iterator[date]:
        return iter(DAYS)

    def __len__(self) -> int:
        return len(DAYS)


class Event(NamedTuple):
    """Something that happens: a print has a size, a quote an ask with its size, a look nothing."""

    at: Time
    kind: int
    size: Decimal = Decimal(0)
    price: Decimal = Decimal(0)


@cache
def prints() -> tuple[Event, ...]:
    """The prints of the regular session."""
    found = (Event(Time.parse(row["ts"]), PRINT, Decimal(row["size"])) for row in rows(TRADES, DAY))
    return tuple(event for event in found if OPEN <= event.at < CLOSE)


@cache
def quotes() -> tuple[Event, ...]:
    """Every quote of the day before the close; a crossed one shows nothing."""
    last: dict[Time, Event] = {}
    for row in rows(QUOTES, DAY):
        at, ask = Time.parse(row["ts"]), Decimal(row["ask"])
        size = Decimal(row["ask_size"] if Decimal(row["bid"]) <= ask else 0)
        last[at] = Event(at, QUOTE, size, ask)
    return tuple(event for event in last.values() if event.at < CLOSE)


class Fill(NamedTuple):
    """Shares that were bought."""

    at: Time
    quantity: Decimal
    price: Decimal


class Child(msgspec.Struct):
    """A child that wants that many shares yet."""

    wanted: Decimal
    expires_at: Time | None


class Street:
    """One parent worked through the day: looked at when told, its children filled at the ask."""

    def __init__(self, plan: Algorithm, quantity: int) -> None:
        self.plan = plan
        self.progress: Progress = begun(Decimal(quantity), Decimal(1))
        self.tape: Tape = blank(plan)
        self.ask = self.shown = Decimal(0)
        self.children: list[Child] = []
        self.released: list[tuple[Time, Decimal]] = []
        self.fills: list[Fill] = []

    def run(self, looks: Iterator[Time]) -> Street:
        """The whole day, and a look at each of the times."""
        seen = (Event(at, LOOK) for at in looks)
        for event in sorted([*prints(), *quotes(), *seen], key=lambda event: event[:2]):
            self._expire(event.at)
            if event.kind == PRINT:
                self.tape = traded(self.tape, self.plan, [(event.at, event.size)])
            elif event.kind == QUOTE:
                self.ask, self.shown = event.price, event.size
            else:
                self._look(event.at)
            self._trade(event.at)
        return self

    @property
    def average(self) -> Decimal:
        """What a share cost."""
        return sum(fill.quantity * fill.price for fill in self.fills) / self.progress.done

    def _look(self, at: Time) -> None:
        amount = due(self.plan, self.progress, self.tape, at)
        if amount:
            self.progress = with_release(self.progress, amount, at)
            self.released.append((at, amount))
            self.children.append(Child(amount, child_expires_at(self.plan, at)))

    def _trade(self, at: Time) -> None:
        while self.children and self.shown:
            child = self.children[0]
            amount = min(child.wanted, self.shown)
            child.wanted, self.shown = child.wanted - amount, self.shown - amount
            self.fills.append(Fill(at, amount, self.ask))
            self._settle(filled=amount)
            if not child.wanted:
                self.children.pop(0)

    def _expire(self, at: Time) -> None:
        for child in self.children:
            if child.expires_at is not None and child.expires_at <= at:
                self._settle(lost=child.wanted)
                child.wanted = Decimal(0)
        self.children = [child for child in self.children if child.wanted]

    def _settle(self, filled: Decimal = Decimal(0), lost: Decimal = Decimal(0)) -> None:
        state = self.progress
        self.progress = msgspec.structs.replace(
            state, done=state.done + filled, open=state.open - filled - lost
        )
