"""Published floats become decimals on the instrument's steps, and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from shared.instruments import Instrument, load

CENT = Instrument(symbol="AIG")


@pytest.mark.parametrize(
    ("published", "wanted"),
    [
        (47.82, "47.82"),
        (47.8, "47.8"),
        (48.0, "48"),
        (0.1 + 0.2, "0.3"),
        (47.8249, "47.82"),
        (47.825, "47.82"),
        (47.835, "47.84"),
        (123456789.01, "123456789.01"),
        (0.0, "0"),
        (-37.63, "-37.63"),
    ],
)
def test_a_price_lies_on_the_tick(published: float, wanted: str) -> None:
    assert str(CENT.price(published)) == wanted


def test_a_tick_need_not_be_a_power_of_ten() -> None:
    future = Instrument(symbol="ES", tick=Decimal("0.25"))
    assert str(future.price(1785.37)) == "1785.25"
    assert str(future.price(1785.38)) == "1785.5"


@pytest.mark.parametrize(("published", "wanted"), [(300.0, "300"), (99.9, "99"), (0.4, "0")])
def test_a_size_is_whole_lots_rounded_down(published: float, wanted: str) -> None:
    assert str(CENT.size(published)) == wanted


def test_a_lot_may_be_a_fraction() -> None:
    coin = Instrument(symbol="BTCUSD", lot=Decimal("0.001"))
    assert str(coin.size(0.123456)) == "0.123"


@pytest.mark.parametrize("published", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_finite_number_is_no_price(published: float) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        CENT.price(published)


def test_instruments_are_read_from_a_file_with_defaults(tmp_path: Path) -> None:
    path = tmp_path / "instruments.toml"
    path.write_text(
        '[defaults]\ncurrency = "USD"\nsector_date = 2018-02-07\n'
        '[AIG]\nname = "American International Group"\ntick = "0.01"\nsector = "Financials"\n'
        "[ES]\ntick = 0.25\nmultiplier = 50\nshortable = true\n"
    )
    found = load(path)
    assert list(found) == ["AIG", "ES"]
    assert (found["AIG"].sector, found["AIG"].sector_date) == ("Financials", "2018-02-07")
    assert (found["ES"].tick, found["ES"].multiplier) == (Decimal("0.25"), Decimal(50))


def test_an_unknown_field_of_an_instrument_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "instruments.toml"
    path.write_text("[AIG]\ntik = 1\n")
    with pytest.raises(ValueError, match="AIG: unknown tik"):
        load(path)


def test_prices_below_zero_are_an_exception_that_an_instrument_names(tmp_path: Path) -> None:
    path = tmp_path / "instruments.toml"
    path.write_text("[CL]\nnegative_prices = true\n[AIG]\n")
    found = load(path)
    assert (found["CL"].negative_prices, found["AIG"].negative_prices) == (True, False)
