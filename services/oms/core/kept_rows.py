"""The rows of what OMS keeps itself: groups of orders that hang together, the work of algorithms,
and the session that kept orders live in.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core.algorithms.interface import Progress
from services.oms.core.algorithms.tape import Tape
from shared.types import ZERO, OrderClass, Time


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order with exits, or an OCO. `group_id` is the id of the first order of its chain.

    entry_id: the order that opens the position, while it is live (an OCO has none);
    take_profit_id, stop_loss_id: the exits that are live, under their ids of now;
    entered: what the exits are there for (filled by the entry; of an OCO its quantity);
    armed_at: since when that is more than zero (market time);
    taken, stopped: filled by either exit; chosen: the exit that has triggered and is to be sent as
    soon as nothing else of the group can fill; asked: how many requests the group has made.
    """

    group_id: str
    account_id: str
    order_class: OrderClass
    entry_id: str | None = None
    take_profit_id: str | None = None
    stop_loss_id: str | None = None
    entered: Decimal = ZERO
    armed_at: Time | None = None
    taken: Decimal = ZERO
    stopped: Decimal = ZERO
    chosen: str | None = None
    asked: int = 0


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """An algorithm at work for a parent (`order_id`, of now). `handed` are children that the gate
    has not answered for, with their quantities; children: how many there were.
    """

    order_id: str
    symbol: str
    algorithm: str
    progress: Progress
    tape: Tape
    handed: dict[str, Decimal] = {}
    children: int = 0


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """The session as the clock tells it; one row, `name` is `clock`."""

    name: str
    is_open: bool
    next_close: Time
