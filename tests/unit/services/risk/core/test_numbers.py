"""An order's decimals in plain form."""

from __future__ import annotations

import msgspec

from services.risk.core.numbers import DECIMALS, normalised
from shared.types import Algorithm, Leg, Order, OrderType
from tests.builders import NOON, order
from tests.unit.services.risk.desk import D


def test_every_decimal_of_an_order_loses_its_zeros_and_its_exponent() -> None:
    asked = normalised(order(**dict.fromkeys(DECIMALS, D("1.50E+1"))))
    assert {str(getattr(asked, name)) for name in DECIMALS} == {"15"}


def test_every_field_that_may_be_a_decimal_is_looked_at() -> None:
    def decimals(kind: type) -> set[str]:
        return {
            field.name for field in msgspec.structs.fields(kind) if "Decimal" in str(field.type)
        }

    assert decimals(Order) == set(DECIMALS)
    assert decimals(Algorithm) == {"curve", "rate"}
    assert decimals(Leg) == {"limit_price", "stop_price", "trail_price", "trail_percent"}


def test_legs_and_algorithms_are_made_plain_too() -> None:
    leg = Leg(
        order_id="leg", client_order_id="leg", type=OrderType.STOP_LIMIT, limit_price=D("99.50"),
        stop_price=D("1E+2"), trail_price=D("1.0"), trail_percent=D("2.0"),
    )  # fmt: skip
    plan = Algorithm(
        name="pov", starts_at=NOON, ends_at=NOON, curve=(D("1.0"), D(0)), rate=D("0.10")
    )
    asked = normalised(order(legs=(leg,), algorithm=plan))
    (told,) = asked.legs
    numbers = (told.limit_price, told.stop_price, told.trail_price, told.trail_percent)
    assert [str(number) for number in numbers] == ["99.5", "100", "1", "2"]
    assert asked.algorithm is not None
    assert (str(asked.algorithm.curve[0]), str(asked.algorithm.rate)) == ("1", "0.1")


def test_a_plain_order_stays_the_very_same() -> None:
    asked = order(limit_price=D("99.5"))
    assert normalised(asked) is asked


def test_what_is_no_number_stays_what_it_is() -> None:
    assert str(normalised(order(quantity=D("sNaN"))).quantity) == "sNaN"
