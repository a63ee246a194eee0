"""What a shard holds in memory, and what it loads when it is named."""

from __future__ import annotations

from decimal import Decimal as D

from tests.builders import ACCOUNT
from tests.unit.services.portfolio.desk import Desk


def test_open_positions_stay_in_memory_and_closed_ones_leave() -> None:
    desk = Desk()
    desk.fill("buy", "10", "5")
    assert len(desk.shard.positions.by("account", ACCOUNT)) == 1
    desk.fill("sell", "10", "5")
    assert len(desk.shard.positions) == 0
    assert desk.row("positions", ACCOUNT, "AIG").quantity == D(0)


def test_the_journal_is_written_and_not_kept() -> None:
    desk = Desk()
    desk.fill("buy", "10", "5")
    tables = {table.name: len(table) for table in desk.state.tables()}
    assert tables == {
        "accounts": 1, "positions": 1, "valuations": 1, "position_values": 1,
        "journal_entries": 0, "journal_lines": 0, "booked": 0,
    }  # fmt: skip
    assert len(desk.rows("journal_lines")) == 4


def test_what_is_loaded_at_a_start_values_the_same() -> None:
    desk = Desk()
    desk.quote("AIG", 9.99, 10.01)
    desk.fill("buy", "10", "5")
    desk.fill("sell", "3", "6", symbol="IBM")
    before = desk.tick()
    desk.restart()
    after = desk.tick()
    assert (after.equity, after.positions) == (before.equity, before.positions)
