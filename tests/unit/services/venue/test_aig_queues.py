"""Real ticks: 500 passive orders in AIG, 2013-10-09, 14:00 to 14:30 UTC, under each queue model.

The recount shares nothing with the exchange: it walks the rows of the files, in cents and exact
fractions, one order at a time. Each order has a firm of its own and lives for thirty seconds.
"""

from __future__ import annotations

import csv
import gzip
import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import pytest

from services.venue.core.matching.terms import QueueModel
from shared.table import At
from shared.types import Side, Time, TimeInForce
from tests.unit.services.venue.floor import Floor, Tick, at
from tests.unit.services.venue.test_aig import FOLDER

BEGIN, FIRST, END = "2013-10-09T13:59:59", "2013-10-09T14:00:00Z", "2013-10-09T14:30:00"
SPAN_US, LIFE_US, STRETCH_US = 1_765_000_000, 30_000_000, 1_000_000
ORDERS, SEED = 500, 20131009

pytestmark = [pytest.mark.data, pytest.mark.timeout(180)]


class Row(NamedTuple):
    """A quote or a print (`ask` 0) of the files; prices in cents."""

    time: int
    is_quote: bool
    number: int
    bid: int
    bid_size: int
    ask: int
    ask_size: int


class Wanted(NamedTuple):
    """An order of the test; its limit in cents."""

    arrives: int
    is_buy: bool
    limit: int
    quantity: int


def cents(text: str) -> int:
    return round(100 * float(text))


def read(name: str) -> Iterator[tuple[int, int, list[str]]]:
    """(number, time, fields) of the rows of the half hour and the second before it."""
    with gzip.open(FOLDER / f"aig_2013-10-09_{name}.csv.gz", "rt") as file:
        for number, fields in enumerate(csv.reader(file), -1):
            if fields[1] >= END and number >= 0:
                return
            if fields[1] >= BEGIN and number >= 0:
                yield number, Time.of(datetime.fromisoformat(fields[1])), fields


@cache
def tape() -> tuple[Row, ...]:
    """All rows by time; of one moment prints come first, and only its last quote."""
    quotes: dict[int, Row] = {}
    for number, time, (_, _, bid, bid_size, _, ask, ask_size, *_) in read("nbbo"):
        row = Row(time, True, number, cents(bid), int(bid_size), cents(ask), int(ask_size))
        quotes[time] = row
    prints = [Row(time, False, number, cents(fields[2]), int(fields[3]), 0, 0)
              for number, time, fields in read("trades")]  # fmt: skip
    return tuple(sorted([*prints, *quotes.values()], key=lambda row: (row.time, row.is_quote)))


@cache
def quote_times() -> tuple[list[int], list[Row]]:
    quotes = [row for row in tape() if row.is_quote]
    return [row.time for row in quotes], quotes


@cache
def orders() -> tuple[Wanted, ...]:
    """At the best price, one or two cents behind it, or a cent before it where there is room."""
    dice, found, begin = random.Random(SEED), [], Time.parse(FIRST)
    times, quotes = quote_times()
    while len(found) < ORDERS:
        arrives = begin + dice.randrange(SPAN_US)
        best = quotes[bisect_right(times, arrives) - 1]
        behind, is_buy, lots = dice.choice((-1, 0, 0, 0, 1, 2)), dice.random() < 0.5, dice.random()
        limit = best.bid - behind if is_buy else best.ask + behind
        if best.bid < best.ask and (limit < best.ask if is_buy else limit > best.bid):
            found.append(Wanted(arrives, is_buy, limit, 100 + 50 * int(20 * lots)))
    return tuple(sorted(found))


def played(model: QueueModel) -> list[int]:
    """What each order was filled with at the exchange."""
    floor, begin = Floor(), Time.parse(FIRST)
    floor.at = At(Time(begin - STRETCH_US), Time(begin - STRETCH_US))
    floor.terms(queue_model=model)
    waiting, place = list(enumerate(orders())), 0
    rows = tape()
    for end in range(begin, begin + SPAN_US + LIFE_US, STRETCH_US):
        while waiting and waiting[0][1].arrives < end:
            number, wanted = waiting.pop(0)
            submit(floor, number, wanted)
        part = []
        while place < len(rows) and rows[place].time < end:
            part.append(tick(rows[place]))
            place += 1
        if part:
            floor.ticks(*part)
    return [int(floor.paper(f"order-{number}").cum_quantity) for number in range(ORDERS)]


def submit(floor: Floor, number: int, wanted: Wanted) -> None:
    floor.submit(
        f"order-{number}",
        ms=(wanted.arrives - at(0)) / 1000,
        firm_id=f"firm-{number}",
        account_id=f"account-{number}",
        side=Side.BUY if wanted.is_buy else Side.SELL,
        limit_price=Decimal(wanted.limit) / 100,
        quantity=wanted.quantity,
        time_in_force=TimeInForce.GTD,
        expires_at=Time(wanted.arrives + LIFE_US),
    )


def tick(row: Row) -> Tick:
    ms = (row.time - at(0)) / 1000
    prices = (row.bid / 100, row.bid_size, row.ask / 100, row.ask_size)
    return Tick("q" if row.is_quote else "t", ms, row.number, *prices)


def recounted(model: QueueModel, wanted: Wanted) -> int:
    """What an order gets by the rows of the files."""
    times, quotes = quote_times()
    sign = 1 if wanted.is_buy else -1
    limit, left = sign * wanted.limit, wanted.quantity
    ahead: Fraction | None = Fraction(0) if model is QueueModel.OPTIMISTIC else None
    shown = Fraction(0)

    def look(row: Row) -> None:
        nonlocal ahead, shown
        near, size = (row.bid, row.bid_size) if wanted.is_buy else (-row.ask, row.ask_size)
        if near == limit and ahead is None:
            ahead, shown = Fraction(size), Fraction(size)
        elif near == limit and model is QueueModel.PROBABILISTIC:
            if ahead and size < shown:
                ahead *= Fraction(size) / shown
            shown = Fraction(size)
        elif near < limit and (ahead is None or model is QueueModel.PROBABILISTIC):
            ahead = Fraction(0)

    look(quotes[bisect_right(times, wanted.arrives) - 1])
    for row in tape()[bisect_right(tape(), wanted.arrives, key=lambda row: row.time) :]:
        if row.time >= wanted.arrives + LIFE_US or not left:
            break
        if not row.is_quote:
            reached = Fraction(row.bid_size)
            if sign * row.bid > limit or (sign * row.bid == limit and ahead is None):
                continue
            if sign * row.bid == limit and ahead is not None:
                eaten = min(ahead, reached)
                ahead, reached, shown = (
                    ahead - eaten,
                    reached - eaten,
                    max(shown - reached, 0 * shown),
                )
            left -= min(left, int(reached))
        elif 0 < row.bid <= row.ask:
            far, size = (row.ask, row.ask_size) if wanted.is_buy else (-row.bid, row.bid_size)
            left -= min(left, size) if far <= limit else 0
            look(row)
    return wanted.quantity - left


COUNTS = {
    QueueModel.OPTIMISTIC: (366, 206_361),
    QueueModel.PROBABILISTIC: (359, 202_576),
    QueueModel.CONSERVATIVE: (348, 197_195),
}
"""Orders filled whole, and shares in all."""


@cache
def filled(model: QueueModel) -> list[int]:
    return played(model)


@pytest.mark.parametrize("model", QueueModel)
def test_every_order_is_filled_as_the_recount_from_the_files_says(model: QueueModel) -> None:
    assert filled(model) == [recounted(model, wanted) for wanted in orders()]


@pytest.mark.parametrize("model", QueueModel)
def test_the_counts_of_the_half_hour(model: QueueModel) -> None:
    whole = sum(
        done == wanted.quantity for done, wanted in zip(filled(model), orders(), strict=True)
    )
    assert (whole, sum(filled(model))) == COUNTS[model]


def test_the_models_are_ordered_for_every_single_order() -> None:
    each = zip(*(filled(model) for model in COUNTS), strict=True)
    assert all(optimistic >= between >= conservative for optimistic, between, conservative in each)
