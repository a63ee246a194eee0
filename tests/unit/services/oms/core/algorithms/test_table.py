"""What holds for every algorithm, whatever becomes of its children."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.oms.core.algorithms.faults import fault
from services.oms.core.algorithms.interface import Progress, with_release
from services.oms.core.algorithms.table import ALGORITHMS, child_expires_at, due
from services.oms.core.algorithms.tape import Tape, blank, traded
from shared import codec
from shared.types import Algorithm, Time
from tests.unit.services.oms.core.algorithms.plans import (
    MINUTE_US,
    SECOND_US,
    START,
    ended,
    filled,
    minute,
    plan,
    progress,
    released,
)

D = Decimal
LOTS = st.sampled_from([D(1), D(100), D("0.01")])
RATE = D("0.07")


@st.composite
def schedules(draw: st.DrawFn) -> Algorithm:
    """A plan of twap or vwap of any length and any curve."""
    bins = draw(st.integers(1, 40))
    length_us = draw(st.integers(bins * SECOND_US, 400 * MINUTE_US))
    fields = {"bins": bins, "ends_at": START.plus(length_us)}
    if draw(st.booleans()):
        return plan("twap", **fields)
    entries = st.decimals(0, 10**9, places=3)
    curve = draw(st.lists(entries, min_size=bins, max_size=bins).filter(any))
    return plan("vwap", curve=tuple(curve), **fields)


def looks_of(plan: Algorithm) -> st.SearchStrategy[list[Time]]:
    """Some times at which somebody looks, in order; the last microsecond of the plan is one."""
    last = plan.ends_at - plan.starts_at - 1
    offsets = st.lists(st.integers(0, last), max_size=60)
    return offsets.map(lambda found: [START.plus(us) for us in sorted({*found, last})])


def all_of_them() -> dict[str, Algorithm]:
    curve = tuple(D(part) for part in range(10))
    return {
        "twap": plan("twap"),
        "vwap": plan("vwap", curve=curve),
        "pov": plan("pov", rate=D("0.5")),
    }


def test_every_algorithm_is_in_the_table_once() -> None:
    assert list(ALGORITHMS) == list(all_of_them())
    assert [work.__name__ for work in ALGORITHMS.values()] == list(ALGORITHMS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_nothing_is_due_before_the_start_or_from_the_end_on(name: str) -> None:
    chosen = all_of_them()[name]
    state = progress()
    for at in (START.plus(-1), chosen.ends_at, chosen.ends_at.plus(MINUTE_US)):
        busy = Tape(minute=Time(at - at % MINUTE_US), volume=D(1000), total=D(1000))
        assert due(chosen, state, busy, at) == 0
    last = chosen.ends_at.plus(-1)
    busy = Tape(minute=Time(last - last % MINUTE_US), volume=D(1000), total=D(1000))
    assert due(chosen, state, busy, last) > 0


def test_only_children_of_a_participation_end_by_themselves() -> None:
    expiries = {name: child_expires_at(one, minute(7.5)) for name, one in all_of_them().items()}
    assert expiries == {"twap": None, "vwap": None, "pov": minute(8)}


def test_a_parent_filled_with_too_much_releases_nothing() -> None:
    for chosen in all_of_them().values():
        tape = Tape(minute=minute(95), volume=D(1000), total=D(1000))
        assert due(chosen, progress(100, done=101), tape, minute(95)) == 0


def test_a_rest_that_is_no_whole_lot_is_not_released() -> None:
    assert due(plan(), progress(1000, done=930, lot=50), blank(plan()), minute(99)) == 50
    assert due(plan(), progress(1000, done=970, lot=50), blank(plan()), minute(99)) == 0


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data(), st.integers(1, 10**7), LOTS)
def test_a_schedule_releases_the_whole_parent_whenever_somebody_looks(
    data: st.DataObject, lots: int, lot: Decimal
) -> None:
    chosen, quantity = data.draw(schedules()), lots * lot
    assert fault(chosen, quantity, lot, START) is None
    looks = data.draw(looks_of(chosen))
    found = released(chosen, progress(quantity, lot=lot), looks)
    assert sum(found) == quantity
    assert all(amount >= 0 and amount % lot == 0 for amount in found)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data(), st.integers(1, 10**7), LOTS)
def test_what_was_released_so_far_is_the_floor_of_the_share_of_the_bins_begun(
    data: st.DataObject, lots: int, lot: Decimal
) -> None:
    chosen, quantity = data.draw(schedules()), lots * lot
    looks = data.draw(looks_of(chosen))
    weights = [Fraction(part) for part in chosen.curve] or [Fraction(1)] * chosen.bins
    length, so_far = Fraction(chosen.ends_at - chosen.starts_at, chosen.bins), D(0)
    found = released(chosen, progress(quantity, lot=lot), looks)
    for at, amount in zip(looks, found, strict=True):
        so_far += amount
        begins = [number for number in range(chosen.bins) if number * length <= at - START]
        share = sum(weights[number] for number in begins) / sum(weights)
        assert so_far == (lots * share).__floor__() * lot


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data(), st.integers(1, 2_000), LOTS)
def test_whatever_becomes_of_children_the_parent_is_never_exceeded(
    data: st.DataObject, lots: int, lot: Decimal
) -> None:
    chosen = data.draw(st.one_of(schedules(), st.just(plan("pov", 400, rate=RATE))))
    state, tape, held = progress(lots * lot, lot=lot), blank(chosen), []
    for at in data.draw(looks_of(chosen)):
        tape = traded(tape, chosen, [(at, D(data.draw(st.integers(0, 50_000))))])
        amount = due(chosen, state, tape, at)
        assert amount >= 0 and amount % lot == 0
        assert state.done + state.open + amount <= lots * lot
        if amount:
            state = with_release(state, amount, at)
            assert due(chosen, state, tape, at) == 0
        part = data.draw(st.integers(0, int(state.open / lot))) * lot
        state = filled(state, part)
        state = ended(state) if data.draw(st.booleans()) else state
        held.append(state.done)
    assert all(before <= after for before, after in pairwise(held))


prints = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 100_000)), min_size=1, max_size=80)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(prints, st.integers(1, 30_000), LOTS, st.data())
def test_participation_never_exceeds_its_rate_in_any_minute_of_any_tape(
    raw: list[tuple[int, int]], lots: int, lot: Decimal, data: st.DataObject
) -> None:
    rate = data.draw(st.decimals("0.001", 1, places=3))
    chosen = plan("pov", 10, rate=rate)
    state, tape = progress(lots * lot, lot=lot), blank(chosen)
    volumes, fills = dict.fromkeys(range(11), 0), dict.fromkeys(range(11), D(0))
    for second, size in sorted(raw):
        at = START.plus(second * SECOND_US)
        tape = traded(tape, chosen, [(at, D(size))])
        volumes[second // 60] += size
        amount = due(chosen, state, tape, at)
        if not amount:
            continue
        state = with_release(state, amount, at)
        expires = child_expires_at(chosen, at)
        assert expires == START.plus((second // 60 + 1) * MINUTE_US)
        part = data.draw(st.integers(0, int(amount / lot))) * lot
        state = ended(filled(state, part))
        fills[second // 60] += part
        assert fills[second // 60] <= rate * volumes[second // 60]
    assert fills[10] == 0
    assert sum(fills.values()) == state.done <= lots * lot


@settings(max_examples=100, derandomize=True, deadline=None)
@given(prints)
def test_participation_whose_children_all_trade_takes_its_whole_share_of_each_minute(
    raw: list[tuple[int, int]],
) -> None:
    chosen = plan("pov", 10, rate=RATE)
    state, tape = progress(10**9), blank(chosen)
    for second, size in sorted(raw):
        at = START.plus(second * SECOND_US)
        tape = traded(tape, chosen, [(at, D(size))])
        amount = due(chosen, state, tape, at)
        state = filled(with_release(state, amount, at)) if amount else state
    of_minute = [sum(size for second, size in raw if second // 60 == n) for n in range(10)]
    assert state.done == sum(volume * 7 // 100 for volume in of_minute)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_restart_at_any_look_changes_nothing(name: str) -> None:
    chosen = all_of_them()[name]
    looks = [minute(number / 3) for number in range(301)]
    assert _worked(chosen, looks, restarts=True) == _worked(chosen, looks, restarts=False)


def _worked(chosen: Algorithm, looks: list[Time], *, restarts: bool) -> list[Decimal]:
    """What is released where half of each child is filled before the next look."""
    state, tape, found = progress(1000), blank(chosen), []
    for number, at in enumerate(looks):
        if restarts:
            state = codec.decoder(Progress).decode(codec.encode(state))
            tape = codec.decoder(Tape).decode(codec.encode(tape))
        tape = traded(tape, chosen, [(at, D(number % 7))])
        state = filled(state, state.open // 2)
        amount = due(chosen, state, tape, at)
        found.append(amount)
        state = with_release(state, amount, at) if amount else state
    assert sum(found) > 100
    return found
