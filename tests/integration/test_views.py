"""The read views on a real PostgreSQL: what the rooms wrote, as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_database
from shared.types import AccountType
from tests.builders import ACCOUNT, FIRM, NOON
from tests.integration.booking import clock, fill, keep, opening, quote
from tests.integration.documented import documented_columns

CASH_ACCOUNT = "22222222-2222-4222-8222-222222222222"

OMS = """
INSERT INTO oms.executions
SELECT 0, id, 'order-' || id, '{account}', 'firm-1', 'AIG', side, quantity, price, '{at}', '{at}',
    row, 0.35, 'USD', ref, kind, '{at}'
FROM (VALUES
    ('execution-1', 'buy', 100, 49.61, 17, NULL, 'fill'),
    ('execution-2', 'buy', 40, 50, 18, NULL, 'fill'),
    ('execution-3', 'sell', 40, 50, 19, NULL, 'fill'),
    ('bust-2', 'buy', 40, 50, NULL, 'execution-2', 'bust'),
    ('correction-3', 'sell', 30, 51, NULL, 'execution-3', 'correction')
) AS told(id, side, quantity, price, row, ref, kind);
INSERT INTO oms.amendments VALUES (0, 'execution-2', 'bust-2'), (0, 'execution-3', 'correction-3');
"""

# A buy of 10 at worst 60 beside the long 100: 600. A sell of 130 passes through zero and counts
# whole, 130 x 40 = 5200; a sell of 50 alone would have needed nothing.
RISK = """
INSERT INTO risk.positions VALUES (0, '{account}', 'AIG', 100, 49.61, 1);
INSERT INTO risk.live_orders VALUES
    (0, 'a', '{account}', 'firm-1', 'AIG', 'buy', 's', 30, 20, 60, false, NULL, NULL, NULL, false,
        '{at}', '{{}}'),
    (0, 'b', '{account}', 'firm-1', 'AIG', 'sell', 's', 130, 0, 40, false, NULL, NULL, NULL, false,
        '{at}', '{{}}'),
    (0, 'c', '{cash}', 'firm-1', 'IBM', 'buy', 's', 5, 0, 20, false, 'd', 8, 21, false,
        '{at}', '{{}}');
INSERT INTO risk.withdrawals VALUES (0, 'w', '{account}', 1000, 'USD', '{at}');
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Two accounts, one of them long 100 AIG bought at 49.61 and marked at 50."""
    with Servers(tmp_path_factory.mktemp("views"), ("postgres",)) as running:
        create_database(running.postgres)
        said = [
            opening(),
            opening("5000", CASH_ACCOUNT, account_type=AccountType.CASH),
            fill(1, "buy", "100", "49.61"),
            clock(1),
        ]
        keep(running.postgres_url("portfolio"), said, [quote("AIG", 49.99, 50.01)])
        for role, sql in (("oms", OMS), ("risk", RISK)):
            with psycopg.connect(running.postgres_url(role)) as connection:
                connection.execute(sql.format(account=ACCOUNT, cash=CASH_ACCOUNT, at=NOON))
        yield running


@pytest.fixture
def reader(servers: Servers) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """The read-only role, whose search path holds the views."""
    with psycopg.connect(servers.postgres_url("reader"), row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")
        yield connection


def one(connection: psycopg.Connection[dict[str, Any]], sql: str) -> dict[str, Any]:
    (row,) = connection.execute(sql).fetchall()
    return row


def test_an_account_shows_equity_cash_and_what_it_may_still_spend(
    reader: psycopg.Connection[dict[str, Any]],
) -> None:
    row = one(reader, f"SELECT * FROM accounts WHERE account_id = '{ACCOUNT}'")
    assert (row["firm_id"], row["type"], row["currency"]) == (FIRM, "margin", "USD")
    assert (row["cash"], row["equity"]) == (D("95038.65"), D("100038.65"))
    # (100038.65 - 1000 to be withdrawn) x 2 - 5000 held - 600 and 5200 of working orders.
    assert row["buying_power"] == D("187277.30")
    assert (row["state"], row["complete"], row["opened_at"]) == ("active", True, NOON.moment)


def test_a_cash_account_may_spend_what_its_open_buys_leave(
    reader: psycopg.Connection[dict[str, Any]],
) -> None:
    """The buy of 5 at 20 is being replaced by one of 8 at 21: the worse of both counts."""
    row = one(reader, f"SELECT * FROM accounts WHERE account_id = '{CASH_ACCOUNT}'")
    assert (row["cash"], row["buying_power"]) == (D(5000), D(5000 - 168))


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        ([("all", "", "reducing")], "reducing"),
        ([("firm", FIRM, "reducing"), ("account", ACCOUNT, "halted")], "halted"),
        ([("account", CASH_ACCOUNT, "halted"), ("symbol", "AIG", "halted")], "active"),
        ([("firm", "another", "halted")], "active"),
    ],
)
def test_the_strictest_state_that_applies_to_the_whole_account_is_shown(
    servers: Servers, states: list[tuple[str, str, str]], seen: str
) -> None:
    with psycopg.connect(servers.postgres_url("postgres"), row_factory=dict_row) as connection:
        for kind, name, state in states:
            connection.execute(
                "INSERT INTO risk.trading_states VALUES"
                " (0, %s, 'manual', %s, %s, '', %s, 'test', 'ada', now(), NULL)",
                (f"{kind}::{name}", kind, name, state),
            )
        row = one(connection, f"SELECT state FROM views.accounts WHERE account_id = '{ACCOUNT}'")
        connection.rollback()
    assert row["state"] == seen


def test_a_position_is_shown_at_its_mark(reader: psycopg.Connection[dict[str, Any]]) -> None:
    row = one(reader, "SELECT * FROM positions")
    assert (row["account_id"], row["symbol"], row["quantity"]) == (ACCOUNT, "AIG", D(100))
    assert (row["average_price"], row["cost_basis"]) == (D("49.61"), D(4961))
    assert (row["price"], row["market_value"], row["unrealised"]) == (D(50), D(5000), D(39))
    assert (row["realised"], row["stale"], row["lastday_price"]) == (D(0), False, None)


def test_trades_are_the_executions_that_count_with_the_quote_they_traded_against(
    reader: psycopg.Connection[dict[str, Any]],
) -> None:
    rows = reader.execute("SELECT * FROM trades ORDER BY execution_id DESC").fetchall()
    assert [row["execution_id"] for row in rows] == ["execution-1", "correction-3"]
    first = rows[0]
    assert (first["side"], first["quantity"], first["price"]) == ("buy", D(100), D("49.61"))
    assert (first["quote_row"], first["quote_at"]) == (17, NOON.moment)
    assert (first["order_id"], first["fee"]) == ("order-execution-1", D("0.35"))


def test_the_summary_explains_the_value(reader: psycopg.Connection[dict[str, Any]]) -> None:
    row = one(reader, f"SELECT * FROM portfolio_summary WHERE account_id = '{ACCOUNT}'")
    assert (row["value"], row["flows"]) == (D("100038.65"), D(100000))
    assert (row["realised"], row["unrealised"], row["fees"]) == (D(0), D(39), D("0.35"))
    assert row["value"] == row["flows"] + row["realised"] + row["unrealised"] - row["fees"]
    assert (row["day_profit"], row["gross"], row["net"]) == (D("38.65"), D(5000), D(5000))
    assert (row["peak_equity"], row["drawdown"], row["drawdown_pct"]) == (
        D("100038.65"), D(0), D(0),
    )  # fmt: skip


def test_a_risk_event_shows_its_numbers_its_actor_and_its_cause(servers: Servers) -> None:
    body = (
        '{"type": "OrderDenied", "cause": "order-1", "order": {"actor": "ada"}, "violations":'
        ' [{"code": "X", "limit": "5", "value": "6", "projected": "7", "message": "too much"}]}'
    )
    with psycopg.connect(servers.postgres_url("postgres"), row_factory=dict_row) as connection:
        connection.execute(
            "INSERT INTO risk.risk_events VALUES"
            " (0, '1', 'OrderDenied', 'X', 'account::a', 'a', %s, %s, %s)",
            (body, str(NOON), str(NOON)),
        )
        row = one(connection, "SELECT * FROM views.risk_events")
        connection.rollback()
    assert (row["limit_value"], row["value"], row["projected"]) == ("5", "6", "7")
    assert (row["actor"], row["cause"], row["reason"]) == ("ada", "order-1", "too much")
    assert (row["event"], row["code"], row["account_id"]) == ("OrderDenied", "X", "a")


def test_every_column_of_every_view_is_documented(
    reader: psycopg.Connection[dict[str, Any]],
) -> None:
    rows = reader.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'views' ORDER BY table_name, ordinal_position"
    ).fetchall()
    present: dict[str, list[str]] = {}
    for row in rows:
        present.setdefault(row["table_name"], []).append(row["column_name"])
    assert present == documented_columns()


def test_the_reader_sees_the_views_and_nothing_behind_them(servers: Servers) -> None:
    with psycopg.connect(servers.postgres_url("reader")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT * FROM portfolio.journal_lines")
        with pytest.raises(psycopg.Error), connection.transaction():
            connection.execute("DELETE FROM positions")
        assert connection.execute("SELECT count(*) FROM accounts").fetchone() == (2,)


def test_the_gateway_reads_the_views_too(servers: Servers) -> None:
    with psycopg.connect(servers.postgres_url("gateway")) as connection:
        assert connection.execute("SELECT count(*) FROM views.accounts").fetchone() == (2,)
