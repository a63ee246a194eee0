"""What `account_known` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.account_known import account_known
from tests.builders import FIRM
from tests.unit.services.risk.desk import Desk


def test_an_order_of_the_accounts_own_firm_passes() -> None:
    assert Desk().check(account_known, firm_id=FIRM) is None


def test_an_account_nobody_opened_is_denied_with_its_id() -> None:
    told = Desk().check(account_known, account_id="nobody")
    assert told is not None
    assert (told.code, told.value, told.scope) == ("ACCOUNT_UNKNOWN", "nobody", "account::nobody")


def test_another_firms_order_is_denied_with_both_names() -> None:
    told = Desk().check(account_known, firm_id="firm-2")
    assert told is not None
    assert (told.code, told.limit, told.value) == ("ACCOUNT_MISMATCH", FIRM, "firm-2")
