"""What one shard of the order book knows."""

from __future__ import annotations

from services.oms.core.order import is_live
from services.oms.core.rows import (
    AmendmentRow,
    ExecutionRow,
    OrderRow,
    OrphanRow,
    RememberedCancelRow,
    RequestRow,
)
from shared.table import Latest, State, Table

LIVE_SQL = (
    "request_id IS NOT NULL OR NOT (under IN"
    " ('filled', 'canceled', 'expired', 'rejected', 'replaced', 'denied')"
    " OR (under = 'done_for_day' AND time_in_force = 'day'))"
)
OPEN_REQUEST_SQL = "status IN ('queued', 'pending')"


class OmsState(State):
    """Live orders and open requests are in memory; the rest is prefetched when it is named."""

    def __init__(self, latest: Latest) -> None:
        super().__init__(latest)
        self.orders: Table[OrderRow] = Table(
            "orders",
            OrderRow,
            ("order_id",),
            indexes={
                "awaiting": lambda row: True if row.awaiting_since is not None else None,
                "chain": lambda row: row.chain_id if is_live(row) else None,
            },
            keep=is_live,
            live_sql=LIVE_SQL,
        )
        self.executions: Table[ExecutionRow] = Table(
            "executions",
            ExecutionRow,
            ("execution_id",),
            keep=lambda _: False,
            live_sql="false",
            append_only=True,
        )
        self.amendments: Table[AmendmentRow] = Table(
            "amendments",
            AmendmentRow,
            ("execution_id",),
            keep=lambda _: False,
            live_sql="false",
            append_only=True,
        )
        self.orphans: Table[OrphanRow] = Table(
            "orphans",
            OrphanRow,
            ("execution_id",),
            keep=lambda _: False,
            live_sql="false",
            append_only=True,
        )
        self.requests: Table[RequestRow] = Table(
            "requests",
            RequestRow,
            ("request_id",),
            keep=lambda row: row.status in ("queued", "pending"),
            live_sql=OPEN_REQUEST_SQL,
        )
        self.remembered_cancels: Table[RememberedCancelRow] = Table(
            "remembered_cancels",
            RememberedCancelRow,
            ("account_id", "order_id"),
            keep=lambda _: False,
            live_sql="false",
        )
