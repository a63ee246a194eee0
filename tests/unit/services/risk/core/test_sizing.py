"""How many units an order by notional is."""

from __future__ import annotations

import pytest

from services.risk.core.sizing import is_notional, quantity_of, sized
from shared.events.market import QuoteUpdated
from tests.builders import order
from tests.unit.services.risk.desk import D, Desk


@pytest.mark.parametrize(
    ("notional", "unit", "quantity"),
    [
        ("100", "10", "10"),
        ("100", "3", "33.333333333"),
        ("0.01", "3", "0.003333333"),
        ("0.01", "20000000", "0"),
        ("200", "3", "66.666666666"),  # never up
        ("999999999999.99", "0.0001", "9999999999999900"),
        ("100", "0", "0"),
        ("0", "10", "0"),
        ("NaN", "10", "0"),
    ],
)
def test_money_pays_for_so_many_units(notional: str, unit: str, quantity: str) -> None:
    assert str(quantity_of(D(notional), D(unit))) == quantity


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("0.01", True), ("999999999999.99", True), ("0", False), ("0.001", False), ("1E12", False)],
)
def test_a_notional_is_an_amount_in_whole_cents(text: str, is_right: bool) -> None:
    assert is_notional(D(text)) is is_right


def test_the_quote_it_is_sized_by_is_the_live_one_and_is_noted() -> None:
    desk = Desk()
    desk.state.latest.take_evidence()
    desk.quote("PIE", 19.0, 20.0)
    asked = order(symbol="PIE", quantity=D(0), notional=D(204))
    assert sized(asked, desk.state).quantity == 10
    noted = desk.state.latest.take_evidence()
    assert [(type(one), one.symbol) for one in noted] == [(QuoteUpdated, "PIE")]


def test_only_an_order_by_notional_is_sized() -> None:
    desk = Desk()
    for asked in (
        order(),
        order(notional=D(10)),
        order(symbol="NONE", notional=D(10), quantity=D(0)),
    ):
        assert sized(asked, desk.state) is asked
