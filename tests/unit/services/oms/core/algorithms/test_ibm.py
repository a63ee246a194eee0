"""Real ticks: 20,000 IBM on 2013-10-09 by each algorithm; what the file says is reckoned anew."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import accumulate
from math import floor

import pandas as pd
import pytest

from services.oms.core.algorithms.faults import fault
from services.oms.core.algorithms.tape import MINUTE_US
from shared.types import Algorithm, Time
from shared.volume_curve import volume_curve
from tests.unit.services.oms.core.algorithms.ibm import (
    BIN_MINUTES,
    CLOSE,
    DAY,
    FOLDER,
    OPEN,
    QUOTES,
    TRADES,
    PastDays,
    Street,
    prints,
    rows,
)

pytestmark = [pytest.mark.data, pytest.mark.timeout(120)]

D = Decimal
QUANTITY = 20_000
BIN_STARTS = [OPEN.plus(number * BIN_MINUTES * MINUTE_US) for number in range(10)]
VWAP_QUANTITIES = [4234, 2168, 2213, 1505, 1384, 1282, 1061, 1551, 1410, 3192]


@cache
def table() -> pd.DataFrame:
    """The prints of all five regular sessions, with day, minute of the session and bin."""
    found = pd.read_csv(TRADES, usecols=["ts", "size"])
    at = found["ts"].str
    found["day"] = at[:10]
    found["minute"] = at[11:13].astype(int) * 60 + at[14:16].astype(int) - 810
    found["bin"] = found["minute"] // BIN_MINUTES
    return found[found["minute"].between(0, 389)]


def volumes_of(day: date, column: str) -> dict[int, int]:
    """Shares traded that day in each `minute` or `bin` of the session, from 0."""
    of_day = table()[table()["day"] == str(day)].groupby(column)["size"].sum()
    return {int(number): int(size) for number, size in of_day.items()}


def each_second() -> Iterator[Time]:
    """The looks that the clock of a session makes."""
    return (OPEN.plus(second * 1_000_000) for second in range(390 * 60))


def plan(name: str, **fields: object) -> Algorithm:
    chosen = Algorithm(name=name, starts_at=OPEN, ends_at=CLOSE, **fields)
    assert fault(chosen, D(QUANTITY), D(1), OPEN) is None
    return chosen


@cache
def by_vwap() -> Street:
    curve = volume_curve(PastDays(), before=DAY, days=2)
    return Street(plan("vwap", curve=curve), QUANTITY).run(each_second())


def regular_vwap() -> Decimal:
    """What a share cost everybody on DAY."""
    facts = json.loads((FOLDER.parent / "reference" / "facts.json").read_text(), parse_float=D)
    found = next(one for one in facts["facts"] if one["id"] == f"ibm_ticks_{DAY}")
    return D(found["value"]["regular_vwap"])


def slippage_bps(street: Street) -> Decimal:
    """How much dearer than the day's VWAP the parent was bought, in basis points."""
    return (street.average / regular_vwap() - 1) * 10_000


@cache
def quote_rows() -> dict[Time, dict[str, str]]:
    """The rows of DAY by their time, the last one of each."""
    return {Time.parse(row["ts"]): row for row in rows(QUOTES, DAY)}


def walked(start: Time, quantity: int) -> list[tuple[Time, int, Decimal]]:
    """Buying that many at the ask from a time on, by a plain walk over the rows of the file."""
    times, bought = list(quote_rows()), []
    place = bisect_right(times, start) - 1
    while quantity:
        row = quote_rows()[times[place]]
        shown = int(row["ask_size"]) if D(row["bid"]) <= D(row["ask"]) else 0
        taken = min(quantity, shown)
        if taken:
            bought.append((max(times[place], start), taken, D(row["ask"])))
        quantity, place = quantity - taken, place + 1
    return bought


def test_the_curve_reads_the_two_days_before_and_not_the_day_itself() -> None:
    past = PastDays()
    curve = volume_curve(past, before=DAY, days=2)
    assert past.read == [date(2013, 10, 7), date(2013, 10, 8)]
    assert [str(share) for share in curve] == [
        "0.211741125280",
        "0.108400079754",
        "0.110648452348",
        "0.075246004667",
        "0.069178640053",
        "0.064119900235",
        "0.053053390150",
        "0.077556908058",
        "0.070502671654",
        "0.159552827801",
    ]


def test_the_guard_breaks_a_curve_that_reads_the_day_itself() -> None:
    with pytest.raises(AssertionError, match="2013-10-09 was read"):
        volume_curve(PastDays(), before=date(2013, 10, 10), days=1)


def test_the_vwap_schedule_is_the_one_reckoned_from_the_file_by_other_means() -> None:
    past = [volumes_of(date(2013, 10, number), "bin") for number in (7, 8)]
    of_days = [[volumes[number] for number in range(10)] for volumes in past]
    assert [sum(of_day) for of_day in of_days] == [3_753_440, 5_203_752]
    shares = [sum(Fraction(of[n], sum(of)) for of in of_days) / 2 for n in range(10)]
    targets = [floor(QUANTITY * share) for share in accumulate(shares)]
    assert targets == [4234, 6402, 8615, 10120, 11504, 12786, 13847, 15398, 16808, 20000]
    slices = [after - before for before, after in zip([0, *targets], targets, strict=False)]
    assert by_vwap().released == list(zip(BIN_STARTS, slices, strict=True))
    assert slices == VWAP_QUANTITIES


def test_vwap_is_bought_at_the_ask_within_the_displayed_sizes() -> None:
    by_hand = [
        fill
        for start, quantity in zip(BIN_STARTS, VWAP_QUANTITIES, strict=True)
        for fill in walked(start, quantity)
    ]
    assert [tuple(fill) for fill in by_vwap().fills] == by_hand
    assert (by_vwap().progress.done, by_vwap().progress.open) == (QUANTITY, 0)


def test_vwap_ends_within_ten_basis_points_of_the_days_vwap() -> None:
    assert regular_vwap() == D("180.407815")
    assert by_vwap().average == D("180.28218")
    found = slippage_bps(by_vwap())
    print(f"VWAP of {QUANTITY} IBM on {DAY}: {found:+.2f} bps against the day's VWAP")
    assert abs(found - D("-6.96")) <= D("0.01")


def test_twap_runs_whole() -> None:
    street = Street(plan("twap"), QUANTITY).run(each_second())
    assert street.released == [(start, 2000) for start in BIN_STARTS]
    assert (street.progress.done, street.progress.open) == (QUANTITY, 0)
    found = slippage_bps(street)
    print(f"TWAP of {QUANTITY} IBM on {DAY}: {found:+.2f} bps against the day's VWAP")
    assert abs(found - D("-4.44")) <= D("0.01")


def by_pov(rate: str, quantity: int) -> Street:
    """Participation that looks after each print."""
    return Street(plan("pov", rate=D(rate)), quantity).run(iter({one.at for one in prints()}))


def bought_by_minute(street: Street) -> dict[int, Decimal]:
    bought: dict[int, Decimal] = {}
    for fill in street.fills:
        minute = (fill.at - OPEN) // MINUTE_US
        bought[minute] = bought.get(minute, D(0)) + fill.quantity
    return bought


def test_pov_at_5_percent_never_exceeds_its_rate_in_any_minute() -> None:
    volumes = volumes_of(DAY, "minute")
    assert (len(volumes), sum(volumes.values())) == (390, 4_104_666)
    street = by_pov("0.05", 300_000)
    bought = bought_by_minute(street)
    assert all(20 * quantity <= volumes[minute] for minute, quantity in bought.items())
    assert bought == {n: volume // 20 for n, volume in volumes.items()}
    assert street.progress.done == sum(bought.values()) == 205_041


def test_pov_whose_children_end_unfilled_makes_nothing_up_and_keeps_its_rate() -> None:
    volumes, street = volumes_of(DAY, "minute"), by_pov("0.9", 10_000_000)
    bought = bought_by_minute(street)
    assert all(10 * quantity <= 9 * volumes[minute] for minute, quantity in bought.items())
    released = sum(quantity for _, quantity in street.released)
    assert released == sum(9 * volume // 10 for volume in volumes.values())
    assert street.progress.done < released
    assert street.progress.open == 0


def test_pov_at_5_percent_of_a_small_parent_runs_whole_and_then_stops() -> None:
    street = by_pov("0.05", QUANTITY)
    assert (street.progress.done, street.progress.open) == (QUANTITY, 0)
    volumes = volumes_of(DAY, "minute")
    assert all(20 * bought <= volumes[n] for n, bought in bought_by_minute(street).items())
    found = slippage_bps(street)
    print(f"POV 5% of {QUANTITY} IBM on {DAY}: {found:+.2f} bps against the day's VWAP")
    assert abs(found - D("-36.36")) <= D("0.01")
