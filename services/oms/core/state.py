"""What one shard of the order book knows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType

from services.oms.core.kept_rows import GroupRow, SessionRow, WorkRow
from services.oms.core.order import is_live
from services.oms.core.rows import (
    AmendmentRow,
    ExecutionRow,
    OrderRow,
    OrphanRow,
    RememberedCancelRow,
    RequestRow,
)
from shared.instruments import Instrument
from shared.table import Latest, Row, State, Table, never

LIVE_SQL = (
    "request_id IS NOT NULL OR NOT (under IN"
    " ('filled', 'canceled', 'expired', 'rejected', 'replaced', 'denied')"
    " OR (under = 'done_for_day'"
    " AND (time_in_force NOT IN ('gtc', 'gtd') OR cum_quantity >= quantity)))"
)
OPEN_REQUEST_SQL = "status IN ('queued', 'pending')"
LIVE_GROUP_SQL = "take_profit_id IS NOT NULL OR stop_loss_id IS NOT NULL"
CLOCK = "clock"
"""The key of the one row of `sessions`."""
ON_TAPE = frozenset({"pov"})
"""Algorithms that read what the market trades."""


class OmsState(State):
    """Live orders and open requests are in memory; the rest is prefetched when it is named."""

    def __init__(
        self, latest: Latest, instruments: Mapping[str, Instrument] = MappingProxyType({})
    ) -> None:
        super().__init__(latest)
        self.instruments = instruments
        self.orders: Table[OrderRow] = Table(
            "orders",
            OrderRow,
            ("order_id",),
            indexes=("awaiting", "chain", "held", "watched", "parent"),
            found_under=_found_under,
            keep=is_live,
            live_sql=LIVE_SQL,
        )
        self.executions = _written_once("executions", ExecutionRow)
        self.amendments = _written_once("amendments", AmendmentRow)
        self.orphans = _written_once("orphans", OrphanRow)
        self.requests: Table[RequestRow] = Table(
            "requests",
            RequestRow,
            ("request_id",),
            keep=lambda row: row.status in ("queued", "pending"),
            live_sql=OPEN_REQUEST_SQL,
        )
        self.groups: Table[GroupRow] = Table(
            "groups",
            GroupRow,
            ("group_id",),
            indexes=("chosen",),
            found_under=lambda row: (True if row.chosen and has_exits(row) else None,),
            keep=has_exits,
            live_sql=LIVE_GROUP_SQL,
        )
        self.works: Table[WorkRow] = Table(
            "works",
            WorkRow,
            ("order_id",),
            indexes=("on_tape",),
            found_under=lambda row: (row.symbol if row.algorithm in ON_TAPE else None,),
        )
        self.sessions: Table[SessionRow] = Table("sessions", SessionRow, ("name",))
        self.remembered_cancels: Table[RememberedCancelRow] = Table(
            "remembered_cancels",
            RememberedCancelRow,
            ("account_id", "order_id"),
            keep=never,
            live_sql="false",
        )

    def instrument(self, symbol: str) -> Instrument:
        """What is traded under a symbol; one of the usual sort where it is not known."""
        return self.instruments.get(symbol) or Instrument(symbol=symbol)


def _written_once(name: str, row: type[Row]) -> Table[Row]:
    """A table by execution id of rows that are only ever inserted, and not kept in memory."""
    key = ("execution_id",)
    return Table(name, row, key, keep=never, live_sql="false", append_only=True)


def _found_under(row: OrderRow) -> tuple[Hashable | None, ...]:
    """awaiting: something was sent and not answered; chain: of the newest of a chain; held: OMS
    keeps it, watched: its symbol where it waits for a price; parent: of a child that is live.
    """
    state, order = row.state, row.state.order
    awaiting = None if row.awaiting_since is None else True
    chain = row.chain_id if state.replaced_by is None else None
    if (order.parent_id is None and not state.held) or not is_live(row):
        return awaiting, chain, None, None, None
    held = True if state.held else None
    watched = row.symbol if held and order.algorithm is None else None
    return awaiting, chain, held, watched, order.parent_id


def has_exits(row: GroupRow) -> bool:
    """Whether an exit of the group lives."""
    return row.take_profit_id is not None or row.stop_loss_id is not None
