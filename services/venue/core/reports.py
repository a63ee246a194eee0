"""What the paper link reports, and about whom."""

from __future__ import annotations

from typing import Any

from services.venue.core.rows import PaperExecutionRow, PaperOrderRow
from shared.events.venue import ReportKind, VenueReport
from shared.ids import derived_id
from shared.types import Execution, Order

LINK = "paper"


def venue_order_id(order_id: str) -> str:
    """The exchange's own id of an order."""
    return derived_id("venue.paper", order_id)


def report(order: PaperOrderRow, kind: ReportKind, session: int, **fields: Any) -> VenueReport:
    """A report about an order of the book."""
    fields.setdefault("cause", fields.get("request_id") or order.order_id)
    return VenueReport(
        firm_id=order.firm_id,
        account_id=order.account_id,
        link=LINK,
        kind=kind,
        order_id=order.order_id,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
        cum_quantity=order.cum_quantity,
        session=session,
        **fields,
    )


def report_unsent(order: Order, kind: ReportKind, session: int, **fields: Any) -> VenueReport:
    """A report about an order that the exchange does not hold."""
    fields.setdefault("cause", fields.get("request_id") or order.order_id)
    return VenueReport(
        firm_id=order.firm_id,
        account_id=order.account_id,
        link=LINK,
        kind=kind,
        order_id=order.order_id,
        symbol=order.symbol,
        session=session,
        **fields,
    )


def execution_of(row: PaperExecutionRow, currency: str) -> Execution:
    """An execution as reports carry it."""
    return Execution(
        execution_id=row.execution_id,
        order_id=row.order_id,
        account_id=row.account_id,
        symbol=row.symbol,
        side=row.side,
        quantity=row.quantity,
        price=row.price,
        transact_at=row.transact_at,
        quote_at=row.quote_at,
        quote_row=row.quote_row,
        fee=row.fee,
        currency=currency,
    )
