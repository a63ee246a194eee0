"""Every command is answered once, and the gate kept to what was in force: read from topics alone.

Part of the independent check in `history`; shares no code with the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, Protocol

Message = dict[str, Any]
RISK, OMS, BOOK = "risk.decisions", "oms.orders", "portfolio.positions"
# Command -> the voice that answers it, and with what; any of them may be CommandRefused instead.
ANSWERED_BY = {
    "SubmitOrder": (RISK, ("OrderApproved", "OrderDenied")),
    "ReplaceOrder": (RISK, ("ReplaceApproved", "ReplaceDenied")),
    "Withdraw": (RISK, ("WithdrawalApproved", "WithdrawalDenied")),
    "SetLimits": (RISK, ("LimitsChanged",)),
    "HaltTrading": (RISK, ("TradingStateChanged",)),
    "ResumeTrading": (RISK, ("TradingStateChanged",)),
    "OpenAccount": (BOOK, ("AccountOpened",)),
    "Deposit": (BOOK, ("CashMoved",)),
}
REFUSED = "CommandRefused"


class Told(Protocol):
    """What is checked: the messages of each topic, and the commands that were handed over."""

    asked: dict[str, Message]

    def of(self, topic: str, *kinds: str) -> list[Message]:
        """The accepted messages of these types."""

    def expect(self, condition: bool, fault: str) -> None:
        """Note a fault."""


def check_commands(told: Told) -> None:
    """Every command that was handed over is answered once, by the room that decides it."""
    for kind, (topic, kinds) in ANSWERED_BY.items():
        answers = Counter(m["cause"] for m in told.of(topic, *kinds, REFUSED))
        for command_id in _asked(told, kind):
            times = answers[command_id]
            told.expect(times == 1, f"{kind} {command_id} was answered {times} times")
    check_verdicts(told)
    check_replaces(told)
    check_cancels(told)
    check_withdrawals(told)


def _asked(told: Told, kind: str) -> list[str]:
    return [name for name, command in told.asked.items() if command["type"] == kind]


def check_verdicts(told: Told) -> None:
    """Whatever risk decided of a new order OMS told once, as it was decided."""
    first = Counter(
        m["state"]["order"]["order_id"]
        for m in told.of(OMS, "OrderSubmitted", "OrderCanceled", "OrderDenied")
        if m["type"] != "OrderCanceled" or m["state"]["reason"] == "canceled before it arrived"
    )
    decided = [m["order"]["order_id"] for m in told.of(RISK, "OrderApproved", "OrderDenied")]
    told.expect(first == Counter(decided), "verdicts and what OMS told of them differ")
    told.expect(set(decided) <= set(told.asked), "an order was judged that nobody asked for")


def check_replaces(told: Told) -> None:
    """Each judged replace came to one end, and a successor takes up its predecessor's chain."""
    replaced = told.of(OMS, "OrderReplaced")
    ends = Counter(m["successor"]["order"]["order_id"] for m in replaced)
    ends.update(m["request_id"] for m in told.of(OMS, "ReplaceRefused"))
    for message in told.of(RISK, "ReplaceApproved", "ReplaceDenied"):
        times = ends[message["cause"]]
        told.expect(times == 1, f"replace {message['cause']} came to {times} ends")
    wanted = {m["order"]["order_id"]: m["order"] for m in told.of(RISK, "ReplaceApproved")}
    for message in replaced:
        _check_successor(told, message["state"], message["successor"], wanted)


def _check_successor(told: Told, old: Message, new: Message, wanted: dict[str, Message]) -> None:
    order, name = new["order"], f"replace {new['order']['order_id']}"
    approved = wanted.get(order["order_id"])
    told.expect(approved is not None, f"{name}: risk did not approve it")
    told.expect(order["replaces"] == old["order"]["order_id"], f"{name}: of another order")
    told.expect(order["chain_id"] == old["order"]["chain_id"], f"{name}: another chain")
    quantity, cum = Decimal(order["quantity"]), Decimal(new["cum_quantity"])
    told.expect(cum == Decimal(old["cum_quantity"]), f"{name}: what was filled is forgotten")
    told.expect(cum + Decimal(new["leaves_quantity"]) == quantity, f"{name}: cum + leaves")
    if approved is not None:
        most = max(Decimal(approved["quantity"]), cum)
        told.expect(quantity == most, f"{name}: quantity {quantity}, approved {most}")


def check_cancels(told: Told) -> None:
    """Each cancel was told of, and one that reached a venue came to one end."""
    pending = Counter(m["request_id"] for m in told.of(OMS, "CancelPending"))
    ends = Counter(m["request_id"] for m in told.of(OMS, "CancelRefused"))
    ends.update(m["cause"] for m in told.of(OMS, "OrderCanceled", REFUSED))
    for command_id in _asked(told, "CancelOrder"):
        told.expect(ends[command_id] == 1, f"cancel {command_id} came to {ends[command_id]} ends")
        told.expect(pending[command_id] <= 1, f"cancel {command_id} was sent more than once")


def check_withdrawals(told: Told) -> None:
    """Each approved withdrawal was booked once, at its amount, and no other was."""
    booked: dict[str, list[Decimal]] = defaultdict(list)
    for moved in told.of(BOOK, "CashMoved"):
        if moved["kind"] == "withdrawal":
            booked[moved["cause"]].append(Decimal(moved["amount"]))
    approved = {m["cause"]: [-Decimal(m["amount"])] for m in told.of(RISK, "WithdrawalApproved")}
    told.expect(dict(booked) == approved, "withdrawals booked are not the withdrawals approved")


def check_gate(told: Told) -> None:
    """While an account is halted, or above its quantity limit, nothing is approved but exits and
    replaces that make an order smaller. All is read in the order in which risk said it.
    """
    halted: dict[str, dict[str, str]] = defaultdict(dict)
    limits: dict[str, str] = {}
    orders: dict[str, Message] = {}
    kinds = ("TradingStateChanged", "LimitsChanged", "OrderApproved", "ReplaceApproved")
    for message in told.of(RISK, *kinds):
        scope = message.get("scope", {})
        if message["type"] == "TradingStateChanged":
            if scope["kind"] == "account":
                halted[scope["name"]][message["by"]] = message["state"]
        elif message["type"] == "LimitsChanged":
            limits[scope["name"]] = message["values"]["order_quantity_max"]
        else:
            order = message["order"]
            orders[order["order_id"]] = order
            if not (message["exit"] or _is_smaller(order, orders)):
                _check_approval(told, order, halted, limits)


def _is_smaller(order: Message, orders: dict[str, Message]) -> bool:
    """Whether it replaces a larger order and changes nothing else."""
    old = orders.get(order["replaces"] or "")
    if old is None or order["limit_price"] != old["limit_price"]:
        return False
    return Decimal(order["quantity"]) <= Decimal(old["quantity"])


def _check_approval(
    told: Told, order: Message, halted: dict[str, dict[str, str]], limits: dict[str, str]
) -> None:
    account, name = order["account_id"], f"order {order['order_id']}"
    states = set(halted[account].values()) - {"active"}
    told.expect(not states, f"{name} was approved while its account is {states}")
    limit = limits.get(account, "off")
    fits = limit == "off" or Decimal(order["quantity"]) <= Decimal(limit)
    told.expect(fits, f"{name} was approved at {order['quantity']} over {limit}")
