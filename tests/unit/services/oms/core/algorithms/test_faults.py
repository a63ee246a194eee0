"""Every fault of a plan has its text; a plan without one has none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.oms.core.algorithms.faults import BINS_MAX, fault
from shared.types import Algorithm
from tests.unit.services.oms.core.algorithms.plans import START, minute, plan

D = Decimal
TEN = tuple(D(part) for part in range(10))
NOW = minute(-1)


def texts(plan: Algorithm, quantity: Any = 1000, lot: Any = 1) -> str | None:
    return fault(plan, D(quantity), D(lot), NOW)


@pytest.mark.parametrize(
    ("good", "quantity", "lot"),
    [
        (plan("twap"), 1000, 1),
        (plan("twap", bins=1), 1000, 1),
        (plan("twap", bins=BINS_MAX), 3, 1),
        (plan("twap", bins=BINS_MAX, ends_at=START.plus(1_000_000_000)), 3, 1),
        (plan("twap", ends_at=START.plus(10_000_000)), "0.3", "0.1"),
        (plan("vwap", curve=TEN), 1000, 100),
        (plan("vwap", bins=2, curve=(D(0), D("1E-9"))), 1, 1),
        (plan("vwap", bins=2, curve=(D("1E-30"), D("1E29"))), 1, 1),
        (plan("pov", rate=D(1)), 1000, 1),
        (plan("pov", rate=D("1E-30")), "1E29", "1E-30"),
    ],
)
def test_a_possible_plan_has_no_fault(good: Algorithm, quantity: str, lot: str) -> None:
    assert texts(good, quantity, lot) is None


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (plan("iceberg"), "algorithm iceberg is unknown: one of twap, vwap, pov is expected"),
        (plan(""), "algorithm  is unknown: one of twap, vwap, pov is expected"),
        (plan("twap", bins=0), "bins must be 1 to 1000, not 0"),
        (plan("twap", bins=1001), "bins must be 1 to 1000, not 1001"),
        (
            plan("twap", ends_at=START.plus(9_999_999)),
            "10 bins are too many for 9999999 microseconds: one lasts 1 second or more",
        ),
        (plan("vwap"), "vwap needs a curve"),
        (plan("vwap", curve=TEN[1:]), "the curve has 9 entries for 10 bins"),
        (plan("vwap", curve=(*TEN, D(1))), "the curve has 11 entries for 10 bins"),
        (plan("vwap", curve=(D(0),) * 10), "the sum of the curve must be above 0"),
        (plan("vwap", curve=(*TEN[:9], D(-1))), "curve[9] is negative: -1"),
        (
            plan("vwap", curve=(D("NaN"), *TEN[1:])),
            "curve[0] is no number of at most 30 digits: NaN",
        ),
        (
            plan("vwap", curve=(*TEN[:2], D("1E+30"), *TEN[3:])),
            "curve[2] is no number of at most 30 digits: 1E+30",
        ),
        (
            plan("vwap", curve=(*TEN[:9], D("1E-31"))),
            "curve[9] is no number of at most 30 digits: 1E-31",
        ),
        (plan("pov"), "pov needs a rate"),
        (plan("pov", rate=D(0)), "rate must be above 0 and at most 1, not 0"),
        (plan("pov", rate=D("-0.1")), "rate must be above 0 and at most 1, not -0.1"),
        (plan("pov", rate=D("1.01")), "rate must be above 0 and at most 1, not 1.01"),
        (plan("pov", rate=D("NaN")), "rate must be above 0 and at most 1, not NaN"),
        (plan("pov", rate=D("1E-999999")), "rate must be above 0 and at most 1, not 1E-999999"),
        (
            plan("twap", starts_at=minute(5), ends_at=minute(5)),
            "ends_at 2013-10-09T13:35:00Z is not after starts_at 2013-10-09T13:35:00Z",
        ),
        (
            plan("twap", starts_at=minute(-9), ends_at=NOW),
            "ends_at 2013-10-09T13:29:00Z is in the past at 2013-10-09T13:29:00Z",
        ),
    ],
)
def test_an_impossible_plan_has_exactly_its_fault(bad: Algorithm, text: str) -> None:
    assert texts(bad) == text


@pytest.mark.parametrize(
    ("quantity", "lot", "text"),
    [
        ("0", "1", "quantity must be a positive number of whole lots of 1, not 0"),
        ("-5", "1", "quantity must be a positive number of whole lots of 1, not -5"),
        ("150", "100", "quantity must be a positive number of whole lots of 100, not 150"),
        ("NaN", "1", "quantity must be a positive number of whole lots of 1, not NaN"),
        ("Infinity", "1", "quantity must be a positive number of whole lots of 1, not Infinity"),
        ("1E+999999", "1", "quantity must be a positive number of whole lots of 1, not 1E+999999"),
        ("5", "0", "lot must be above 0, not 0"),
        ("5", "NaN", "lot must be above 0, not NaN"),
    ],
)
def test_a_quantity_that_children_cannot_make_up_is_a_fault(
    quantity: str, lot: str, text: str
) -> None:
    assert texts(plan("twap"), quantity, lot) == text


def test_a_plan_that_has_begun_and_not_ended_can_still_run() -> None:
    assert fault(plan("twap"), D(1), D(1), minute(99)) is None
    assert fault(plan("twap"), D(1), D(1), minute(100)) is not None


def test_parameters_of_other_algorithms_are_not_looked_at() -> None:
    assert texts(plan("twap", curve=TEN[1:], rate=D(7))) is None
    assert texts(plan("pov", rate=D(1), curve=TEN[1:])) is None


def test_all_faults_are_in_one_text_in_the_order_of_the_rules() -> None:
    hopeless = plan("nope", starts_at=minute(-2), ends_at=minute(-3), bins=0)
    assert texts(hopeless, "0.5") == (
        "algorithm nope is unknown: one of twap, vwap, pov is expected"
        "; ends_at 2013-10-09T13:27:00Z is not after starts_at 2013-10-09T13:28:00Z"
        "; ends_at 2013-10-09T13:27:00Z is in the past at 2013-10-09T13:29:00Z"
        "; bins must be 1 to 1000, not 0"
        "; quantity must be a positive number of whole lots of 1, not 0.5"
    )
