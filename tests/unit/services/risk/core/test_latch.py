"""A tripped breaker stays tripped until a named person re-arms it in two steps."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.latch import TOKEN_US, halt_by_breaker, refused
from shared.commands import RearmBreaker
from shared.events.risk import (
    BreakerRearmed,
    BreakerTripped,
    CommandRefused,
    RearmOffered,
    TradingStateChanged,
)
from shared.types import Scope, ScopeKind, Side, TradingState
from tests.builders import ACCOUNT, FIRM
from tests.unit.services.risk.desk import D, Desk

SCOPE = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)


def tripped(**limits: str) -> Desk:
    desk = Desk(**{"daily_loss_max": "1000", **limits})
    desk.wait(1)
    desk.value(equity=D("98500"))
    assert desk.row("breakers", ACCOUNT, "daily_loss").state == "tripped"
    desk.refresh()
    return desk


def test_it_survives_a_restart_and_only_exits_pass() -> None:
    desk = Desk(daily_loss_max="1000")
    desk.buy("AIG", "100", "100")
    desk.wait(1)
    desk.value(equity=D("98500"))
    desk.restart()
    desk.refresh()
    assert desk.denied("in") == ["TRADING_STATE_HALTED"]
    assert desk.denied("out", side=Side.SELL) == []


def test_asking_answers_the_numbers_and_a_token_for_five_minutes() -> None:
    desk = tripped()
    offer = desk.rearm()
    assert isinstance(offer, RearmOffered)
    assert (offer.limit, offer.value) == (1000, 1500)
    assert offer.expires_at == desk.at.wall.plus(TOKEN_US)
    assert desk.denied("one") == ["TRADING_STATE_HALTED"]


def test_confirming_with_the_token_re_arms_and_names_the_person() -> None:
    desk = tripped()
    offer: Any = desk.rearm(reason="position closed")
    desk.restart()
    desk.refresh()
    said = desk.command(RearmBreaker, breaker="daily_loss", token=offer.token, actor="grace")
    assert [type(event) for event in said] == [BreakerRearmed, TradingStateChanged]
    assert (said[0].actor, said[0].reason) == ("grace", "position closed")
    assert said[1].state is TradingState.ACTIVE
    assert desk.denied("one") == []


def test_a_halt_by_hand_outlives_the_re_arm() -> None:
    desk = tripped()
    desk.halt(SCOPE)
    offer: Any = desk.rearm()
    desk.rearm(token=offer.token)
    assert desk.denied("one") == ["TRADING_STATE_HALTED"]
    desk.resume(SCOPE)
    assert desk.denied("two") == []


def test_resuming_by_hand_does_not_re_arm() -> None:
    desk = tripped()
    answer = desk.resume(SCOPE)[0]
    assert isinstance(answer, CommandRefused)
    assert answer.code == "BREAKER_LATCHED"
    assert desk.denied("one") == ["TRADING_STATE_HALTED"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"token": "guessed"}, "TOKEN_WRONG"),
        ({"actor": " "}, "ACTOR_MISSING"),
        ({"reason": ""}, "REASON_MISSING"),
        ({"breaker": "drawdown"}, "BREAKER_NOT_TRIPPED"),
    ],
)
def test_what_is_no_re_arm_is_refused_and_changes_nothing(
    fields: dict[str, str], code: str
) -> None:
    desk = tripped()
    answer = desk.rearm(**fields)
    assert isinstance(answer, CommandRefused)
    assert answer.code == code
    assert desk.denied("one") == ["TRADING_STATE_HALTED"]


def test_a_token_expires() -> None:
    desk = tripped()
    offer: Any = desk.rearm()
    desk.wait(300.001)
    answer: Any = desk.rearm(token=offer.token)
    assert answer.code == "TOKEN_EXPIRED"


def test_a_token_works_once() -> None:
    desk = tripped()
    offer: Any = desk.rearm()
    desk.rearm(token=offer.token)
    answer: Any = desk.rearm(token=offer.token)
    assert answer.code == "BREAKER_NOT_TRIPPED"


def test_a_valuation_from_before_the_re_arm_trips_nothing_and_a_later_one_does() -> None:
    desk = tripped()
    offer: Any = desk.rearm()
    desk.rearm(token=offer.token)
    assert desk.value(equity=D("98500")) == []
    desk.wait(1)
    assert isinstance(desk.value(equity=D("98500"))[0], BreakerTripped)


def test_a_breaker_trips_once() -> None:
    desk = Desk()
    trip: tuple[Any, ...] = (
        FIRM, ACCOUNT, "daily_loss", D(1), D(2), TradingState.HALTED, "r", desk.state, desk.at,
    )  # fmt: skip
    assert len(halt_by_breaker(*trip)) == 2
    assert halt_by_breaker(*trip) == []


def test_a_refusal_names_its_command() -> None:
    answer = refused(None, "CODE", "text")
    assert (answer.command_id, answer.code, answer.text) == ("", "CODE", "text")
