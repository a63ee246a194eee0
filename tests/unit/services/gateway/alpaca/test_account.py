"""Account and positions, reckoned by hand."""

from __future__ import annotations

from decimal import Decimal

from services.gateway.alpaca.account import account, positions
from services.gateway.core.sheet import Working
from tests.fakes.gateway_rows import held_of, sheet_of

LONG = held_of("AIG", 100, "50", "49.61", lastday_price=Decimal("49"))
SHORT = held_of("IBM", -10, "180", "181")


def test_equity_is_cash_and_positions_of_the_same_valuation() -> None:
    shown = account(sheet_of("a-1", LONG, SHORT))
    # 100,000 - 5,000 + 1,800 cash; 4,961 long; 1,810 short.
    assert (shown["cash"], shown["equity"]) == ("96800", "99951")
    assert (shown["long_market_value"], shown["short_market_value"]) == ("4961", "-1810")
    assert (shown["initial_margin"], shown["multiplier"]) == ("3385.5", "2")
    assert shown["last_equity"] == "100000"
    assert (shown["status"], shown["trading_blocked"]) == ("ACTIVE", False)


def test_a_cash_account_has_no_margin_and_sells_nothing_short() -> None:
    shown = account(sheet_of("a-1", LONG, type="cash", state="halted"))
    assert (shown["multiplier"], shown["shorting_enabled"]) == ("1", False)
    assert (shown["initial_margin"], shown["trading_blocked"]) == ("4961", True)


def test_buying_power_is_never_shown_below_zero() -> None:
    shown = account(sheet_of("a-1", buying_power=Decimal(-5)))
    assert (shown["buying_power"], shown["non_marginable_buying_power"]) == ("0", "0")


def test_a_short_has_quantity_value_and_cost_below_zero() -> None:
    _, short = positions(sheet_of("a-1", LONG, SHORT), {})
    assert (short["side"], short["qty"]) == ("short", "-10")
    assert (short["market_value"], short["cost_basis"]) == ("-1810", "-1800")
    assert (short["unrealized_pl"], short["unrealized_plpc"]) == ("-10", "-0.00555556")


def test_todays_profit_is_against_the_last_close() -> None:
    long, _ = positions(sheet_of("a-1", LONG, SHORT), {})
    assert (long["unrealized_pl"], long["unrealized_intraday_pl"]) == ("-39", "61")
    assert (long["lastday_price"], long["change_today"]) == ("49", "0.01244898")


def test_what_working_orders_would_sell_is_not_available() -> None:
    def working(symbol: str, side: str, quantity: int) -> Working:
        numbers = {"quantity": Decimal(quantity), "notional": Decimal(0)}
        return Working(symbol=symbol, side=side, count=1, **numbers)

    held = (working("AIG", "sell", 30), working("AIG", "buy", 5), working("IBM", "buy", 4))
    long, short = positions(sheet_of("a-1", LONG, SHORT, working=held), {})
    assert (long["qty_available"], short["qty_available"]) == ("70", "-6")
