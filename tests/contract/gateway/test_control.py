"""Accounts, cash, limits and halts under /api/v1, over a world that answers."""

from __future__ import annotations

import httpx
import msgspec

from services.gateway.core.sheet import Sheet
from shared.commands import Deposit, HaltTrading, OpenAccount, SetLimits
from shared.topics import RISK_INBOX, partition_of
from tests.builders import ACCOUNT
from tests.contract.gateway.conftest import Served

ALL = {"scope": {"kind": "all"}, "reason": "drill"}


def test_an_account_is_opened_gets_its_limits_and_a_key_that_trades(
    served: Served, admin: httpx.Client
) -> None:
    body = {"name": "new", "cash": "100000", "type": "margin", "currency": "USD", "venue": "paper"}
    made = admin.post("/api/v1/accounts", json=body).json()
    assert set(made) == {"account_id", "firm_id", "key", "secret"}
    (opened,) = served.world.bus.commands(OpenAccount)
    assert (opened.account_id, opened.firm_id) == (made["account_id"], made["firm_id"])
    assert (str(opened.cash), opened.actor) == ("100000", "ada")
    (limits,) = served.world.bus.commands(SetLimits)
    assert limits.scope.name == made["account_id"]
    assert limits.values["price_collar_pct"] == "50"
    with served.client(made["key"], made["secret"]) as client:
        assert client.get("/v2/account").json()["cash"] == "100000"
        assert client.get("/api/v1/keys").status_code == 403


def test_a_limits_class_and_a_firm_may_be_named(served: Served, admin: httpx.Client) -> None:
    body = {"name": "new", "cash": 0, "firm": "acme", "limits": "tight"}
    assert admin.post("/api/v1/accounts", json=body).json()["firm_id"] == "acme"
    (limits,) = served.world.bus.commands(SetLimits)
    assert limits.values["leverage_max"] == "1"
    partitions = {partition for _, partition, _ in served.world.bus.handed}
    assert partitions == {partition_of("acme", 8)}


def test_an_unknown_class_of_limits_opens_nothing(served: Served, admin: httpx.Client) -> None:
    body = {"name": "new", "cash": "1", "limits": "nosuch"}
    assert admin.post("/api/v1/accounts", json=body).status_code == 404
    assert served.world.bus.handed == []


def test_a_deposit_answers_the_new_balance(served: Served, admin: httpx.Client) -> None:
    body = {"account": ACCOUNT, "amount": "250.50", "kind": "deposit"}
    assert admin.post("/api/v1/cash", json=body).json() == {
        "account": ACCOUNT,
        "kind": "deposit",
        "amount": "250.5",
        "balance": "100250.5",
        "currency": "USD",
    }
    assert len(served.world.bus.commands(Deposit)) == 1


def test_an_amount_with_part_of_a_cent_is_refused(served: Served, admin: httpx.Client) -> None:
    body = {"account": ACCOUNT, "amount": "0.005", "kind": "deposit"}
    assert admin.post("/api/v1/cash", json=body).status_code == 422
    assert served.world.bus.handed == []


def test_a_halt_of_everything_reaches_every_partition_after_the_flag(
    served: Served, admin: httpx.Client
) -> None:
    said = admin.post("/api/v1/halts", json=ALL).json()
    assert (said["state"], said["actor"], said["reason"]) == ("halted", "ada", "drill")
    sent = [(topic, n) for topic, n, c in served.world.bus.handed if isinstance(c, HaltTrading)]
    assert sorted(sent) == [(RISK_INBOX, number) for number in range(8)]
    assert served.world.flags.log[0] == "raise all::"
    assert sorted(served.world.flags.log[1:]) == [f"risk halted {n}" for n in range(8)]


def test_a_resume_lowers_the_flag_after_every_partition_has_answered(
    served: Served, admin: httpx.Client
) -> None:
    admin.post("/api/v1/halts", json=ALL)
    served.world.flags.log.clear()
    assert admin.request("DELETE", "/api/v1/halts", json=ALL).json()["state"] == "active"
    assert served.world.flags.log[-1] == "lower all::"
    assert served.world.flags.raised == set()


def test_a_reducing_halt_raises_no_flag(served: Served, admin: httpx.Client) -> None:
    body = {"scope": {"kind": "account", "name": ACCOUNT}, "reason": "x", "state": "reducing"}
    assert admin.post("/api/v1/halts", json=body).json()["state"] == "reducing"
    assert len(served.world.bus.handed) == 1
    assert served.world.flags.raised == set()


def test_a_halt_of_a_firm_that_is_not_there_stops_nothing(
    served: Served, admin: httpx.Client
) -> None:
    body = {"scope": {"kind": "firm", "name": "nosuch"}, "reason": "x"}
    assert admin.post("/api/v1/halts", json=body).status_code == 404
    assert (served.world.bus.handed, served.world.flags.log) == ([], [])


def test_limits_are_answered_with_the_version_in_force(served: Served, admin: httpx.Client) -> None:
    body = {"account": ACCOUNT, "values": {"daily_loss_max": "500"}, "reason": "smaller"}
    said = admin.put("/api/v1/limits", json=body).json()
    assert (said["version"], said["changed"]) == (1, {"daily_loss_max": "500"})


def test_limits_show_their_use(served: Served, admin: httpx.Client) -> None:
    served.world.reads.limit_rows[ACCOUNT] = {
        "version": 3,
        "values": {"open_orders_max": "20", "leverage_max": "off"},
        "actor": "ada",
        "reason": "r",
        "at": "2013-10-09T16:00:00Z",
    }
    said = admin.get("/api/v1/limits", params={"account": ACCOUNT}).json()
    assert said["version"] == 3
    assert said["limits"] == [
        {"name": "leverage_max", "limit": "off", "value": "0", "use_pct": None},
        {"name": "open_orders_max", "limit": "20", "value": "0", "use_pct": "0"},
    ]


def test_an_idempotency_key_makes_the_same_command_id(served: Served, admin: httpx.Client) -> None:
    body = {"account": ACCOUNT, "amount": "1", "kind": "deposit"}
    for _ in range(2):
        admin.post("/api/v1/cash", json=body, headers={"Idempotency-Key": "once"})
    one, other = served.world.bus.commands(Deposit)
    assert one.command_id == other.command_id
    assert one.body_hash == other.body_hash


def test_a_fill_that_is_told_is_waited_for_in_the_book(
    served: Served, trader: httpx.Client
) -> None:
    reads = served.world.reads
    booked, asked = reads.sheets[ACCOUNT], 0
    ask = reads.sheet

    async def behind_at_first(account_id: str) -> Sheet | None:
        nonlocal asked
        asked += 1
        sheet = await ask(account_id)
        assert sheet is not None
        return msgspec.structs.replace(sheet, behind=asked < 3)

    reads.sheet = behind_at_first  # type: ignore[method-assign]
    assert trader.get("/v2/account").json()["cash"] == str(booked.cash)
    assert asked == 3
