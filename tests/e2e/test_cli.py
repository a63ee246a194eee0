"""The command line on a running stack: every verb does what it says, and its exit code says so."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from typing import Any

import pytest

from tests.stack import ROOT, Stack, wait_for


class Person:
    """Somebody with an account who types commands."""

    def __init__(self, stack: Stack, cash: str = "100000") -> None:
        self.stack = stack
        name = f"cli-{uuid.uuid4().hex[:8]}"
        self.account = self.done("accounts", "create", "--name", name, "--cash", cash)["account_id"]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`plimsoll WORDS --state ... --json`."""
        command = [sys.executable, "-m", "plimsoll", *words, "--state", str(self.stack.state)]
        return subprocess.run(
            [*command, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def done(self, *words: str) -> Any:
        """Its answer; fails where the exit code is not 0."""
        said = self.run(*words)
        assert said.returncode == 0, said.stdout + said.stderr
        return json.loads(said.stdout)

    def mine(self, *words: str) -> Any:
        """The same, on this account."""
        return self.done(*words, "--account", self.account)

    def refused(self, *words: str) -> dict[str, Any]:
        """What is said where the answer is no."""
        said = self.run(*words, "--account", self.account)
        assert said.returncode == 1, said.stdout + said.stderr
        error: dict[str, Any] = json.loads(said.stdout)["error"]
        return error

    def buy(self, quantity: str) -> str:
        """Buy and wait until it is filled; the order's id."""
        order_id: str = self.mine("order", "buy", "AIG", quantity)["order_id"]
        self.wait_held(quantity)
        return order_id

    def wait_held(self, quantity: str | None) -> None:
        """Until the account holds so much of AIG; None: nothing."""
        wanted = [] if quantity is None else [("AIG", quantity)]
        wait_for(
            lambda: [(p["symbol"], p["quantity"]) for p in self.mine("positions")],
            lambda held: held == wanted,
            30,
        )


@pytest.fixture
def person(stack: Stack) -> Person:
    return Person(stack)


def codes(error: dict[str, Any]) -> list[str]:
    return [found["code"] for found in error["violations"]]


@pytest.mark.timeout(180)
def test_cash_goes_in_and_out_and_never_below_zero(stack: Stack) -> None:
    person = Person(stack, cash="0")
    assert person.mine("deposit", "250")["balance"] == "250"
    assert person.mine("withdraw", "100")["balance"] == "150"
    assert codes(person.refused("withdraw", "150.01")) == ["WITHDRAWAL_EXCEEDS_AVAILABLE"]
    listed = {row["account_id"]: row["cash"] for row in person.done("accounts", "list")}
    assert listed[person.account] == "150"


@pytest.mark.timeout(180)
def test_the_trace_of_a_filled_order_goes_from_its_command_to_the_book(person: Person) -> None:
    order_id = person.buy("10")
    said = person.run("trace", order_id)
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    kinds = [(line["topic"], line["message"]["type"]) for line in lines]
    assert kinds == [
        ("risk.inbox", "SubmitOrder"),
        ("risk.decisions", "OrderApproved"),
        ("oms.orders", "OrderSubmitted"),
        ("venue.paper.reports", "VenueReport"),
        ("oms.orders", "OrderAccepted"),
        ("venue.paper.reports", "VenueReport"),
        ("oms.orders", "OrderFilled"),
        ("portfolio.positions", "PositionChanged"),
    ]


@pytest.mark.timeout(240)
def test_a_limit_is_in_force_when_the_command_returns_and_a_closing_order_passes_it(
    person: Person,
) -> None:
    person.buy("10")
    changed = person.mine("limits", "set", "order_quantity_max=5", "--reason", "smaller")
    assert (changed["version"], changed["changed"]) == (2, {"order_quantity_max": "5"})
    assert codes(person.refused("order", "buy", "AIG", "6")) == ["QUANTITY_EXCEEDS_MAX_PER_ORDER"]
    shown = {row["name"]: row["limit"] for row in person.mine("limits", "show")["limits"]}
    assert shown["order_quantity_max"] == "5"
    (closing,) = person.mine("close", "AIG")
    assert (closing["side"], closing["quantity"], closing["exit"]) == ("sell", "10", True)
    person.wait_held(None)


@pytest.mark.timeout(240)
def test_a_halt_stops_new_risk_lets_exits_out_and_is_taken_off_again(person: Person) -> None:
    person.buy("10")
    folder = person.stack.state / "kill"
    person.done("halt", "--account", person.account, "--reason", "strange")
    assert [json.loads(f.read_text())["name"] for f in folder.iterdir()] == [person.account]
    assert codes(person.refused("order", "buy", "AIG", "1")) == ["TRADING_STATE_HALTED"]
    person.mine("order", "sell", "AIG", "4")
    person.wait_held("6")
    person.done("resume", "--account", person.account, "--reason", "explained")
    assert list(folder.iterdir()) == []
    person.mine("order", "buy", "AIG", "1")
    person.wait_held("7")


@pytest.mark.timeout(180)
def test_a_resting_order_is_listed_and_cancelled(person: Person) -> None:
    resting = person.mine("order", "buy", "AIG", "1", "--limit", "1", "--tif", "gtc")["order_id"]
    listed = person.mine("orders", "--status", "open")
    assert [order["order_id"] for order in listed] == [resting]
    person.done("cancel", resting)
    wait_for(lambda: person.mine("orders")[0]["status"], lambda status: status == "canceled", 20)
    assert person.run("cancel", resting).returncode == 1
    assert person.run("cancel", str(uuid.uuid4())).returncode == 1


@pytest.mark.timeout(120)
def test_a_breaker_that_is_not_tripped_cannot_be_re_armed(person: Person) -> None:
    (armed,) = [b for b in person.mine("breakers") if b["name"] == "daily_loss"]
    assert (armed["account"], armed["state"]) == (person.account, "armed")
    assert (
        "BREAKER_NOT_TRIPPED" in person.refused("rearm", "daily_loss", "--reason", "r")["message"]
    )
