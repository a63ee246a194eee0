"""Equal slices at the beginning of each bin, rounded so that nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.oms.core.algorithms.interface import with_release
from services.oms.core.algorithms.table import due
from services.oms.core.algorithms.tape import blank
from services.oms.core.algorithms.twap import target
from tests.unit.services.oms.core.algorithms.plans import (
    ended,
    filled,
    minute,
    plan,
    progress,
    released,
)

D = Decimal
BINS = [minute(10 * number) for number in range(10)]


@pytest.mark.parametrize(
    ("quantity", "lot", "slices"),
    [
        (1000, 1, [100] * 10),
        (1003, 1, [100, 100, 100, 101, 100, 100, 101, 100, 100, 101]),
        (7, 1, [0, 1, 1, 0, 1, 1, 0, 1, 1, 1]),
        (1, 1, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (700, 100, [0, 100, 100, 0, 100, 100, 0, 100, 100, 100]),
        ("0.25", "0.01", ["0.02", "0.03", "0.02", "0.03", "0.02", "0.03"] + ["0.02", "0.03"] * 2),
    ],
)
def test_ten_bins_by_hand(quantity: str, lot: str, slices: list[str]) -> None:
    found = released(plan(), progress(quantity, lot=lot), BINS)
    assert found == [D(amount) for amount in slices]
    assert sum(found) == D(quantity)


def test_between_the_beginnings_of_bins_nothing_is_released() -> None:
    looks = [minute(number) for number in range(25)]
    found = released(plan(), progress(), looks)
    assert {at: amount for at, amount in zip(looks, found, strict=True) if amount} == {
        minute(0): 100,
        minute(10): 100,
        minute(20): 100,
    }


def test_a_child_that_is_still_open_is_not_released_twice() -> None:
    state = with_release(progress(), D(100), minute(0))
    assert due(plan(), state, blank(plan()), minute(10)) == 100
    state = with_release(filled(state, D(40)), D(100), minute(10))
    assert (state.done, state.open) == (40, 160)
    assert due(plan(), state, blank(plan()), minute(20)) == 100


def test_a_child_that_ended_unfilled_is_made_up_with_the_next_bin() -> None:
    state = ended(filled(with_release(progress(), D(100), minute(0)), D(40)))
    assert due(plan(), state, blank(plan()), minute(1)) == 0
    assert due(plan(), state, blank(plan()), minute(10)) == 160


def test_a_smaller_parent_is_never_overshot() -> None:
    assert due(plan(), progress(500, done=480), blank(plan()), minute(90)) == 20
    assert due(plan(), progress(500, done=500), blank(plan()), minute(90)) == 0
    assert due(plan(), progress(500, done=300), blank(plan()), minute(50)) == 0


def test_the_target_is_the_floor_of_the_bins_share() -> None:
    assert [target(plan(), progress(1003), begun) for begun in (1, 3, 4, 9)] == [
        100,
        300,
        401,
        902,
    ]
