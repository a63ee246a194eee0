"""What a release does to a parent's progress; shares of a quantity, exactly."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core.algorithms.interface import (
    Progress,
    begun,
    left,
    released_this_minute,
    share,
    with_release,
)
from tests.unit.services.oms.core.algorithms.plans import filled, minute, progress

D = Decimal


def test_a_parent_begins_with_nothing_released() -> None:
    assert begun(D(500), D(100)) == Progress(
        quantity=D(500),
        done=D(0),
        open=D(0),
        lot=D(100),
        released_at=None,
        released_in_minute=D(0),
    )


def test_what_no_child_has_taken_up_is_left() -> None:
    assert left(progress(quantity=100, done=30, open=20)) == 50
    assert left(progress(quantity=100, done=90, open=20)) == -10


def test_a_release_is_open_and_counts_in_its_minute_even_when_filled() -> None:
    state = with_release(progress(), D(10), minute(3.1))
    state = with_release(filled(state), D(5), minute(3.9))
    assert (state.done, state.open, state.released_at) == (10, 5, minute(3.9))
    assert state.released_in_minute == 15
    assert released_this_minute(state, minute(3.99)) == 15
    assert released_this_minute(state, minute(4)) == 0


def test_a_release_in_a_new_minute_counts_alone() -> None:
    state = with_release(with_release(progress(), D(10), minute(3.9)), D(5), minute(4))
    assert (state.open, state.released_in_minute) == (15, 5)


def test_nothing_was_released_in_a_minute_before_the_first_release() -> None:
    state = msgspec.structs.replace(progress(), released_in_minute=D(7))
    assert released_this_minute(state, minute(0)) == 0


def test_a_share_is_rounded_down_to_whole_lots() -> None:
    assert share(D(1000), D(1), D(3), D(1)) == 333
    assert share(D(1000), D(1), D(3), D(100)) == 300
    assert share(D(1), D(1), D(3), D("0.01")) == D("0.33")
    assert share(D(1000), D(3), D(3), D(1)) == 1000


def test_a_share_is_exact_where_a_rounded_division_would_lose_a_lot() -> None:
    third = D(10) ** 70 * 3
    assert share(third, D(1), D(3), D(1)) == D(10) ** 70
    assert share(D("9" * 70), D(1), D(10) ** 70, D(1)) == 0
