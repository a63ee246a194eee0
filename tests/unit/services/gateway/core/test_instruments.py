"""Instruments by their names, and the steps of their numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.gateway.core.instruments import (
    asset_id,
    check_price,
    check_quantity,
    find,
    named_instrument,
    step,
)
from services.gateway.core.problems import Problem
from shared.instruments import Instrument

AIG = Instrument(symbol="AIG")
LOT = Instrument(symbol="LOT", lot=Decimal(10), tick=Decimal("0.05"))
PART = Instrument(symbol="PART", fractionable=True)
OFF = Instrument(symbol="OFF", tradable=False)
ALL = {one.symbol: one for one in (AIG, LOT, PART, OFF)}


def test_an_instrument_is_found_by_symbol_in_any_case_and_by_asset_id() -> None:
    assert find("AIG", ALL) is find("aig", ALL) is find(asset_id("AIG").upper(), ALL) is AIG
    assert find("NOSUCH", ALL) is None


@pytest.mark.parametrize(
    ("named", "text"),
    [
        (None, "symbol is required"),
        ("", "symbol is required"),
        ("NOSUCH", 'asset "NOSUCH" not found'),
        ("OFF", 'asset "OFF" is not tradable'),
    ],
)
def test_an_order_for_nothing_that_trades_is_refused(named: str | None, text: str) -> None:
    with pytest.raises(Problem) as refused:
        named_instrument(named, ALL)
    assert refused.value.message == text


def test_a_quantity_is_in_lots_or_in_the_smallest_fraction() -> None:
    assert (step(AIG), step(LOT), step(PART)) == (Decimal(1), Decimal(10), Decimal("1E-9"))
    check_quantity("qty", Decimal(20), LOT)
    check_quantity("qty", Decimal("0.000000001"), PART)


@pytest.mark.parametrize(
    ("quantity", "instrument", "text"),
    [
        ("15", LOT, "invalid qty 15: the lot is 10"),
        ("1.5", AIG, "invalid qty 1.5: the lot is 1"),
        ("0.0000000001", PART, "invalid qty 0.0000000001: the smallest step is 0.000000001"),
        ("1000000000001", AIG, "qty must be at most 1000000000000"),
    ],
)
def test_a_quantity_off_its_step_is_refused(
    quantity: str, instrument: Instrument, text: str
) -> None:
    with pytest.raises(Problem) as refused:
        check_quantity("qty", Decimal(quantity), instrument)
    assert refused.value.message == text


def test_a_price_off_the_tick_is_refused_in_the_words_that_clients_know() -> None:
    check_price("limit_price", None, LOT)
    check_price("limit_price", Decimal("1.05"), LOT)
    with pytest.raises(Problem) as refused:
        check_price("limit_price", Decimal("1.02"), LOT)
    assert refused.value.message == (
        "invalid limit_price 1.02. sub-penny increment does not fulfill minimum pricing criteria"
    )
    with pytest.raises(Problem, match="limit_price must be at most 1000000000"):
        check_price("limit_price", Decimal(1_000_000_001), AIG)
