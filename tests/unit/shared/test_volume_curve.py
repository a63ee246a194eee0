"""The mean of past days' shares, exact, and never a look at the day itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.volume_curve import volume_curve

D = Decimal
DAY = date(2013, 10, 9)


class Guarded(Mapping[date, Sequence[Decimal]]):
    """Volumes by day; days from DAY on are there and break whoever reads them."""

    def __init__(self, days: dict[date, Sequence[Decimal]]) -> None:
        self.days = days

    def __getitem__(self, day: date) -> Sequence[Decimal]:
        if day >= DAY:
            raise AssertionError(f"{day} was read")
        return self.days[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self.days)

    def __len__(self) -> int:
        return len(self.days)


def days(*volumes: tuple[int, ...]) -> dict[date, Sequence[Decimal]]:
    """Successive days, the last of which is the one before DAY."""
    first = DAY - timedelta(days=len(volumes))
    return {
        first + timedelta(days=number): tuple(D(volume) for volume in of_day)
        for number, of_day in enumerate(volumes)
    }


def test_one_day_is_its_own_shares() -> None:
    assert volume_curve(days((50, 20, 30)), DAY, 1) == (D("0.5"), D("0.2"), D("0.3"))


def test_each_day_counts_alike_whatever_its_volume() -> None:
    assert volume_curve(days((1, 3), (5000, 5000)), DAY, 2) == (D("0.375"), D("0.625"))


def test_only_the_last_days_are_used_or_as_many_as_there_are() -> None:
    three = days((1, 0), (1, 3), (1, 1))
    assert volume_curve(three, DAY, 1) == (D("0.5"), D("0.5"))
    assert volume_curve(three, DAY, 2) == (D("0.375"), D("0.625"))
    mean = (D("0.583333333333"), D("0.416666666667"))
    assert volume_curve(three, DAY, 3) == mean
    assert volume_curve(three, DAY, 20) == mean
    shuffled = dict(sorted(three.items(), reverse=True))
    assert volume_curve(shuffled, DAY, 1) == (D("0.5"), D("0.5"))


def test_shares_have_twelve_places_half_even() -> None:
    curve = volume_curve(days((1, 2)), DAY, 1)
    assert [str(share) for share in curve] == ["0.333333333333", "0.666666666667"]
    halves = volume_curve(days((1, 3, 2 * 10**12 - 4)), DAY, 1)
    assert [str(share) for share in halves] == ["0E-12", "2E-12", "0.999999999998"]


def test_the_day_itself_and_later_days_are_not_read() -> None:
    known = {**days((1, 1)), DAY: (D(9), D(1)), date(2013, 10, 10): (D(9), D(1))}
    assert volume_curve(Guarded(known), DAY, 5) == (D("0.5"), D("0.5"))
    with pytest.raises(AssertionError, match="2013-10-09 was read"):
        volume_curve(Guarded(known), date(2013, 10, 10), 5)


@pytest.mark.parametrize(
    ("known", "count", "text"),
    [
        ({}, 2, "no day of the 2 before 2013-10-09"),
        ({DAY: (D(1),)}, 2, "no day of the 2 before 2013-10-09"),
        (days((1, 1)), 0, "no day of the 0 before 2013-10-09"),
        (days((1, 1)), -1, "no day of the -1 before 2013-10-09"),
        (days((1, 1), (0, 0)), 2, "no volume on 2013-10-08"),
        (days((1, 1), ()), 2, "no volume on 2013-10-08"),
        (days((1, 1), (3, -1)), 2, "a volume of 2013-10-08 is no number or negative"),
        (days((1, 1), (1, 1, 1)), 2, r"days differ in their bins: \[2, 3\]"),
    ],
)
def test_what_gives_no_curve_is_refused(
    known: dict[date, Sequence[Decimal]], count: int, text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        volume_curve(known, DAY, count)


def test_a_volume_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no number"):
        volume_curve({date(2013, 10, 8): (D("NaN"), D(1))}, DAY, 1)


volumes = st.lists(st.integers(0, 10**9), min_size=5, max_size=5).filter(any).map(tuple)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(volumes, min_size=1, max_size=6))
def test_shares_add_up_to_one_but_for_their_rounding(known: list[tuple[int, ...]]) -> None:
    curve = volume_curve(days(*known), DAY, len(known))
    assert len(curve) == 5
    assert all(0 <= share <= 1 for share in curve)
    assert abs(sum(curve) - 1) <= D("2.5E-12")
