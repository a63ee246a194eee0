"""Real ticks: AIG on 2013-10-09, every fill compared with the file that the test reads itself."""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_right
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.events.venue import ReportKind, VenueReport
from shared.table import At
from shared.types import Side, Time
from tests.unit.services.venue.floor import Floor, Tick, at

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "us_ticks"
BEGIN, END = "2013-10-09T14:00:00", "2013-10-09T14:00:30"

pytestmark = pytest.mark.data


class Line(NamedTuple):
    """One row of the quotes' file."""

    number: int
    time: Time
    text: dict[str, str]


@cache
def lines(name: str) -> list[Line]:
    """The rows of the half minute, and the last one before it."""
    found: list[Line] = []
    with gzip.open(FOLDER / name, "rt") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if row["ts"] >= END:
                break
            if row["ts"] < BEGIN:
                found = []
            found.append(Line(number, Time.of(datetime.fromisoformat(row["ts"])), row))
    return found


def quotes() -> list[Line]:
    return lines("aig_2013-10-09_nbbo.csv.gz")


def in_force(when: int) -> Line:
    """The last row of the file that is not after `when`."""
    times = [line.time for line in quotes()]
    return quotes()[bisect_right(times, when) - 1]


def ticks() -> list[Tick]:
    found = []
    for line in quotes():
        row = line.text
        sides = [float(row[name]) for name in ("bid", "bid_size", "ask", "ask_size")]
        found.append(Tick("q", (line.time - at(0)) / 1000, line.number, *sides))
    for line in lines("aig_2013-10-09_trades.csv.gz")[1:]:
        price, size = float(line.text["price"]), float(line.text["size"])
        found.append(Tick("t", (line.time - at(0)) / 1000, line.number, price, size, 0.0, 0.0))
    return sorted(found, key=lambda tick: tick.ms)


def play(floor: Floor, orders: dict[int, list[dict]]) -> list[VenueReport]:
    """The half minute in stretches of 100 ms; orders by the stretch in which they are sent, 37 ms
    after its beginning.
    """
    start = Time.parse(f"{BEGIN}Z")
    reports: list[VenueReport] = []
    waiting, place = ticks(), 0
    for stretch in range(300):
        begin = (start.plus(stretch * 100_000) - at(0)) / 1000
        for number, fields in enumerate(orders.get(stretch, [])):
            name = f"order-{stretch}-{number}"
            reports += floor.submit(name, ms=begin + 37, **fields)
        part = []
        while place < len(waiting) and waiting[place].ms < begin + 100:
            part.append(waiting[place])
            place += 1
        if part:
            reports += floor.ticks(*part)
        reports += floor.complete(begin + 99.999)
    return reports


def early_floor() -> Floor:
    floor = Floor()
    begin = Time.parse("2013-10-09T13:59:00Z")
    floor.at = At(begin, begin)
    return floor


def filled(reports: list[VenueReport]) -> list[VenueReport]:
    return [report for report in reports if report.kind is ReportKind.FILLED]


def test_a_market_order_is_filled_at_its_market_time_at_the_side_in_force_in_the_file() -> None:
    orders: dict[int, list[dict]] = {n: [{}] for n in range(1, 290, 7)}
    orders |= {n: [{"side": Side.SELL}] for n in range(3, 290, 7)}
    reports = filled(play(early_floor(), orders))
    assert len({report.order_id for report in reports}) == len(orders)
    for report in reports:
        done = report.execution
        assert done is not None
        stretch = int(report.order_id.split("-")[1])
        sent_at = Time.parse(f"{BEGIN}Z").plus(stretch * 100_000 + 37_000)
        line = in_force(done.transact_at)
        side = "ask" if done.side is Side.BUY else "bid"
        assert done.transact_at >= sent_at
        assert done.price == Decimal(line.text[side])
        assert done.quantity <= Decimal(line.text[f"{side}_size"])
        assert (done.quote_row, done.quote_at) == (line.number, line.time)
        assert done.transact_at == sent_at or report.cum_quantity > done.quantity


def test_a_large_order_walks_through_the_rows_and_takes_each_displayed_size_once() -> None:
    reports = filled(play(early_floor(), {5: [{"quantity": 20_000}, {"quantity": 7_000}]}))
    taken: dict[int, Decimal] = {}
    for report in reports:
        done = report.execution
        assert done is not None and done.quote_row is not None
        taken[done.quote_row] = taken.get(done.quote_row, Decimal(0)) + done.quantity
        assert done.price == Decimal(in_force(done.transact_at).text["ask"])
    sizes = {line.number: Decimal(line.text["ask_size"]) for line in quotes()}
    assert all(quantity <= sizes[row] for row, quantity in taken.items())
    assert sum(taken.values()) == 27_000
    assert len(taken) > 10


def test_a_resting_order_is_filled_at_its_limit_when_the_file_trades_through_it() -> None:
    best_bid = max(Decimal(line.text["bid"]) for line in quotes())
    limit = best_bid + Decimal("0.01")
    orders = {1: [{"limit_price": limit, "side": Side.SELL}]}
    (reports, first) = (filled(play(early_floor(), orders)), _first_print_above(limit))
    assert first is not None or reports == []
    for report in reports:
        done = report.execution
        assert done is not None and done.price == limit
        assert first is not None and done.transact_at >= first


def _first_print_above(limit: Decimal) -> Time | None:
    begin = Time.parse(f"{BEGIN}Z").plus(137_000)
    for line in lines("aig_2013-10-09_trades.csv.gz"):
        if line.time > begin and Decimal(line.text["price"]) > limit:
            return line.time
    return None
