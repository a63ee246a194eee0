"""Numbers of a body: taken exactly, or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.gateway.core.numbers import ABSENT, Raw, number, plain, positive
from services.gateway.core.problems import Problem


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"1.50", "1.5"),
        (b'"1.50"', "1.5"),
        (b"0", "0"),
        (b"-3", "-3"),
        (b'".5"', "0.5"),
        (b"100.1", "100.1"),
        (b"12345678901234567890.123456789", "12345678901234567890.123456789"),
    ],
)
def test_a_number_or_a_string_of_digits_is_taken_exactly(raw: bytes, value: str) -> None:
    assert str(number(Raw(raw), "qty")) == value


@pytest.mark.parametrize("raw", [ABSENT, Raw(b"null")])
def test_absent_and_null_are_none(raw: Raw) -> None:
    assert number(raw, "qty") is None


@pytest.mark.parametrize(
    "raw",
    [b"1e3", b'"1e3"', b'"NaN"', b'"Infinity"', b'"1_000"', b'" 1"', b'""', b"true", b"[1]",
     b'"+1"', b'"0x10"', b'"1."', '"١"'.encode()],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        number(Raw(raw), "qty")
    assert (refused.value.status, refused.value.code) == (422, 40010001)


def test_more_digits_than_can_be_meant_are_refused() -> None:
    with pytest.raises(Problem, match="more than 30 digits"):
        number(Raw(b"1" * 31), "qty")


@pytest.mark.parametrize("raw", [b"0", b"-0.01", b"0.00"])
def test_a_positive_number_is_above_zero(raw: bytes) -> None:
    with pytest.raises(Problem, match="limit price must be > 0"):
        positive(Raw(raw), "limit_price", "limit price must be > 0")


@pytest.mark.parametrize(("value", "text"), [("1E+2", "100"), ("2.50", "2.5"), ("0.10", "0.1")])
def test_out_it_goes_without_exponent_and_trailing_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
