"""Orders of every kind over real days: each ends as the files say, counted by the test itself."""

from __future__ import annotations

import bisect
import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from shared.types import Algorithm, Leg, OrderClass, OrderType, Side, Time
from tests.journey.day import STEP_S, Day

pytestmark = [pytest.mark.data, pytest.mark.timeout(240)]
DATA = Path(__file__).parents[3] / "shared" / "data"
T = OrderType
STEP_US = STEP_S * 1_000_000
CLOSE = Time.parse("2013-10-09T20:00:00Z")


def at(text: str) -> Time:
    """A time of 2013-10-09."""
    return Time.parse(f"2013-10-09T{text}Z")


@cache
def prints(name: str) -> tuple[list[int], list[Decimal], list[Decimal]]:
    """Times, prices and sizes of the trades of that day, from the file."""
    times, prices, sizes = [], [], []
    with gzip.open(DATA / "us_ticks" / f"{name}_trades.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["ts"].startswith("2013-10-09"):
                times.append(int(Time.parse(row["ts"])))
                prices.append(Decimal(row["price"]))
                sizes.append(Decimal(row["size"]))
    return times, prices, sizes


def aig(tmp_path: Path, begins: str) -> Day:
    """AIG from that time on."""
    folder = tmp_path / "aig"
    folder.mkdir(exist_ok=True)
    for name in ("nbbo", "trades"):
        file = f"aig_2013-10-09_{name}.csv.gz"
        (folder / file).symlink_to(DATA / "us_ticks" / file)
    return Day(folder, "AIG", at(begins), CLOSE)


def ibm(tmp_path: Path, begins: str) -> Day:
    """IBM from that time on."""
    folder = tmp_path / "ibm"
    folder.mkdir(exist_ok=True)
    for name in ("nbbo", "trades"):
        file = f"ibm_2013-10-07_11_{name}.csv.gz"
        (folder / file).symlink_to(DATA / "us_ticks" / file)
    return Day(folder, "IBM", at(begins), CLOSE)


def first(name: str, after: int, meets: object) -> int:
    """The time of the first print after a time that meets a condition on its price."""
    times, prices, _ = prints(name)
    for place in range(bisect.bisect_right(times, after), len(times)):
        if meets(prices[place]):  # type: ignore[operator]
            return times[place]
    raise AssertionError("no such print")


def step_of(day: Day, time: int) -> int:
    """The end of the step in which the market told of that time."""
    return int(day.begins) - (int(day.begins) - time) // STEP_US * STEP_US


def exits(take_profit: str, stop: str) -> tuple[Leg, ...]:
    """A limit and a stop."""
    return (
        Leg(order_id="tp", client_order_id="tp", type=T.LIMIT, limit_price=Decimal(take_profit)),
        Leg(order_id="sl", client_order_id="sl", type=T.STOP, stop_price=Decimal(stop)),
    )


@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarted"])
def test_a_trailing_stop_follows_the_day_and_triggers_where_the_prints_say(
    tmp_path: Path, restarts: bool
) -> None:
    day = aig(tmp_path, "13:35:00")
    day.submit("entry", Side.BUY, 100)
    stop = day.submit("trail", Side.SELL, 100, type=T.TRAILING_STOP, trail_price=Decimal("0.20"))
    since = int(stop.state.submitted_at)
    times, prices, _ = prints("aig_2013-10-09")
    best, triggered = None, 0
    for place in range(bisect.bisect_right(times, since), len(times)):
        if best is not None and prices[place] <= best - Decimal("0.20"):
            triggered = times[place]
            break
        best = prices[place] if best is None else max(best, prices[place])
    end = step_of(day, triggered)
    day.advance(Time((since + end) // 2 // STEP_US * STEP_US))
    if restarts:
        day.restart()
    day.advance(Time(end - STEP_US))
    assert day.order("trail").state.held
    day.advance(Time(end + STEP_US))
    state = day.order("trail").state
    assert (state.triggered_at, state.hwm) == (end, best)
    assert (state.status, day.position()) == ("filled", 0)


@pytest.mark.parametrize("restarts", [False, True], ids=["", "restarted"])
def test_a_bracket_ends_by_the_exit_that_the_day_reaches_first(
    tmp_path: Path, restarts: bool
) -> None:
    day = aig(tmp_path, "13:59:55")
    legs = exits("48.00", "47.50")
    entry = day.submit(
        "entry", Side.BUY, 500, type=T.LIMIT, limit_price=Decimal("47.90"),
        order_class=OrderClass.BRACKET, legs=legs,
    )  # fmt: skip
    day.advance(Time(entry.state.submitted_at + 6 * STEP_US))
    assert day.order("entry").status == "filled"
    if restarts:
        day.restart()
    filled = int(day.executions("entry")[-1].transact_at)
    high = first("aig_2013-10-09", filled, lambda price: price > 48)
    low = first("aig_2013-10-09", filled, lambda price: price <= Decimal("47.50"))
    day.advance(Time(step_of(day, min(high, low)) + 2 * STEP_US))
    if restarts:
        day.restart()
    day.advance(Time(day.clock.wall + 12 * STEP_US))
    ended = {name: str(day.order(name).status) for name in ("tp", "sl")}
    wanted = ("canceled", "filled") if low < high else ("filled", "canceled")
    assert (ended["tp"], ended["sl"]) == wanted
    assert day.position() == 0
    assert sum(one.quantity for one in day.executions() if one.order_id != "entry") == 500


def test_an_oco_sells_what_is_held_once(tmp_path: Path) -> None:
    day = aig(tmp_path, "13:59:55")
    day.submit("entry", Side.BUY, 300)
    day.advance(Time(day.clock.wall + 2 * STEP_US))
    stop = Leg(order_id="sl", client_order_id="sl", type=T.STOP, stop_price=Decimal("47.60"))
    day.submit(
        "oco", Side.SELL, 300, type=T.LIMIT, limit_price=Decimal("48.30"),
        order_class=OrderClass.OCO, legs=(stop,),
    )  # fmt: skip
    day.advance(at("19:59:00"))
    assert {str(day.order("oco").status), str(day.order("sl").status)} == {"filled", "canceled"}
    assert day.position() == 0
    assert sum(one.quantity for one in day.executions() if one.order_id != "entry") == 300


def test_vwap_trades_its_schedule_over_the_day(tmp_path: Path) -> None:
    day = ibm(tmp_path, "13:29:50")
    plan = Algorithm(
        name="vwap", starts_at=at("13:30:00"), ends_at=CLOSE, bins=10,
        curve=tuple(map(Decimal, (21, 11, 11, 8, 7, 6, 5, 8, 7, 16))),
    )  # fmt: skip
    day.submit("parent", Side.BUY, 20_000, algorithm=plan)
    day.advance(at("16:00:00"))
    day.restart()
    day.advance(at("19:59:55"))
    children = sorted(
        (one for one in day.orders() if one.state.order.parent_id == "parent"),
        key=lambda one: one.created_at,
    )
    quantities = [int(one.quantity) for one in children]
    assert quantities == [4200, 2200, 2200, 1600, 1400, 1200, 1000, 1600, 1400, 3200]
    assert (str(day.order("parent").status), day.position()) == ("filled", 20_000)


def test_pov_never_takes_more_than_its_share_of_any_minute(tmp_path: Path) -> None:
    day = ibm(tmp_path, "13:59:50")
    plan = Algorithm(
        name="pov", starts_at=at("14:00:00"), ends_at=at("15:00:00"), rate=Decimal("0.05")
    )
    day.submit("parent", Side.BUY, 50_000, algorithm=plan)
    day.advance(at("15:02:00"))
    volume: dict[int, Decimal] = defaultdict(Decimal)
    times, _, sizes = prints("ibm_2013-10-07_11")
    for time, size in zip(times, sizes, strict=True):
        volume[time // 60_000_000] += size
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for one in day.executions():
        taken[int(one.transact_at) // 60_000_000] += one.quantity
    assert len(taken) >= 50
    assert [m for m, quantity in taken.items() if quantity > volume[m] * Decimal("0.05")] == []
    parent = day.order("parent")
    assert str(parent.status) == "expired"
    assert parent.cum_quantity == sum(taken.values()) == day.position()


def test_a_canceled_twap_stops_and_cancels_its_children(tmp_path: Path) -> None:
    day = ibm(tmp_path, "13:59:50")
    plan = Algorithm(name="twap", starts_at=at("14:00:00"), ends_at=at("14:10:00"), bins=10)
    far = {"type": T.LIMIT, "limit_price": Decimal(150)}
    day.submit("parent", Side.BUY, 1000, algorithm=plan, **far)
    day.advance(at("14:03:30"))
    day.cancel("parent")
    day.advance(at("14:06:00"))
    children = [one for one in day.orders() if one.state.order.parent_id == "parent"]
    # Each bin adds what is missing to its target; the first child of 100 never fills, so does none.
    assert [str(one.status) for one in children] == ["canceled"] * len(children)
    assert len(children) == 4
    assert (str(day.order("parent").status), day.position()) == ("canceled", 0)


def crash(tmp_path: Path) -> Day:
    """SPY on the sixth of May 2010, hour by hour: four prints in the first minute of each."""
    with gzip.open(DATA / "us_lean" / "hour.csv.gz", "rt") as file:
        lines = file.readlines()
    kept = [lines[0], *(line for line in lines if line.startswith("SPY,2010-05-06"))]
    (tmp_path / "spy.csv").write_text("".join(kept))
    begins, closes = Time.parse("2010-05-06T16:00:30Z"), Time.parse("2010-05-06T20:00:00Z")
    return Day(tmp_path / "spy.csv", "SPY", begins, closes)


def test_a_gap_through_the_stop_of_a_bracket_leaves_nothing_open(tmp_path: Path) -> None:
    """flash_crash_hour: 114.71, 114.85, 106.13, 111.80 from 18:00Z on; the stop at 112 is jumped
    over, and what is got is the market's price, not the stop's.
    """
    day = crash(tmp_path)
    entry = {"type": T.LIMIT, "limit_price": Decimal("116.00")}
    day.submit(
        "entry", Side.BUY, 500, order_class=OrderClass.BRACKET, legs=exits("118", "112"), **entry
    )
    day.advance(Time.parse("2010-05-06T18:00:30Z"))
    assert (str(day.order("entry").status), day.position()) == ("filled", 500)
    assert day.order("sl").state.held
    day.advance(Time.parse("2010-05-06T18:01:30Z"))
    assert {name: str(day.order(name).status) for name in ("tp", "sl")} == {
        "tp": "canceled",
        "sl": "filled",
    }
    assert day.position() == 0
    assert {one.price for one in day.executions("sl")} == {Decimal("106.13")}


def test_a_trailing_stop_and_a_restart_in_the_middle_of_the_crash(tmp_path: Path) -> None:
    day = crash(tmp_path)
    day.submit("entry", Side.BUY, 500)
    assert day.position() == 500
    day.submit("trail", Side.SELL, 500, type=T.TRAILING_STOP, trail_percent=Decimal(5))
    day.advance(Time.parse("2010-05-06T18:00:30Z"))
    day.restart()
    # best print after 16:00:35: 116.20 at 16:00:40; 5 % below it lies 110.39
    state = day.order("trail").state
    assert (state.hwm, state.stop_price) == (Decimal("116.2"), Decimal("110.39"))
    day.advance(Time.parse("2010-05-06T18:01:30Z"))
    assert (str(day.order("trail").status), day.position()) == ("filled", 0)
