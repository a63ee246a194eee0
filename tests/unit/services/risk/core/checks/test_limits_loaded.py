"""What `limits_loaded` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.limits_loaded import limits_loaded
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import Desk


def test_an_account_with_limits_passes() -> None:
    assert Desk().check(limits_loaded) is None


def test_an_account_without_limits_is_denied() -> None:
    desk = Desk()
    desk.state.limits.delete(f"account::{ACCOUNT}")
    told = desk.check(limits_loaded)
    assert told is not None
    assert told.code == "LIMITS_MISSING"
