"""`accounts`, `deposit`, `withdraw`."""

from __future__ import annotations

from pathlib import Path

from tests.unit.plimsoll.cli.conftest import Gateway

MADE = {"account_id": "a-2", "firm_id": "f-2", "key": "PK2", "secret": "s2"}


def test_create_posts_the_account_and_answers_its_key(gateway: Gateway) -> None:
    gateway.will(MADE)
    assert gateway.done("accounts", "create", "--name", "second", "--cash", "0") == MADE
    assert gateway.path() == "POST /api/v1/accounts"
    assert gateway.body() == {
        "name": "second",
        "cash": "0",
        "type": "margin",
        "currency": "USD",
        "venue": "paper",
    }
    assert gateway.key() == "PKADMIN"
    assert gateway.asked[-1].headers["Idempotency-Key"]


def test_create_says_firm_type_and_limits_where_they_are_given(gateway: Gateway) -> None:
    gateway.will(MADE)
    words = ("--firm", "f-9", "--type", "cash", "--currency", "EUR", "--limits", "tight")
    gateway.done("accounts", "create", "--name", "n", *words)
    body = gateway.body()
    assert (body["firm"], body["type"], body["currency"]) == ("f-9", "cash", "EUR")
    assert body["limits"] == "tight"


def test_create_shows_people_the_secret_once(gateway: Gateway) -> None:
    gateway.will(MADE)
    shown = gateway.run("accounts", "create", "--name", "second").stdout
    assert "a-2" in shown and "PK2" in shown and shown.count("s2") == 1


def test_create_without_a_name_is_wrong_use_and_asks_nothing(gateway: Gateway) -> None:
    assert gateway.run("accounts", "create").exit_code == 2
    assert gateway.asked == []


def test_list_answers_every_account(gateway: Gateway) -> None:
    gateway.will([{"account_id": "a-1", "cash": "100000"}])
    assert gateway.done("accounts", "list") == [{"account_id": "a-1", "cash": "100000"}]
    assert gateway.path() == "GET /api/v1/accounts"


def test_deposit_goes_to_the_first_account_unless_another_is_named(gateway: Gateway) -> None:
    for named, meant in (((), "a-1"), (("--account", "a-7"), "a-7")):
        gateway.will({"kind": "deposit", "balance": "100250", "currency": "USD"})
        gateway.done("deposit", "250", *named)
        assert gateway.path() == "POST /api/v1/cash"
        assert gateway.body() == {"account": meant, "amount": "250", "kind": "deposit"}


def test_withdraw_refused_tells_the_numbers_and_exits_with_1(gateway: Gateway) -> None:
    found = {"code": "CASH_EXCEEDS_FREE", "limit": "100", "value": "250", "message": "not free"}
    gateway.will({"code": 40310000, "message": "denied", "violations": [found]}, 403)
    result = gateway.run("withdraw", "250")
    assert result.exit_code == 1
    assert "CASH_EXCEEDS_FREE: not free (limit 100, value 250)" in result.stderr
    assert gateway.body()["kind"] == "withdraw"


def test_a_key_file_makes_its_owner_the_one_who_asks(gateway: Gateway, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text('{"key": "PKOTHER", "secret": "o"}')
    gateway.will([])
    gateway.done("accounts", "list", "--key", str(other))
    assert gateway.key() == "PKOTHER"


def test_a_key_file_without_a_key_exits_with_1(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "bad.key").write_text("{}")
    result = gateway.run("accounts", "list", "--key", str(tmp_path / "bad.key"))
    assert (result.exit_code, gateway.asked) == (1, [])
    assert "no key in" in result.stderr
