"""The desk beside a market: ticks of AIG, the session's clock, orders with exits and algorithms.

Times are milliseconds after noon; every stretch of ticks ends a millisecond after its last tick.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from shared.events.market import ClockAdvanced, TickBatch
from shared.events.oms import OrderTriggered
from shared.events.venue import ReportKind
from shared.instruments import Instrument
from shared.messages import Event
from shared.table import Latest
from shared.types import Leg, OrderClass, OrderType, Side, Time
from tests.builders import NOON
from tests.unit.services.driver import Driver
from tests.unit.services.oms.desk import Desk, X

NEXT_OPEN = Time.parse("2013-10-10T13:30:00Z")
CLOSE = Time.parse("2013-10-09T20:00:00Z")
INSTRUMENTS = {"AIG": Instrument(symbol="AIG")}
TP, SL = "take-profit", "stop-loss"
HUNDRED = Decimal(100)


def at(ms: float) -> Time:
    """That long after noon."""
    return NOON.plus(int(ms * 1000))


class Floor(Desk):
    """OMS with a market, one shard, from noon on."""

    def __init__(self) -> None:
        Driver.__init__(self, ROOM, lambda: OmsState(Latest(), INSTRUMENTS), NOON)

    def ticks(self, *ticks: tuple[Any, ...]) -> list[Event]:
        """A stretch: ("q", ms, bid, ask) or ("t", ms, price, size)."""
        end = at(ticks[-1][1] + 1)
        rows = [(*one, 500, 500)[:6] if one[0] == "q" else one for one in ticks]
        return self.hear(
            TickBatch(
                at=max(end, self.at.wall),
                market_at=end,
                symbol="AIG",
                source="test",
                run="test",
                kind="".join(one[0] for one in rows),
                time_us=[int(at(one[1])) for one in rows],
                bid=[float(one[2]) for one in rows],
                bid_size=[500.0 if one[0] == "q" else float(one[3]) for one in rows],
                ask=[float(one[3]) if one[0] == "q" else 0.0 for one in rows],
                ask_size=[500.0 if one[0] == "q" else 0.0 for one in rows],
                row=list(range(len(rows))),
                ordinal=[0] * len(rows),
            )
        )

    def second(self, ms: float, *, is_open: bool = True, close: Time = CLOSE) -> list[Event]:
        """The clock, at that time after noon (or at a time)."""
        now = at(ms)
        return self.hear(
            ClockAdvanced(
                at=now,
                market_at=now,
                seq=1,
                market_time=now,
                wall_time=now,
                is_open=is_open,
                session="2013-10-09",
                next_open=NEXT_OPEN,
                next_close=close,
            )
        )

    def keep(self, kind: OrderType, side: Side = Side.SELL, **fields: Any) -> list[Event]:
        """Risk approves an order of a type that the venue has not."""
        prices = ("stop_price", "limit_price", "trail_price", "trail_percent")
        given = {k: Decimal(str(v)) if k in prices else v for k, v in fields.items()}
        return self.submit(type=kind, side=side, **given)

    def bracket(self, **fields: Any) -> list[Event]:
        """A buy of 100 at 48 with a take-profit at 49 and a stop at 47."""
        legs = (
            Leg(order_id=TP, client_order_id=TP, type=OrderType.LIMIT, limit_price=Decimal(49)),
            Leg(order_id=SL, client_order_id=SL, type=OrderType.STOP, stop_price=Decimal(47)),
        )
        told = {"order_class": OrderClass.BRACKET, "legs": legs, "type": OrderType.LIMIT}
        return self.submit(**{**told, "limit_price": Decimal(48), **fields})

    def canceled(self, order_id: str) -> list[Event]:
        """The venue does what was asked last of the order."""
        request_id = self.order(order_id).request_id
        return self.report(ReportKind.CANCELED, order_id, request_id=request_id)

    def state_of(self, order_id: str = X) -> str:
        """Status, and whether OMS keeps it: `new kept`, `new`, `filled`."""
        row: OrderRow = self.order(order_id)
        return f"{row.status} kept" if row.state.held else str(row.status)


def sent(events: list[Event]) -> list[tuple[str, Decimal]]:
    """The orders that were triggered: id and quantity still to trade."""
    return [
        (event.state.order.order_id, event.state.leaves_quantity)
        for event in events
        if isinstance(event, OrderTriggered)
    ]


def floor_with_bracket() -> Floor:
    floor = Floor()
    floor.second(0)
    floor.bracket()
    floor.accept()
    return floor


def filled() -> Floor:
    """A bracket whose entry has filled: the take-profit is at the venue."""
    floor = floor_with_bracket()
    floor.fill("e1", 100, 48)
    floor.accept(TP)
    return floor


def with_legs(order_class: OrderClass, *legs: Leg, **fields: object) -> Floor:
    floor = Floor()
    floor.second(0)
    told = {"type": OrderType.LIMIT, "limit_price": Decimal(48), **fields}
    floor.submit(order_class=order_class, legs=legs, **told)
    floor.accept()
    return floor


STOP = Leg(order_id=SL, client_order_id=SL, type=OrderType.STOP, stop_price=Decimal(47))
LIMIT = Leg(order_id=TP, client_order_id=TP, type=OrderType.LIMIT, limit_price=Decimal(49))


def oco() -> Floor:
    """An OCO that sells 100: its take-profit at 49 is the order itself."""
    fields = {"side": Side.SELL, "limit_price": Decimal(49), "exit": True}
    return with_legs(OrderClass.OCO, STOP, **fields)


def states(floor: Floor) -> dict[str, str]:
    return {name: floor.state_of(name) for name in (X, TP, SL)}
