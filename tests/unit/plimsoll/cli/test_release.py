"""`quarantine` and `release`."""

from __future__ import annotations

from tests.unit.plimsoll.cli.conftest import Gateway

HELD = {
    "room": "oms",
    "account": "a-1",
    "messages": 3,
    "topic": "risk.decisions",
    "offset": 41,
    "error": "ValueError('poison')",
}


def test_quarantine_shows_who_is_held_by_which_room_and_why(gateway: Gateway) -> None:
    gateway.will([HELD])
    assert gateway.done("quarantine") == [HELD]
    assert gateway.path() == "GET /api/v1/quarantine"
    gateway.will([HELD])
    assert "ValueError('poison')" in gateway.run("quarantine").stdout


def test_an_empty_quarantine_is_said_in_words(gateway: Gateway) -> None:
    gateway.will([])
    assert gateway.run("quarantine").stdout == "no account is in quarantine\n"


def test_release_tells_how_many_messages_each_room_was_fed(gateway: Gateway) -> None:
    said = {"account": "a-1", "rooms": [{"room": "oms", "fed": 3, "held": 0}]}
    gateway.will(said)
    assert gateway.done("release", "a-1") == said
    assert gateway.path() == "DELETE /api/v1/quarantine/a-1"


def test_release_fails_when_messages_are_set_aside_again(gateway: Gateway) -> None:
    gateway.will({"account": "a-1", "rooms": [{"room": "oms", "fed": 3, "held": 2}]})
    assert gateway.run("release", "a-1").exit_code == 1


def test_releasing_an_account_that_is_not_held_is_refused(gateway: Gateway) -> None:
    gateway.will({"code": 40410000, "message": "account a-2 is not in quarantine"}, 404)
    result = gateway.run("release", "a-2")
    assert result.exit_code == 1
    assert "not in quarantine" in result.output
