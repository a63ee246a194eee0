"""The last check before the broker: what it refuses, in which order, and what it lets pass."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from services.venue.core.guard import GuardLimits, covers, rate_second, refusal
from services.venue.core.observations import KillFlag
from shared.events.oms import OrderSubmitted
from shared.types import Scope, ScopeKind
from tests.builders import ACCOUNT, FIRM, NOON, order
from tests.unit.services.venue.floor import submitted

ALL = Scope(kind=ScopeKind.ALL)
LIMITS = GuardLimits(age_ms_max=30_000, orders_per_second_max=3)


def flag(*scopes: Scope) -> KillFlag:
    return KillFlag(at=NOON, market_at=NOON, scopes=scopes)


def verdict(
    message: OrderSubmitted | None = None,
    seen: KillFlag | None = None,
    sent: int = 0,
    limits: GuardLimits = LIMITS,
    age_ms: int = 0,
) -> str | None:
    wall = NOON.plus(age_ms * 1000)
    return refusal(message or submitted(), seen, sent, limits, wall)


def test_an_ordinary_order_passes() -> None:
    assert verdict() is None
    assert verdict(seen=flag()) is None


def test_a_retired_message_type_is_refused_before_anything_else() -> None:
    limits = msgspec.structs.replace(LIMITS, retired=frozenset({"OrderSubmitted"}))
    assert verdict(seen=flag(ALL), sent=3, limits=limits, age_ms=60_000) == (
        "guard: OrderSubmitted is a retired message type"
    )


def test_with_the_kill_flag_set_only_verified_exits_pass() -> None:
    assert verdict(seen=flag(ALL)) == "guard: kill flag is set"
    assert verdict(submitted(exit_=True), seen=flag(ALL)) is None


def test_an_exit_is_still_held_to_age_rate_and_quantity() -> None:
    assert verdict(submitted(exit_=True), age_ms=31_000) == "guard: 31000 ms old, limit 30000 ms"
    assert verdict(submitted(exit_=True), sent=3) == "guard: more than 3 orders in a second"


def test_more_than_was_approved_is_refused() -> None:
    message = submitted()
    state = msgspec.structs.replace(message.state, leaves_quantity=Decimal(101))
    message = msgspec.structs.replace(message, state=state)
    assert verdict(message) == "guard: 101 to send, 100 approved"


def test_the_part_that_was_filled_before_counts_as_sent() -> None:
    message = submitted()
    state = msgspec.structs.replace(message.state, cum_quantity=Decimal(1))
    assert verdict(msgspec.structs.replace(message, state=state)) == (
        "guard: 101 to send, 100 approved"
    )


@pytest.mark.parametrize(
    ("age_ms", "wanted"), [(30_000, None), (30_001, "guard: 30001 ms old, limit 30000 ms")]
)
def test_an_order_older_than_the_limit_is_refused(age_ms: int, wanted: str | None) -> None:
    assert verdict(age_ms=age_ms) == wanted


@pytest.mark.parametrize(
    ("sent", "wanted"), [(2, None), (3, "guard: more than 3 orders in a second")]
)
def test_orders_beyond_the_rate_are_refused(sent: int, wanted: str | None) -> None:
    assert verdict(sent=sent) == wanted


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (ALL, True),
        (Scope(kind=ScopeKind.FIRM, name=FIRM), True),
        (Scope(kind=ScopeKind.FIRM, name="firm-2"), False),
        (Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT), True),
        (Scope(kind=ScopeKind.ACCOUNT, name="other"), False),
        (Scope(kind=ScopeKind.SYMBOL, name="AIG"), True),
        (Scope(kind=ScopeKind.SYMBOL, name="IBM"), False),
        (Scope(kind=ScopeKind.STRATEGY, name="manual", account_id=ACCOUNT), True),
        (Scope(kind=ScopeKind.STRATEGY, name="manual", account_id="other"), False),
        (Scope(kind=ScopeKind.STRATEGY, name="trend", account_id=ACCOUNT), False),
    ],
)
def test_a_flag_covers_what_lies_in_its_scope_only(scope: Scope, wanted: bool) -> None:
    assert covers(scope, order()) is wanted
    assert (verdict(seen=flag(scope)) is not None) is wanted


def test_the_rate_counts_by_wall_second() -> None:
    assert rate_second(NOON) == rate_second(NOON.plus(999_999)) == rate_second(NOON) + 0
    assert rate_second(NOON.plus(1_000_000)) == rate_second(NOON) + 1
