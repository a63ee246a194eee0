"""Cash is the sum of what moved it, on the topic, in the tables and in the ledger; and what clients
were told is so. Part of the independent check in `history`; shares no code with the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import psycopg

from tests.integration.history_commands import BOOK, OMS, Told
from tests.integration.mixed_plan import Answer

ZERO = Decimal(0)
ENDED = ("filled", "canceled", "expired", "rejected", "replaced", "denied")


def check_cash(told: Told, admin: psycopg.Connection[Any]) -> None:
    """Every balance and quantity follows from the one before; tables hold the last ones."""
    fills = {m["execution"]["execution_id"]: m["execution"] for m in told.of(OMS, "OrderFilled")}
    cash: dict[str, Decimal] = defaultdict(Decimal)
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for message in told.of(BOOK, "AccountOpened", "CashMoved", "PositionChanged"):
        account = message["account_id"]
        if message["type"] == "PositionChanged":
            _check_position(told, message, fills[message["execution_id"]], cash, held)
        elif message["type"] == "CashMoved":
            cash[account] += Decimal(message["amount"])
            same = Decimal(message["balance"]) == cash[account]
            told.expect(same, f"account {account}: balance {message['balance']}")
        else:
            told.expect(account not in cash, f"account {account} was opened twice")
            cash[account] = ZERO
    _check_cash_tables(told, admin, dict(cash))


def _check_position(
    told: Told,
    message: dict[str, Any],
    fill: dict[str, Any],
    cash: dict[str, Decimal],
    held: dict[tuple[str, str], Decimal],
) -> None:
    account, symbol = message["account_id"], message["symbol"]
    sign = 1 if fill["side"] == "buy" else -1
    quantity, price = Decimal(fill["quantity"]), Decimal(fill["price"])
    cash[account] -= sign * quantity * price + Decimal(fill["fee"])
    held[account, symbol] += sign * quantity
    name = f"execution {fill['execution_id']}"
    told.expect(Decimal(message["cash"]) == cash[account], f"{name}: cash {message['cash']}")
    same = Decimal(message["quantity"]) == held[account, symbol]
    told.expect(same, f"{name}: position {message['quantity']}")


def _check_cash_tables(
    told: Told, admin: psycopg.Connection[Any], cash: dict[str, Decimal]
) -> None:
    for name, query in {
        "portfolio.accounts": "SELECT account_id, cash FROM portfolio.accounts",
        "risk.accounts": "SELECT account_id, cash FROM risk.accounts",
        "the ledger": "SELECT account_id, sum(amount) FROM portfolio.journal_lines"
        " WHERE ledger_account = 'cash' GROUP BY account_id",
    }.items():
        stored = {account: amount for account, amount in admin.execute(query) if amount}
        wanted = {account: amount for account, amount in cash.items() if amount}
        told.expect(stored == wanted, f"cash of {name} is not what moved it")


def check_calm(told: Told, admin: psycopg.Connection[Any]) -> None:
    """Once all orders were canceled none is open with anybody, and nothing was set aside."""
    for name, where in {
        "oms.orders": f"WHERE status NOT IN {ENDED}",
        "venue.paper_orders": f"WHERE status NOT IN {ENDED}",
        "risk.live_orders": "WHERE NOT ended",
        "risk.withdrawals": "",
        **{f"{room}.quarantine": "" for room in ("risk", "oms", "venue", "portfolio")},
    }.items():
        row = admin.execute(f"SELECT count(*) FROM {name} {where}").fetchone()
        told.expect(row == (0,), f"{name} holds {row} while nothing is open")


def check_answers(told: Told, answers: list[Answer]) -> None:
    """What a client was told is so: orders by the client order id, cash by its amount, both of
    which were used once.
    """
    orders: dict[str, list[Answer]] = defaultdict(list)
    moves: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        asked = answer.asked
        if asked.path == "/v2/orders" and asked.method == "POST":
            orders[asked.key].append(answer)
        elif asked.path == "/api/v1/cash":
            moves[asked.account, (asked.body or {})["amount"]].append(answer)
    _check_orders(told, orders)
    _check_moves(told, moves)


def _check_orders(told: Told, orders: dict[str, list[Answer]]) -> None:
    submitted = Counter(
        m["state"]["order"]["client_order_id"] for m in told.of(OMS, "OrderSubmitted")
    )
    for key, answers in orders.items():
        ids = {one.said["id"] for one in answers if one.status == 200}
        told.expect(len(ids) <= 1, f"order {key}: one key, {len(ids)} orders")
        told.expect(submitted[key] <= 1, f"order {key} was submitted {submitted[key]} times")
        if {one.status for one in answers} == {403}:
            told.expect(submitted[key] == 0, f"order {key} was denied and submitted")


def _check_moves(told: Told, moves: dict[tuple[str, str], list[Answer]]) -> None:
    moved = Counter(
        (m["account_id"], abs(Decimal(m["amount"]))) for m in told.of(BOOK, "CashMoved")
    )
    for (account, amount), answers in moves.items():
        times, statuses = moved[account, Decimal(amount)], {one.status for one in answers}
        told.expect(times <= 1, f"{amount} of account {account} moved {times} times")
        if 200 in statuses:
            told.expect(times == 1, f"{amount} of account {account} was told and not moved")
        elif statuses == {403}:
            told.expect(times == 0, f"{amount} of account {account} was refused and moved")
