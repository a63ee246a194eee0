"""Sums are exact at any precision; the average is told to twelve places."""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.numbers import average, minus, plus, times


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
