"""Participation: a share of each minute's volume, never made up later."""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.algorithms.interface import Progress, with_release
from services.oms.core.algorithms.pov import minute_ends_at
from services.oms.core.algorithms.table import due
from services.oms.core.algorithms.tape import Tape, blank
from tests.unit.services.oms.core.algorithms.plans import (
    START,
    ended,
    filled,
    minute,
    plan,
    progress,
)

D = Decimal
TENTH = plan("pov", rate=D("0.1"))


def seen(number: float, volume: int) -> Tape:
    """A tape whose minute is that one."""
    return Tape(minute=minute(number), volume=D(volume), total=D(volume))


def test_a_minute_by_hand() -> None:
    state, found = progress(), []
    for second, volume in ((5, 100), (10, 109), (20, 110), (40, 500), (59, 500)):
        amount = due(TENTH, state, seen(3, volume), minute(3 + second / 60))
        found.append(amount)
        state = with_release(state, amount, minute(3 + second / 60)) if amount else state
    assert found == [10, 0, 1, 39, 0]
    assert state.released_in_minute == 50


def test_the_next_minute_begins_again_and_makes_nothing_up() -> None:
    state = ended(with_release(progress(), D(10), minute(3.5)))
    assert due(TENTH, state, seen(3, 100), minute(3.9)) == 0
    assert due(TENTH, state, seen(4, 40), minute(4.1)) == 4


def test_without_a_print_in_this_minute_nothing_is_due() -> None:
    assert due(TENTH, progress(), blank(TENTH), START) == 0
    assert due(TENTH, progress(), seen(3, 100_000), minute(4)) == 0


def test_a_tape_of_a_later_minute_is_not_looked_at() -> None:
    assert due(TENTH, progress(), seen(4, 1000), minute(3.9)) == 0


def test_the_share_is_rounded_down_to_whole_lots() -> None:
    assert due(TENTH, progress(lot=100), seen(3, 1999), minute(3.5)) == 100
    assert due(TENTH, progress(lot=100), seen(3, 999), minute(3.5)) == 0
    assert due(TENTH, progress(lot="0.1"), seen(3, 19), minute(3.5)) == D("1.9")


def test_the_parent_is_the_most_there_is() -> None:
    nearly = progress(1000, done=900, open=93)
    assert due(TENTH, nearly, seen(3, 5000), minute(3.5)) == 7


def test_a_release_that_was_filled_still_counts_in_its_minute() -> None:
    state: Progress = filled(with_release(progress(), D(10), minute(3.2)))
    assert due(TENTH, state, seen(3, 150), minute(3.5)) == 5


def test_a_child_ends_with_its_minute_and_not_after_the_plan() -> None:
    assert minute_ends_at(TENTH, minute(3)) == minute(4)
    assert minute_ends_at(TENTH, minute(4).plus(-1)) == minute(4)
    short = plan("pov", rate=D("0.1"), ends_at=minute(3.5))
    assert minute_ends_at(short, minute(3.2)) == minute(3.5)
