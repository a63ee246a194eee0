"""Sums are exact at any precision; the average is told to twelve places."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.oms.core.numbers import average, is_count, is_usable, minus, plus, scaled, times


def test_a_sum_keeps_every_digit_where_the_default_context_would_round() -> None:
    large, small = Decimal("1000000000000000000000"), Decimal("0.000000000000000000001")
    assert str(plus(large, small)) == "1000000000000000000000.000000000000000000001"
    assert str(minus(large, small)) == "999999999999999999999.999999999999999999999"


def test_a_product_keeps_every_digit() -> None:
    left, right = 123456789012345678, 9876543210987654321
    product = times(Decimal(left).scaleb(-18), Decimal(right).scaleb(-18))
    assert product.as_tuple().digits == tuple(int(digit) for digit in str(left * right))


def test_the_average_of_exact_prices_is_exact() -> None:
    amount = plus(times(Decimal(2000), Decimal(100)), times(Decimal(1000), Decimal("100.3")))
    assert str(average(amount, Decimal(3000))) == "100.1"


def test_the_average_is_rounded_half_even_at_the_twelfth_place() -> None:
    assert str(average(Decimal(200), Decimal(3))) == "66.666666666667"
    assert average(Decimal("0.0000000000025"), Decimal(1)) == Decimal("0.000000000002")
    assert average(Decimal("0.0000000000035"), Decimal(1)) == Decimal("0.000000000004")


def test_without_fills_the_average_is_zero() -> None:
    assert str(average(Decimal(0), Decimal(0))) == "0"


@pytest.mark.parametrize(
    ("value", "by", "over", "wanted"),
    [
        ("100", 2, 1, "200"),
        ("255", 1, 10, "25.5"),
        ("0.123456789012345", 1, 8, "0.015432098626543125"),
        ("100", 1, 3, "33.333333333333"),
        ("200", 1, 3, "66.666666666667"),
        ("-10", 2, 3, "-6.666666666667"),
        ("9", 2, 3, "6"),
    ],
)
def test_a_ratio_is_exact_where_it_ends_and_else_told_to_twelve_places(
    value: str, by: int, over: int, wanted: str
) -> None:
    assert str(scaled(Decimal(value), by, over)) == wanted


@pytest.mark.parametrize("bad", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+60", "1E-61"])
def test_what_cannot_be_counted_with_is_not_usable(bad: str) -> None:
    assert not is_usable(Decimal(bad))
    assert not is_count(Decimal(bad))


@pytest.mark.parametrize("good", ["9E+59", "1E-60", "0.000000000001", "12345678901234567890.5"])
def test_the_largest_and_the_finest_number_are_usable(good: str) -> None:
    assert is_usable(Decimal(good)) and is_usable(-Decimal(good))
    assert is_count(Decimal(good)) and not is_count(-Decimal(good))


def test_zero_is_usable_but_no_quantity() -> None:
    assert is_usable(Decimal(0)) and not is_count(Decimal(0))
