"""Bars by hand, and against a vendor's minute bars of the same ticks."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from services.market_data.core.bars import Bar, BarBuilder
from shared.types import Time

DATA = Path(__file__).parents[6] / "shared" / "data"
MINUTE_US = 60_000_000


def test_a_bar_holds_the_first_highest_lowest_and_last_regular_print_and_all_volume() -> None:
    bars = BarBuilder(60)
    for time_us, price, size, regular in (
        (1, 10.0, 100, True),
        (2, 12.0, 50, False),
        (3, 9.5, 100, True),
        (4, 10.5, 200, True),
    ):
        assert bars.add("AIG", time_us, price, size, regular) == []
    (bar,) = bars.advance(MINUTE_US)
    assert bar[:9] == ("AIG", 0, 60, 10.0, 10.5, 9.5, 10.5, 450.0, 3)
    assert bar.vwap == pytest.approx((1000 + 600 + 950 + 2100) / 450)
    assert bars.advance(MINUTE_US) == []


def test_a_print_of_the_next_interval_closes_the_one_before() -> None:
    bars = BarBuilder(1)
    bars.add("AIG", 999_999, 10.0, 100, True)
    (bar,) = bars.add("AIG", 1_000_000, 11.0, 100, True)
    assert (bar.start_us, bar.close) == (0, 10.0)


def test_an_interval_without_a_regular_print_has_no_bar() -> None:
    bars = BarBuilder(1)
    bars.add("AIG", 5, 10.0, 100, False)
    assert bars.advance(2_000_000) == []


@pytest.mark.data
def test_minute_bars_of_aig_are_the_vendors_in_99_of_100_regular_minutes() -> None:
    builder, made = BarBuilder(60), dict[int, Bar]()
    with gzip.open(DATA / "us_ticks" / "aig_2013-10-09_trades.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            regular = row["conditions"] == "1"
            at = int(Time.parse(row["ts"]))
            for bar in builder.add("AIG", at, float(row["price"]), float(row["size"]), regular):
                made[bar.start_us] = bar
    first, last = Time.parse("2013-10-09T13:32:00Z"), Time.parse("2013-10-09T19:59:00Z")
    prices = volumes = minutes = 0
    with gzip.open(DATA / "us_intraday" / "minute_trades.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            if row["symbol"] != "AIG" or not first <= Time.parse(row["ts"]) < last:
                continue
            bar = made[int(Time.parse(row["ts"]))]
            vendor = tuple(float(row[name]) for name in ("open", "high", "low", "close"))
            minutes += 1
            prices += (bar.open, bar.high, bar.low, bar.close) == vendor
            volumes += bar.volume == float(row["volume"])
    assert minutes == 387
    assert prices / minutes >= 0.99
    assert volumes / minutes >= 0.99
