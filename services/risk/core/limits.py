"""Limits by name: what may be set, what is in force, and the same as numbers for the checks.

A limit is a number or `off`, and every one is present; an account inherits nothing. A name that
this release does not enforce may be present, as `off` only: a limit that nobody holds is no limit.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from shared.types import ZERO, normal

OFF = "off"
UNLIMITED = Decimal("Infinity")
COUNT_UNLIMITED = 1 << 60
NUMBER_MAX = Decimal("1E15")
HUNDRED = Decimal(100)
ONE = Decimal(1)
AGE_MS_MAX = Decimal(86_400_000)
ACTIONS = ("warn", "reduce", "halt")
"""What a breaker may do so far; `flatten` is a word of the schema that is not enforced yet."""


class Schema(NamedTuple):
    """What a limit may be."""

    text: str
    may_be_off: bool = True
    least: Decimal = ZERO
    is_whole: bool = False
    most: Decimal = NUMBER_MAX


def _age(text: str) -> Schema:
    return Schema(text, may_be_off=False, least=ONE, is_whole=True, most=AGE_MS_MAX)


ENFORCED: dict[str, Schema] = {
    "order_quantity_max": Schema("units of one order"),
    "order_notional_max": Schema("worth of one order at its worst price"),
    "price_collar_pct": Schema("per cent of the far side that a limit price may cross it by"),
    "position_quantity_max": Schema("units of one position, working orders filled"),
    "position_notional_max": Schema("worth of one position, working orders filled"),
    "gross_exposure_max": Schema("worth of all positions, working orders filled"),
    "leverage_max": Schema("gross exposure in units of equity"),
    "open_orders_max": Schema("orders of the account that have not ended", is_whole=True),
    "orders_per_second_max": Schema(
        "orders and replaces approved in any second", is_whole=True, most=Decimal(1000)
    ),
    "daily_loss_max": Schema("loss of the market day, flows apart"),
    "daily_loss_pct_max": Schema("the same, per cent of the day's first equity and flows"),
    "quote_age_ms_max": _age("age of the quote, or of its feed's sign of life"),
    "valuation_age_ms_max": _age("age of the valuation"),
    "command_age_ms_max": _age("age of the command"),
    "room_silence_ms_max": _age("silence of oms, portfolio or the venue link"),
}
ACTION_NAMES = ("daily_loss_action",)
NOT_ENFORCED = (
    "position_equity_pct_max",
    "net_exposure_max",
    "sector_equity_pct_max",
    "executions_per_minute_max",
    "drawdown_pct_max",
    "position_loss_pct_max",
    "loss_streak_max",
    "reject_rate_pct_max",
    "daily_orders_max",
    "cancel_ratio_max",
    "repeat_window_ms",
    "slippage_budget_bps_max",
)
NAMES = (*ENFORCED, *ACTION_NAMES, *NOT_ENFORCED)


class LimitsInvalid(Exception):
    """These values may not be set; `code` and `text` say why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Limits:
    """The limits of one account as numbers; `off` is infinity, ages are microseconds."""

    __slots__ = (
        "collar_down",
        "collar_up",
        "command_age_us",
        "daily_loss_action",
        "daily_loss_max",
        "daily_loss_pct_max",
        "gross_exposure_max",
        "is_loaded",
        "leverage_max",
        "open_orders_max",
        "order_notional_max",
        "order_quantity_max",
        "orders_per_second_max",
        "position_notional_max",
        "position_quantity_max",
        "price_collar_pct",
        "quote_age_us",
        "room_silence_us",
        "valuation_age_us",
        "version",
    )

    def __init__(self, values: dict[str, str], version: int, *, is_loaded: bool = True) -> None:
        number = {name: _number(values[name]) for name in ENFORCED}
        self.version, self.is_loaded = version, is_loaded
        self.order_quantity_max = number["order_quantity_max"]
        self.order_notional_max = number["order_notional_max"]
        self.price_collar_pct = number["price_collar_pct"]
        self.collar_up = 1 + self.price_collar_pct / HUNDRED
        self.collar_down = 1 - self.price_collar_pct / HUNDRED
        self.position_quantity_max = number["position_quantity_max"]
        self.position_notional_max = number["position_notional_max"]
        self.gross_exposure_max = number["gross_exposure_max"]
        self.leverage_max = number["leverage_max"]
        self.open_orders_max = _count(number["open_orders_max"])
        self.orders_per_second_max = _count(number["orders_per_second_max"])
        self.daily_loss_max = number["daily_loss_max"]
        self.daily_loss_pct_max = number["daily_loss_pct_max"]
        self.daily_loss_action = values["daily_loss_action"]
        self.quote_age_us = int(number["quote_age_ms_max"]) * 1000
        self.valuation_age_us = int(number["valuation_age_ms_max"]) * 1000
        self.command_age_us = int(number["command_age_ms_max"]) * 1000
        self.room_silence_us = int(number["room_silence_ms_max"]) * 1000


def _number(text: str) -> Decimal:
    return UNLIMITED if text == OFF else Decimal(text)


def _count(number: Decimal) -> int:
    return int(number) if number.is_finite() else COUNT_UNLIMITED


def changed(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """All limits after `new` was put over `old`. Raises LimitsInvalid."""
    values = {**old, **{name: _canonical(name, text) for name, text in new.items()}}
    missing = [name for name in NAMES if name not in values]
    if missing:
        raise LimitsInvalid("LIMITS_INCOMPLETE", f"not set: {', '.join(missing)}")
    return {name: values[name] for name in NAMES}


def _canonical(name: str, text: str) -> str:
    if name in ENFORCED:
        return _number_text(name, text, ENFORCED[name])
    if name in ACTION_NAMES:
        return _one_of(name, text, ACTIONS)
    if name in NOT_ENFORCED:
        return _one_of(name, text, (OFF,))
    raise LimitsInvalid("LIMIT_UNKNOWN", f"no limit is called {name!r}")


def _one_of(name: str, text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        rule = f"{name} may be {' or '.join(words)} in this release, not {text!r}"
        raise LimitsInvalid("LIMIT_NOT_ENFORCED", rule)
    return text


def _number_text(name: str, text: str, schema: Schema) -> str:
    if text == OFF:
        return _checked(name, text, schema.may_be_off, "may not be off")
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise LimitsInvalid("LIMIT_INVALID", f"{name} is no number: {text!r}") from error
    _checked(name, text, value.is_finite(), "must be finite")
    _checked(name, text, schema.least <= value <= schema.most, _range(schema))
    _checked(name, text, not schema.is_whole or value == int(value), "must be whole")
    return f"{normal(value):f}"


def _range(schema: Schema) -> str:
    return f"must be from {schema.least:f} to {schema.most:f}"


def _checked(name: str, text: str, is_right: bool, rule: str) -> str:
    if not is_right:
        raise LimitsInvalid("LIMIT_INVALID", f"{name} {rule}: {text!r}")
    return text


_DEFAULT_AGES = {
    "quote_age_ms_max": "3000",
    "valuation_age_ms_max": "3000",
    "command_age_ms_max": "2000",
    "room_silence_ms_max": "3000",
}
NO_LIMITS = Limits(
    {**dict.fromkeys(ENFORCED, OFF), **_DEFAULT_AGES, "daily_loss_action": "halt"},
    0,
    is_loaded=False,
)
"""Where none were set: the gate denies new risk, and judges what else it can by these ages."""
