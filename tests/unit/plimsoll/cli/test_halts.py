"""`halt`, `resume`, `breakers`, `rearm`, and the file that the last hop reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from plimsoll.cli import desk
from tests.unit.plimsoll.cli.conftest import Gateway

ALL = {"kind": "all", "name": "", "account_id": ""}
OFFER = {
    "breaker": "daily_loss",
    "token": "t-1",
    "limit": "5",
    "value": "7",
    "tripped_at": "2013-10-09T14:00:00Z",
}


def flags(gateway: Gateway) -> list[Any]:
    """What the last hop reads."""
    folder: Path = gateway.state / "kill"
    return [json.loads(f.read_text()) for f in folder.iterdir()] if folder.exists() else []


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        (("--all",), ALL),
        (("--firm", "f-1"), {"kind": "firm", "name": "f-1", "account_id": ""}),
        (("--account", "a-1"), {"kind": "account", "name": "a-1", "account_id": ""}),
        (("--symbol", "aig"), {"kind": "symbol", "name": "AIG", "account_id": ""}),
        (
            ("--strategy", "s", "--account", "a-1"),
            {"kind": "strategy", "name": "s", "account_id": "a-1"},
        ),
    ],
)
def test_halt_sets_the_flag_and_tells_the_gateway_and_resume_takes_both_back(
    gateway: Gateway, words: tuple[str, ...], scope: dict[str, str]
) -> None:
    gateway.will({"state": "halted"})
    gateway.done("halt", *words, "--reason", "strange fills")
    assert gateway.path() == "POST /api/v1/halts"
    wanted = {"scope": scope, "reason": "strange fills", "state": "halted", "cancel": False}
    assert gateway.body() == wanted
    assert flags(gateway) == [scope]
    gateway.will({"state": "active"})
    gateway.done("resume", *words, "--reason", "explained")
    assert gateway.path() == "DELETE /api/v1/halts"
    assert gateway.body() == {"scope": scope, "reason": "explained"}
    assert flags(gateway) == []


def test_a_halt_with_every_server_down_still_sets_the_flag(gateway: Gateway) -> None:
    desk.transport = httpx.MockTransport(unreachable)
    result = gateway.run("halt", "--all", "--reason", "fire")
    assert result.exit_code == 1
    assert flags(gateway) == [ALL]
    assert "the last hop" in result.stderr


def test_a_refused_halt_leaves_no_flag_behind(gateway: Gateway) -> None:
    gateway.will({"message": "request is not authorized"}, 401)
    assert gateway.run("halt", "--all", "--reason", "r").exit_code == 1
    assert flags(gateway) == []


def test_a_resume_without_an_answer_leaves_the_flag(gateway: Gateway) -> None:
    gateway.will({"state": "halted"})
    gateway.done("halt", "--all", "--reason", "r")
    desk.transport = httpx.MockTransport(unreachable)
    assert gateway.run("resume", "--all", "--reason", "r").exit_code == 1
    assert flags(gateway) == [ALL]


def test_cancel_and_reducing_are_told(gateway: Gateway) -> None:
    gateway.will({})
    gateway.done("halt", "--all", "--cancel", "--to", "reducing", "--reason", "r")
    assert (gateway.body()["cancel"], gateway.body()["state"]) == (True, "reducing")
    assert flags(gateway) == []  # what may be sent then is for the gate to say


@pytest.mark.parametrize(
    "words",
    [
        ("halt", "--all"),
        ("halt", "--reason", "r"),
        ("halt", "--all", "--symbol", "AIG", "--reason", "r"),
        ("halt", "--strategy", "s", "--reason", "r"),
        ("resume", "--reason", "r"),
        ("rearm", "daily_loss"),
        ("rearm", "daily_loss", "--reason", "r", "--confirm", "t"),
        ("rearm", "--reason", "r"),
    ],
)
def test_wrong_use_exits_with_2_and_halts_nothing(gateway: Gateway, words: tuple[str, ...]) -> None:
    assert gateway.run(*words).exit_code == 2
    assert (gateway.asked, flags(gateway)) == ([], [])


def test_breakers_are_those_of_the_account(gateway: Gateway) -> None:
    armed = [{"name": "daily_loss", "account": "a-1", "state": "armed"}]
    gateway.will(armed)
    assert gateway.done("breakers") == armed
    assert gateway.path() == "GET /api/v1/breakers?account=a-1"


def test_a_re_arm_takes_two_steps(gateway: Gateway) -> None:
    gateway.will(OFFER)
    assert gateway.done("rearm", "daily_loss", "--reason", "seen")["token"] == "t-1"
    assert gateway.path() == "POST /api/v1/breakers/daily_loss/rearm"
    assert gateway.body() == {"account": "a-1", "reason": "seen", "token": None}
    gateway.will({"state": "armed"})
    gateway.done("rearm", "daily_loss", "--confirm", "t-1")
    assert gateway.body()["token"] == "t-1"


def test_the_offer_tells_people_how_to_go_on(gateway: Gateway) -> None:
    gateway.will(OFFER)
    shown = gateway.run("rearm", "daily_loss", "--reason", "seen").stdout
    assert "plimsoll rearm daily_loss --account a-1 --confirm t-1" in shown
