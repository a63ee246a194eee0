"""The tape is exact, knows its minute, and takes nothing from outside the plan."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.oms.core.algorithms.tape import Tape, blank, minute_of, traded
from shared.types import Time
from tests.unit.services.oms.core.algorithms.plans import MINUTE_US, START, minute, plan

D = Decimal


def test_a_minute_begins_at_its_first_microsecond_and_ends_before_the_next() -> None:
    assert minute_of(START) == START
    assert minute_of(START.plus(MINUTE_US - 1)) == START
    assert minute_of(START.plus(MINUTE_US)) == START.plus(MINUTE_US)


def test_prints_of_one_minute_add_up_and_the_next_minute_begins_at_nothing() -> None:
    tape = traded(blank(plan()), plan(), [(minute(0), D(100)), (minute(0.9), D("0.5"))])
    assert tape == Tape(minute=minute(0), volume=D("100.5"), total=D("100.5"))
    tape = traded(tape, plan(), [(minute(2), D(7))])
    assert tape == Tape(minute=minute(2), volume=D(7), total=D("107.5"))


def test_a_print_counts_from_the_start_and_before_the_end_of_the_plan_only() -> None:
    short = plan(starts_at=minute(0.5), ends_at=minute(2))
    prints = [
        (minute(0.5).plus(-1), D(1)),
        (minute(0.5), D(2)),
        (minute(2).plus(-1), D(4)),
        (minute(2), D(8)),
    ]
    assert traded(blank(short), short, prints[:2]) == Tape(
        minute=minute(0), volume=D(2), total=D(2)
    )
    assert traded(blank(short), short, prints) == Tape(minute=minute(1), volume=D(4), total=D(6))


def test_a_late_print_counts_in_the_total_and_makes_no_minute_larger() -> None:
    prints = [(minute(1), D(10)), (minute(0.99), D(5)), (minute(1.5), D(1))]
    assert traded(blank(plan()), plan(), prints) == Tape(
        minute=minute(1), volume=D(11), total=D(16)
    )


def test_a_sum_keeps_every_digit() -> None:
    prints = [(START, D(10) ** 40), (START, D(10) ** -40)]
    assert (
        str(traded(blank(plan()), plan(), prints).volume) == "1" + "0" * 40 + "." + "0" * 39 + "1"
    )


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-60, 6_100), st.integers(0, 10_000)), max_size=60),
    st.integers(0, 60),
)
def test_folding_in_two_steps_is_folding_at_once_and_agrees_with_a_plain_sum(
    raw: list[tuple[int, int]], cut: int
) -> None:
    prints = [(START.plus(second * 1_000_000), D(size)) for second, size in sorted(raw)]
    first = traded(blank(plan()), plan(), prints[:cut])
    tape = traded(first, plan(), prints[cut:])
    assert tape == traded(blank(plan()), plan(), prints)
    inside = [(second, size) for second, size in raw if 0 <= second < 6_000]
    assert tape.total == sum(size for _, size in inside)
    last = max((second // 60 for second, _ in inside), default=0)
    assert tape.minute == Time(START + last * MINUTE_US)
    assert tape.volume == sum(size for second, size in inside if second // 60 == last)
