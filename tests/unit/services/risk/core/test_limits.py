"""Limits: what may be set, and what is refused whole."""

from __future__ import annotations

import pytest

from services.risk.core.limits import (
    NAMES,
    NO_LIMITS,
    UNLIMITED,
    Limits,
    LimitsInvalid,
    changed,
)
from tests.unit.services.risk.desk import CLASSES, D

PAPER = CLASSES["paper"]


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_the_template_names_every_limit_and_nothing_else(name: str) -> None:
    assert set(CLASSES[name]) == set(NAMES)
    assert changed({}, CLASSES[name]) == {limit: CLASSES[name][limit] for limit in NAMES}


def test_names_are_those_of_the_risk_room_and_there_are_28() -> None:
    assert len(NAMES) == len(set(NAMES)) == 28


def test_an_account_inherits_nothing_all_limits_must_be_there() -> None:
    with pytest.raises(LimitsInvalid, match="not set: order_notional_max"):
        changed({}, {name: text for name, text in PAPER.items() if name != "order_notional_max"})


def test_a_later_change_may_name_some_and_leaves_the_others() -> None:
    values = changed(changed({}, PAPER), {"open_orders_max": "5"})
    assert values == {**{name: PAPER[name] for name in NAMES}, "open_orders_max": "5"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("order_quantity_max", "-1", "LIMIT_INVALID"),
        ("order_quantity_max", "NaN", "LIMIT_INVALID"),
        ("order_quantity_max", "Infinity", "LIMIT_INVALID"),
        ("order_quantity_max", "1E16", "LIMIT_INVALID"),
        ("order_quantity_max", "", "LIMIT_INVALID"),
        ("order_quantity_max", "null", "LIMIT_INVALID"),
        ("order_quantity_max", "OFF", "LIMIT_INVALID"),
        ("open_orders_max", "1.5", "LIMIT_INVALID"),
        ("orders_per_second_max", "1001", "LIMIT_INVALID"),
        ("quote_age_ms_max", "off", "LIMIT_INVALID"),
        ("quote_age_ms_max", "0", "LIMIT_INVALID"),
        ("daily_loss_action", "shout", "LIMIT_NOT_ENFORCED"),
        ("daily_loss_action", "flatten", "LIMIT_NOT_ENFORCED"),
        ("drawdown_pct_max", "5", "LIMIT_NOT_ENFORCED"),
        ("order_quantity_maximum", "5", "LIMIT_UNKNOWN"),
    ],
)
def test_what_is_no_limit_is_refused(name: str, text: str, code: str) -> None:
    with pytest.raises(LimitsInvalid) as refused:
        changed(PAPER, {name: text})
    assert refused.value.code == code
    assert name in refused.value.text


@pytest.mark.parametrize(
    ("text", "stored"), [("0", "0"), ("1E2", "100"), ("2.50", "2.5"), ("off", "off")]
)
def test_a_number_is_stored_in_plain_form(text: str, stored: str) -> None:
    assert changed(PAPER, {"order_notional_max": text})["order_notional_max"] == stored


def test_limits_are_numbers_for_the_checks() -> None:
    limits = Limits({**PAPER, "price_collar_pct": "10", "open_orders_max": "7"}, 4)
    assert (limits.collar_up, limits.collar_down) == (D("1.1"), D("0.9"))
    assert (limits.open_orders_max, limits.order_quantity_max) == (7, UNLIMITED)
    assert (limits.quote_age_us, limits.command_age_us) == (3_000_000, 2_000_000)
    assert (limits.version, limits.is_loaded, NO_LIMITS.is_loaded) == (4, True, False)
