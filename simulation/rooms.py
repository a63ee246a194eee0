"""The four transactional rooms as a simulated stack runs them, and the small market they trade."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from services.oms.core.state import OmsState
from services.oms.handlers import ROOM as OMS
from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM as PORTFOLIO
from services.risk.core.state import RiskState
from services.risk.handlers import ROOM as RISK
from services.venue.core.state import VenueState
from services.venue.handlers import ROOM as VENUE
from shared.events.risk import OrderApproved
from shared.instruments import Instrument
from shared.messages import Event, Message
from shared.room import Handler, MakeState, Room
from shared.table import At

SYMBOLS = ("AIG", "IBM", "SPY")
INSTRUMENTS = {symbol: Instrument(symbol=symbol) for symbol in SYMBOLS}
POISON = "poison"


class Kind(NamedTuple):
    """A room and how the state of one of its shards is made."""

    room: Room
    make_state: MakeState


class Poisoned(Exception):
    """What a handler with a bug raises."""


def poisoned(room: Room) -> Room:
    """OMS with a bug: an approved order of the strategy `poison` makes its handler raise."""
    handler = room.handlers[OrderApproved]

    def on_order_approved(message: OrderApproved, state: OmsState, at: At) -> list[Event]:
        events = handler(message, state, at)
        if message.order.strategy == POISON:
            raise Poisoned(message.order.order_id)
        return list(events)  # type: ignore[arg-type]

    handlers: dict[type[Message], Handler] = dict(room.handlers)
    handlers[OrderApproved] = on_order_approved
    return msgspec.structs.replace(room, handlers=handlers)


def rooms(*, is_mended: bool) -> dict[str, Kind]:
    """The rooms by name."""
    return {
        "risk": Kind(RISK, lambda latest, number: RiskState(latest, INSTRUMENTS, number)),
        "oms": Kind(
            OMS if is_mended else poisoned(OMS),
            lambda latest, _: OmsState(latest, INSTRUMENTS),
        ),
        "venue.paper": Kind(
            VENUE,
            lambda latest, number: VenueState(latest, INSTRUMENTS, number),
        ),
        "portfolio": Kind(PORTFOLIO, lambda latest, _: PortfolioState(latest, INSTRUMENTS)),
    }
