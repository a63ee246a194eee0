"""The book on a real PostgreSQL: what is committed balances, stays, and is loaded again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import psycopg
import pytest

from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_database
from services.portfolio.core.state import PortfolioState
from tests.builders import ACCOUNT, NOON
from tests.integration.booking import fill, keep, opening


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A PostgreSQL with our schema, and an account that has bought and sold."""
    with Servers(tmp_path_factory.mktemp("book"), ("postgres",)) as running:
        create_database(running.postgres)
        trades = [fill(1, "buy", "3", "1"), fill(2, "buy", "4", "2"), fill(3, "sell", "1", "2")]
        keep(running.postgres_url("portfolio"), [opening(), *trades])
        yield running


@pytest.fixture
def owner(servers: Servers) -> Iterator[psycopg.Connection[Any]]:
    """The owner of all tables; nothing that it does here stays."""
    with psycopg.connect(servers.postgres_url("plimsoll")) as connection:
        yield connection
        connection.rollback()


def test_the_journal_of_a_few_trades_is_what_was_worked_by_hand(
    owner: psycopg.Connection[Any],
) -> None:
    sums = owner.execute(
        "SELECT ledger_account, sum(amount) FROM portfolio.journal_lines GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert sums == [
        ("capital", D(-100000)),
        ("cash", D("99989.95")),
        ("fees", D("1.05")),
        ("realised", D("-0.4285714286")),
        ("securities", D("9.4285714286")),
    ]
    assert owner.execute("SELECT sum(amount) FROM portfolio.journal_lines").fetchone() == (0,)


def test_positions_and_valuation_agree_with_the_journal(owner: psycopg.Connection[Any]) -> None:
    position = owner.execute(
        "SELECT quantity, cost_basis, average_price, realised FROM portfolio.positions"
    ).fetchone()
    assert position == (D(6), D("9.4285714286"), D("1.5714285714"), D("0.4285714286"))
    valued = owner.execute(
        "SELECT cash, equity, unrealised, complete, oms_seq FROM portfolio.valuations"
    ).fetchone()
    assert valued == (D("99989.95"), D("100001.95"), D("2.5714285714"), False, 3)


def test_what_is_loaded_again_is_what_was_committed(servers: Servers) -> None:
    shard = keep(servers.postgres_url("portfolio"), [])
    assert isinstance(shard.state, PortfolioState)
    account = shard.state.accounts.get(ACCOUNT)
    assert account is not None and (account.cash, account.flows) == (D("99989.95"), D(100000))
    assert (account.account.opened_at, account.realised) == (NOON, D("0.4285714286"))
    held = shard.state.positions.get(ACCOUNT, "AIG")
    assert held is not None and str(held.cost_basis) == "9.4285714286"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE portfolio.journal_lines SET amount = 1", "PL001"),
        ("DELETE FROM portfolio.journal_lines", "PL001"),
        ("DELETE FROM portfolio.journal_entries", "PL001"),
        ("UPDATE portfolio.journal_entries SET kind = 'x'", "PL001"),
        ("TRUNCATE portfolio.journal_lines", "PL001"),
        ("TRUNCATE portfolio.journal_entries", "PL001"),
        ("DELETE FROM portfolio.booked", "PL001"),
    ],
)
def test_what_is_in_the_book_cannot_be_changed_even_by_the_owner(
    owner: psycopg.Connection[Any], statement: str, code: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        owner.execute(statement)
    assert error.value.sqlstate == code


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ((("USD", 1), ("USD", -2)), "PL003"),
        ((("USD", 1), ("EUR", -1)), "PL003"),
        ((("USD", 5),), "PL003"),
        ((("USD", 0),), psycopg.errors.CheckViolation.sqlstate),
    ],
)
def test_lines_that_do_not_balance_are_refused_by_the_database_itself(
    owner: psycopg.Connection[Any], amounts: tuple[tuple[str, int], ...], code: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        _insert(owner, "entry", "entry", amounts)
    assert error.value.sqlstate == code


def test_lines_that_balance_need_an_entry(owner: psycopg.Connection[Any]) -> None:
    balanced = (("USD", 5), ("USD", -5))
    with pytest.raises(psycopg.Error) as error, owner.transaction():
        _insert(owner, "entry", "another", balanced)
    assert error.value.sqlstate == "PL004"
    _insert(owner, "entry", "entry", balanced)


def _insert(
    owner: psycopg.Connection[Any], entry: str, named: str, amounts: tuple[tuple[str, int], ...]
) -> None:
    rows = ", ".join(
        f"(0, '{named}', '{number}', 'a', 'cash', '{currency}', {amount}, NULL)"
        for number, (currency, amount) in enumerate(amounts)
    )
    owner.execute(
        f"WITH entry AS (INSERT INTO portfolio.journal_entries VALUES"
        f" (0, '{entry}', 'a', 'fee', 'c', now()))"
        f" INSERT INTO portfolio.journal_lines VALUES {rows}"
    )


def test_other_rooms_may_not_write_the_book(servers: Servers) -> None:
    for role in ("risk", "oms", "gateway", "reader"):
        with (
            psycopg.connect(servers.postgres_url(role)) as connection,
            pytest.raises(
                (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
            ),
        ):
            connection.execute("UPDATE portfolio.accounts SET cash = 1")
