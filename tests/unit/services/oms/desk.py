"""The order book under test: short words for what it hears, and for what it said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from shared.commands import CancelOrder
from shared.events.market import ClockAdvanced
from shared.events.risk import CancelRequested, OrderDenied, ReplaceApproved, ReplaceDenied
from shared.events.venue import ReportKind, VenueReport
from shared.instruments import Instrument
from shared.messages import Event
from shared.table import Latest
from shared.types import Execution, Side, Time, Violation
from tests.builders import ACCOUNT, FIRM, NOON, approved, order
from tests.unit.services.driver import Driver

X = "order-1"


class Desk(Driver):
    """OMS, one shard, from noon on."""

    def __init__(self, negative_prices: bool = False) -> None:
        aig = Instrument(symbol="AIG", negative_prices=negative_prices)
        super().__init__(ROOM, lambda: OmsState(Latest(), {"AIG": aig}), NOON)

    def submit(self, order_id: str = X, **fields: Any) -> list[Event]:
        """Risk approves an order: a day market buy of 100 AIG unless told otherwise."""
        exit_ = fields.pop("exit", False)
        if "quantity" in fields:
            fields["quantity"] = Decimal(fields["quantity"])
        message = approved(1, order_id, at=self.at.wall, **fields)
        return self.hear(msgspec.structs.replace(message, exit=exit_))

    def deny(self, order_id: str = X, code: str = "LIMIT", **fields: Any) -> list[Event]:
        """Risk denies an order."""
        violations = (Violation(code=code),)
        return self.hear(
            OrderDenied(
                at=self.at.wall,
                market_at=self.at.market,
                cause=order_id,
                firm_id=FIRM,
                account_id=fields.get("account_id", ACCOUNT),
                order=order(order_id, **fields),
                violations=violations,
            )
        )

    def report(self, kind: ReportKind, order_id: str = X, **fields: Any) -> list[Event]:
        """The venue reports."""
        return self.hear(
            VenueReport(
                at=self.at.wall,
                market_at=self.at.market,
                firm_id=FIRM,
                account_id=ACCOUNT,
                link="paper",
                kind=kind,
                order_id=order_id,
                **fields,
            )
        )

    def accept(self, order_id: str = X) -> list[Event]:
        """The venue accepts."""
        return self.report(ReportKind.ACCEPTED, order_id)

    def fill(
        self, execution_id: str, quantity: object, price: object, order_id: str = X, **fields: Any
    ) -> list[Event]:
        """The venue reports a fill."""
        execution = an_execution(execution_id, quantity, price, order_id, self.at.market, **fields)
        return self.report(ReportKind.FILLED, order_id, execution=execution)

    def amend(
        self,
        kind: ReportKind,
        execution_id: str,
        ref: str,
        quantity: object = 0,
        price: object = 0,
        order_id: str = X,
    ) -> list[Event]:
        """The venue busts or corrects the execution `ref`."""
        execution = an_execution(
            execution_id, quantity, price, order_id, self.at.market, execution_ref=ref
        )
        return self.report(kind, order_id, execution=execution)

    def cancel(self, command_id: str, order_id: str = X, account_id: str = ACCOUNT) -> list[Event]:
        """The owner wants it canceled."""
        return self.hear(
            CancelOrder(
                at=self.at.wall,
                market_at=self.at.market,
                command_id=command_id,
                actor="ada",
                firm_id=FIRM,
                account_id=account_id,
                order_id=order_id,
            )
        )

    def cancel_by_risk(self, order_id: str = X, seq: int = 7) -> list[Event]:
        """Risk wants it canceled."""
        return self.hear(
            CancelRequested(
                at=self.at.wall,
                market_at=self.at.market,
                seq=seq,
                cause="halt-1",
                firm_id=FIRM,
                account_id=ACCOUNT,
                order_id=order_id,
                reason="halt",
            )
        )

    def replace(self, new_id: str, order_id: str = X, **fields: Any) -> list[Event]:
        """Risk approves another order in the place of one."""
        if "quantity" in fields:
            fields["quantity"] = Decimal(fields["quantity"])
        return self.hear(
            ReplaceApproved(
                at=self.at.wall,
                market_at=self.at.market,
                cause=new_id,
                firm_id=FIRM,
                account_id=fields.get("account_id", ACCOUNT),
                order=order(new_id, replaces=order_id, **fields),
            )
        )

    def deny_replace(self, new_id: str, order_id: str = X, code: str = "LIMIT") -> list[Event]:
        """Risk denies a replace."""
        return self.hear(
            ReplaceDenied(
                at=self.at.wall,
                market_at=self.at.market,
                cause=new_id,
                firm_id=FIRM,
                account_id=ACCOUNT,
                order=None,
                order_id=order_id,
                violations=(Violation(code=code),),
            )
        )

    def tick(self, seconds: float) -> list[Event]:
        """The clock says that so much time has passed."""
        self.wait(seconds)
        return self.hear(
            ClockAdvanced(
                at=self.at.wall,
                market_at=self.at.market,
                seq=1,
                market_time=self.at.market,
                wall_time=self.at.wall,
                is_open=True,
                session="2013-10-09",
                next_open=Time.parse("2013-10-10T13:30:00Z"),
                next_close=Time.parse("2013-10-09T20:00:00Z"),
            )
        )

    def order(self, order_id: str = X) -> OrderRow:
        """The order's row as stored."""
        row: OrderRow | None = self.row("orders", order_id)
        assert row is not None
        assert row.status == row.state.status
        assert row.leaves_quantity == row.state.leaves_quantity
        assert row.cum_quantity == row.state.cum_quantity
        assert row.average_price == row.state.average_price
        return row

    def stands(self, order_id: str = X) -> tuple[str, Decimal, Decimal, Decimal, Decimal]:
        """(status, quantity, cum, leaves, average price)."""
        row = self.order(order_id)
        return (
            str(row.status),
            row.quantity,
            row.cum_quantity,
            row.leaves_quantity,
            row.average_price,
        )


def standing(
    status: str, quantity: object, cum: object, leaves: object, average: object
) -> tuple[str, Decimal, Decimal, Decimal, Decimal]:
    """What `Desk.stands` is compared with."""
    numbers = [Decimal(str(value)) for value in (quantity, cum, leaves, average)]
    return (status, numbers[0], numbers[1], numbers[2], numbers[3])


def an_execution(
    execution_id: str, quantity: object, price: object, order_id: str, at: Time, **fields: Any
) -> Execution:
    """A buy of AIG unless told otherwise."""
    values: dict[str, Any] = {
        "account_id": ACCOUNT,
        "symbol": "AIG",
        "side": Side.BUY,
        "transact_at": at,
    }
    return Execution(
        execution_id=execution_id,
        order_id=order_id,
        quantity=Decimal(str(quantity)),
        price=Decimal(str(price)),
        **{**values, **fields},
    )


def told(events: list[Event]) -> list[str]:
    """The names of events."""
    return [type(event).__name__ for event in events]


def alerts(events: list[Event]) -> list[str]:
    """The alerts among events."""
    return [event.alert for event in events if hasattr(event, "alert")]
