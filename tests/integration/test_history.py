"""The independent check finds what it is for: each story is told right, and then wrong."""

from __future__ import annotations

from typing import Any

from tests.integration import history_book, history_commands
from tests.integration.history import EVENTS, INBOXES, PARTITIONS, History
from tests.integration.mixed_plan import Answer, Asked

Message = dict[str, Any]
ACCOUNT = "a"


def history(**said: list[Message]) -> History:
    """A history of one partition; `risk_decisions` is the topic risk.decisions."""
    topics: dict[str, list[list[Message]]] = {
        name: [[] for _ in range(PARTITIONS)] for name in (*EVENTS, *INBOXES)
    }
    for name, messages in said.items():
        numbered = [{"seq": n, "cause": None, **one} for n, one in enumerate(messages, 1)]
        topics[name.replace("_", ".")][0] = numbered
    return History(topics)


def withdraw(command_id: str) -> Message:
    return {"type": "Withdraw", "command_id": command_id}


def approved(command_id: str, amount: str) -> Message:
    return {"type": "WithdrawalApproved", "cause": command_id, "amount": amount}


def moved(command_id: str, amount: str) -> Message:
    kind = "withdrawal"
    fields = {"account_id": ACCOUNT, "kind": kind, "amount": amount, "balance": amount}
    return {"type": "CashMoved", "cause": command_id, **fields}


def order(quantity: str, *, exit_: bool = False) -> Message:
    wanted = {"order_id": "o", "account_id": ACCOUNT, "quantity": quantity}
    wanted |= {"replaces": "", "limit_price": "9"}
    return {"type": "OrderApproved", "order": wanted, "exit": exit_}


def replaced(quantity: str) -> Message:
    wanted = {**order(quantity)["order"], "order_id": "r", "replaces": "o"}
    return {"type": "ReplaceApproved", "order": wanted, "exit": False}


def state(to: str) -> Message:
    scope = {"kind": "account", "name": ACCOUNT}
    return {"type": "TradingStateChanged", "scope": scope, "state": to, "by": "manual"}


def limited(quantity: str) -> Message:
    scope = {"kind": "account", "name": ACCOUNT}
    return {
        "type": "LimitsChanged",
        "scope": scope,
        "values": {"order_quantity_max": quantity},
    }


def gate(*decisions: Message) -> list[str]:
    told = history(risk_decisions=list(decisions))
    history_commands.check_gate(told)
    return told.faults


def test_a_number_that_is_missing_or_said_in_two_ways_is_found() -> None:
    right = history(risk_decisions=[state("halted"), state("active")])
    gap = history(risk_decisions=[state("halted"), {**state("active"), "seq": 3}])
    twice = history(risk_decisions=[state("halted"), {**state("active"), "seq": 1}])
    assert right.faults == []
    assert gap.faults == ["risk.decisions/0: numbers have gaps"]
    assert twice.faults == ["risk.decisions/0: number 1 was said in two ways"]


def test_a_command_without_an_answer_or_with_two_is_found() -> None:
    commands = [withdraw("1"), withdraw("2"), withdraw("3"), withdraw("3")]
    answers = [approved("1", "5"), approved("3", "5"), approved("3", "5")]
    booked = [moved("1", "-5"), moved("3", "-5"), moved("3", "-5")]
    told = history(risk_inbox=commands, risk_decisions=answers, portfolio_positions=booked)
    history_commands.check_commands(told)
    assert told.faults == [
        "Withdraw 2 was answered 0 times",
        "Withdraw 3 was answered 2 times",
        "withdrawals booked are not the withdrawals approved",
    ]


def test_an_approval_while_halted_or_over_the_limit_is_found_and_what_reduces_is_none() -> None:
    assert gate(order("5"), state("halted"), state("active"), order("5")) == []
    assert gate(state("halted"), order("5", exit_=True)) == []
    assert gate(state("halted"), order("5")) == [
        "order o was approved while its account is {'halted'}"
    ]
    assert gate(order("5"), state("halted"), replaced("4")) == []
    assert gate(order("5"), state("halted"), replaced("6")) == [
        "order r was approved while its account is {'halted'}"
    ]
    assert gate(limited("4"), limited("off"), order("5")) == []
    assert gate(limited("off"), limited("4"), order("5")) == ["order o was approved at 5 over 4"]


def test_what_a_client_was_told_of_cash_is_compared_with_what_moved() -> None:
    body = {"amount": "5", "kind": "withdraw"}
    asked = Asked(
        name="withdraw", account=ACCOUNT, method="POST", path="/api/v1/cash", body=body, key="k"
    )

    def found(status: int, *moves: Message) -> list[str]:
        told = history(portfolio_positions=list(moves))
        history_book.check_answers(told, [Answer(asked=asked, status=status)])
        return told.faults

    assert found(200, moved("1", "-5")) == found(403) == found(503) == found(0) == []
    assert found(200) == ["5 of account a was told and not moved"]
    assert found(403, moved("1", "-5")) == ["5 of account a was refused and moved"]
    assert found(0, moved("1", "-5"), moved("2", "-5")) == ["5 of account a moved 2 times"]
