"""How an order is to be worked over time, as asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.numbers import Raw
from services.gateway.core.plans import algorithm_of
from services.gateway.core.problems import Problem
from services.gateway.core.wanted import Plan
from shared.types import Algorithm, Time
from tests.builders import NOON

ONE = Time.parse("2013-10-09T17:00:00Z")


def test_an_algorithm_begins_now_unless_it_says_when() -> None:
    plan = Plan(name="twap", ends_at="2013-10-09T13:00:00-04:00")
    assert algorithm_of(plan, NOON) == Algorithm(
        name="twap", starts_at=NOON, ends_at=ONE, bins=10, curve=(), rate=None
    )
    later = Plan(name="twap", starts_at="2013-10-09T16:30:00Z", ends_at=str(ONE), bins=4)
    assert algorithm_of(later, NOON).starts_at == Time.parse("2013-10-09T16:30:00Z")
    assert algorithm_of(later, NOON).bins == 4


def test_a_curve_says_how_many_bins_there_are() -> None:
    curve = [Raw(b"3"), Raw(b'"1.50"'), Raw(b"0")]
    made = algorithm_of(Plan(name="vwap", ends_at=str(ONE), curve=curve), NOON)
    assert (made.bins, made.curve) == (3, (Decimal(3), Decimal("1.5"), Decimal(0)))
    assert algorithm_of(Plan(name="vwap", ends_at=str(ONE)), NOON).curve == ()


def test_participation_has_a_rate() -> None:
    made = algorithm_of(Plan(name="pov", ends_at=str(ONE), rate=Raw(b"0.1")), NOON)
    assert (made.name, made.rate) == ("pov", Decimal("0.1"))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": None}, "algorithm.name is required"),
        ({"name": "magic"}, "invalid algorithm.name: one of twap, vwap, pov is expected"),
        ({"ends_at": None}, "algorithm.ends_at is required"),
        ({"ends_at": "2013-10-09"},
         "algorithm.ends_at must be a time with an offset, as in RFC 3339"),
        ({"ends_at": "later"}, "algorithm.ends_at must be a time with an offset, as in RFC 3339"),
        ({"ends_at": str(NOON)},
         "algorithm.ends_at 2013-10-09T16:00:00Z is not after starts_at 2013-10-09T16:00:00Z"),
        ({"starts_at": "2013-10-09T14:00:00Z", "ends_at": "2013-10-09T15:00:00Z"},
         "algorithm.ends_at 2013-10-09T15:00:00Z is in the past: it is 2013-10-09T16:00:00Z"),
        ({"bins": 0}, "algorithm.bins must be a whole number from 1 to 1000"),
        ({"bins": 1001}, "algorithm.bins must be a whole number from 1 to 1000"),
        ({"ends_at": "2013-10-09T16:00:09Z"},
         "algorithm.bins: 10 bins are shorter than a second each"),
        ({"curve": [Raw(b"1")]}, "twap takes no algorithm.curve"),
        ({"rate": Raw(b"0.1")}, "twap takes no algorithm.rate"),
        ({"name": "pov"},
         "pov requires algorithm.rate: the share of the market's volume, at most 1"),
        ({"name": "pov", "rate": Raw(b"1.01")}, "algorithm.rate must be at most 1, not 1.01"),
        ({"name": "pov", "rate": Raw(b"0")}, "algorithm.rate must be > 0"),
        ({"name": "pov", "rate": Raw(b"1"), "bins": 5},
         "pov takes no algorithm.bins: it follows the market minute by minute"),
        ({"name": "vwap", "bins": 2, "curve": [Raw(b"1")]},
         "algorithm.curve has 1 volumes for 2 bins"),
        ({"name": "vwap", "curve": [Raw(b"0"), Raw(b"0")]},
         "algorithm.curve must be volumes: none below zero, not all zero"),
        ({"name": "vwap", "curve": [Raw(b"2"), Raw(b"-1")]},
         "algorithm.curve must be volumes: none below zero, not all zero"),
        ({"name": "vwap", "curve": [Raw(b"2"), Raw(b"null")]},
         "algorithm.curve must be volumes: none below zero, not all zero"),
        ({"name": "vwap", "curve": []},
         "algorithm.curve must be volumes: none below zero, not all zero"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, Any], text: str) -> None:
    fields: dict[str, Any] = {"name": "twap", "ends_at": str(ONE), **changes}
    with pytest.raises(Problem) as refused:
        algorithm_of(Plan(**fields), NOON)
    assert (refused.value.status, refused.value.message) == (422, text)
