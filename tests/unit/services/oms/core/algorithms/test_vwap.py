"""Slices follow the curve: cumulative shares, rounded down, the rest in the last bin."""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.algorithms.interface import with_release
from services.oms.core.algorithms.table import due
from services.oms.core.algorithms.tape import blank
from services.oms.core.algorithms.vwap import target
from tests.unit.services.oms.core.algorithms.plans import (
    filled,
    minute,
    plan,
    progress,
    released,
)

D = Decimal
BINS = [minute(10 * number) for number in range(10)]
U_SHAPE = tuple(D(part) for part in (18, 12, 9, 7, 6, 6, 7, 8, 10, 17))


def test_ten_bins_by_hand() -> None:
    found = released(plan("vwap", curve=U_SHAPE), progress(1000), BINS)
    assert found == [180, 120, 90, 70, 60, 60, 70, 80, 100, 170]


def test_ten_bins_by_hand_where_the_shares_are_no_whole_lots() -> None:
    found = released(plan("vwap", curve=U_SHAPE), progress(77), BINS)
    assert found == [13, 10, 7, 5, 5, 4, 6, 6, 7, 14]
    in_hundreds = released(plan("vwap", curve=U_SHAPE), progress(1700, lot=100), BINS)
    assert in_hundreds == [300, 200, 100, 100, 100, 100, 200, 100, 200, 300]


def test_only_the_proportions_of_the_curve_count() -> None:
    thirds = tuple(part * D("0.7") / 3 for part in U_SHAPE)
    assert released(plan("vwap", curve=thirds), progress(1000), BINS)[:3] == [180, 120, 90]
    exact = tuple(part * D("0.007") for part in U_SHAPE)
    assert target(plan("vwap", curve=exact), progress(1000), 5) == 520


def test_a_bin_in_which_no_volume_is_expected_releases_nothing() -> None:
    curve = (D(1), D(0), D(1), D(0))
    found = released(
        plan("vwap", bins=4, curve=curve), progress(9), [minute(25 * n) for n in range(4)]
    )
    assert found == [4, 0, 5, 0]


def test_a_target_that_is_a_whole_lot_is_not_rounded_down_by_one() -> None:
    curve = (D("0.1"), D("0.2"), D("0.7"))
    assert [target(plan("vwap", bins=3, curve=curve), progress(10), n) for n in (1, 2)] == [1, 3]
    sevenths = (D(1) / 7,) * 7
    assert target(plan("vwap", bins=7, curve=sevenths), progress(7), 3) == 3


def test_a_child_that_is_still_open_is_not_released_twice() -> None:
    curved = plan("vwap", curve=U_SHAPE)
    state = filled(with_release(progress(1000), D(180), minute(0)), D(80))
    assert due(curved, state, blank(curved), minute(0.5)) == 0
    assert due(curved, state, blank(curved), minute(10)) == 120
