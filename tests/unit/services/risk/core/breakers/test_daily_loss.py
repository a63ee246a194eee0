"""The loss of the day, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.breakers import BREAKERS
from services.risk.core.breakers.daily_loss import daily_loss
from services.risk.core.limits import UNLIMITED, Limits
from shared.events.portfolio import AccountValued
from shared.types import ZERO
from tests.builders import ACCOUNT, FIRM, NOON
from tests.unit.services.risk.desk import CLASSES, D


def valued(start: str, flows: str, equity: str) -> AccountValued:
    values: dict[str, Any] = {
        "at": NOON, "market_at": NOON, "account_id": ACCOUNT, "firm_id": FIRM, "currency": "USD",
        "cash": ZERO, "long_value": ZERO, "short_value": ZERO, "unrealised": ZERO,
        "realised": ZERO, "peak_equity": ZERO, "oms_seq": 0, "day": NOON,
    }  # fmt: skip
    numbers = {"day_start_equity": D(start), "day_flows": D(flows), "equity": D(equity)}
    return AccountValued(**values, **numbers)


def limits(**values: str) -> Limits:
    return Limits({**CLASSES["paper"], **values}, 1)


@pytest.mark.parametrize(
    ("start", "flows", "equity", "loss"),
    [
        ("100000", "0", "99000", "1000"),
        ("100000", "5000", "104000", "1000"),
        ("100000", "-5000", "94000", "1000"),
        ("100000", "0", "101000", "-1000"),
    ],
)
def test_a_loss_is_what_flows_do_not_explain(
    start: str, flows: str, equity: str, loss: str
) -> None:
    assert daily_loss(valued(start, flows, equity), limits()) == (D(loss), UNLIMITED)


def test_per_cent_are_of_the_flow_adjusted_base() -> None:
    # 2 % of 100,000 + 50,000
    told = daily_loss(valued("100000", "50000", "147000"), limits(daily_loss_pct_max="2"))
    assert told == (3000, 3000)


def test_the_smaller_of_both_limits_counts() -> None:
    both = limits(daily_loss_pct_max="2", daily_loss_max="1500")
    assert daily_loss(valued("100000", "0", "99000"), both) == (1000, 1500)
    both = limits(daily_loss_pct_max="1", daily_loss_max="1500")
    assert daily_loss(valued("100000", "0", "99000"), both) == (1000, 1000)


def test_breakers_have_names_of_their_own() -> None:
    assert [breaker.name for breaker in BREAKERS] == ["daily_loss"]
