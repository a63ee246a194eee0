"""Bins: when each begins, one release in each, and what is missing is made up by the next."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.oms.core.algorithms.interface import Progress, with_release
from services.oms.core.algorithms.schedule import bins_begun, once_a_bin
from shared.types import Algorithm
from tests.unit.services.oms.core.algorithms.plans import (
    START,
    ended,
    filled,
    minute,
    plan,
    progress,
)

D = Decimal


def tens(plan: Algorithm, progress: Progress, begun: int) -> Decimal:
    """A target of ten more in each bin."""
    return Decimal(10 * begun)


@pytest.mark.parametrize(
    ("after_us", "begun"),
    [(0, 1), (33, 1), (34, 2), (66, 2), (67, 3), (99, 3)],
)
def test_bins_are_equal_to_the_microsecond(after_us: int, begun: int) -> None:
    uneven = plan(bins=3, ends_at=START.plus(100))
    assert bins_begun(uneven, START.plus(after_us)) == begun


def test_more_bins_than_microseconds_begin_several_at_once() -> None:
    crowded = plan(bins=5, ends_at=START.plus(2))
    assert [bins_begun(crowded, START.plus(us)) for us in (0, 1)] == [1, 3]


def test_a_bin_releases_once_and_what_its_child_could_not_trade_comes_with_the_next() -> None:
    state = progress()
    assert once_a_bin(tens, plan(), state, minute(0)) == 10
    denied = ended(with_release(state, D(10), minute(0)))
    assert once_a_bin(tens, plan(), denied, minute(0.1)) == 0
    assert once_a_bin(tens, plan(), denied, minute(9.99)) == 0
    assert once_a_bin(tens, plan(), denied, minute(10)) == 20


def test_what_is_open_or_filled_counts_as_released() -> None:
    state = with_release(progress(), D(10), minute(0))
    assert once_a_bin(tens, plan(), state, minute(10)) == 10
    assert once_a_bin(tens, plan(), filled(state, D(4)), minute(10)) == 10


def test_a_late_first_look_catches_up_in_one_release() -> None:
    assert once_a_bin(tens, plan(), progress(), minute(35)) == 40


def test_the_last_bin_takes_all_that_is_left_whatever_the_target_says() -> None:
    assert once_a_bin(tens, plan(), progress(quantity=103, done=80), minute(90)) == 23


def test_children_from_before_the_plan_hold_no_bin_back() -> None:
    early = filled(with_release(progress(), D(3), START.plus(-1)))
    assert once_a_bin(tens, plan(), early, START) == 7
