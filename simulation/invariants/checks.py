"""All invariants of one history, told of every record and every commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared import codec
from shared.bus.ports import Partition
from shared.commands import SubmitOrder
from shared.events.portfolio import AccountValued
from shared.events.risk import RearmOffered
from shared.events.runtime import RoomAlive
from shared.messages import Command, Message
from shared.statements import Harvest
from shared.topics import (
    MARKET_TICKS,
    OMS_ORDERS,
    PORTFOLIO_POSITIONS,
    PORTFOLIO_VALUATIONS,
    RISK_DECISIONS,
    RISK_EVENTS,
    RISK_INBOX,
    ROOM_STATUS,
    VENUE_PAPER_REPORTS,
)
from simulation.errors import require
from simulation.invariants import firms, ledger
from simulation.invariants.children import Children
from simulation.invariants.fills import Fills
from simulation.invariants.gate import Gate
from simulation.invariants.groups import Groups
from simulation.invariants.halts import Halts
from simulation.invariants.numbering import Numbering
from simulation.invariants.orders import Orders

TRADING = frozenset(
    {RISK_DECISIONS, RISK_EVENTS, OMS_ORDERS, VENUE_PAPER_REPORTS, PORTFOLIO_POSITIONS}
)


class Invariants:
    """Everything that must hold. `tokens` learns what re-arms were offered."""

    def __init__(
        self,
        shards: int,
        records: Callable[[Partition], list[bytes]],
        last_quote: Callable[[str], int],
        tokens: dict[str, str],
    ) -> None:
        self._shards, self._tokens = shards, tokens
        self.numbering, self.orders, self.halts = Numbering(), Orders(), Halts()
        self.fills = Fills(self.orders.sent)
        self.groups = Groups(self.orders.asked)
        self.children = Children()
        self.signs: dict[str, int] = {}
        self.gate = Gate(records, last_quote, lambda name: self.signs.get(name, 0))
        self.answered: set[str] = set()
        self.commands: dict[str, Command] = {}

    def on_asked(self, command: Command) -> None:
        """A client has asked for something."""
        self.commands.setdefault(command.command_id, command)
        self.orders.asked.setdefault(command.command_id, command)

    def on_record(self, topic: str, number: int, raw: bytes) -> None:
        """A record was appended to the log."""
        if topic in TRADING or topic.endswith(".journal"):
            self._on_event(topic, number, raw)
        elif topic == RISK_INBOX and b'"parent_id":"' in raw:
            self._on_handed(codec.decode(topic, raw))
        elif topic == MARKET_TICKS and b'"kind":"t' in raw:
            self.children.on_ticks(codec.decode(topic, raw))
        elif topic == PORTFOLIO_VALUATIONS:
            valued = codec.decode(topic, raw)
            if isinstance(valued, AccountValued):
                self._heard_of(valued.account_id, valued.at)
        elif topic == ROOM_STATUS:
            alive = codec.decode(topic, raw)
            if isinstance(alive, RoomAlive):
                self._heard_of(f"{alive.room}/{alive.partition}", alive.at)

    def _on_handed(self, command: Message) -> None:
        """OMS hands a child to the gate, as clients do with their orders."""
        if isinstance(command, SubmitOrder):
            self.children.on_handed(command)
            self.on_asked(command)

    def _heard_of(self, name: str, at: int) -> None:
        """A sign of life; one that comes late says nothing new."""
        self.signs[name] = max(self.signs.get(name, 0), at)

    def _on_event(self, topic: str, number: int, raw: bytes) -> None:
        message = self.numbering.accept(topic, number, raw)
        if message is None or topic not in TRADING:
            return
        firms.check(number, message, self._shards)
        self.answered.add(getattr(message, "cause", None) or "")
        self.answered.add(getattr(message, "request_id", None) or "")
        if topic == RISK_DECISIONS:
            self.orders.on_decision(message)
            self.halts.on_decision(number, message)
            self.children.on_decision(message)
            if isinstance(message, RearmOffered):
                self._tokens[message.account_id] = f"{message.breaker}|{message.token}"
        elif topic == RISK_EVENTS:
            self.halts.on_risk_event(message)
        elif topic == VENUE_PAPER_REPORTS:
            self.orders.on_report(message)
            self.fills.on_report(message)
        elif topic == OMS_ORDERS:
            self.orders.on_order(message)
            self.fills.on_order(number, message)
            self.groups.on_order(message)
            self.children.on_order(message)
        else:
            self.fills.on_position(number, message)

    def on_commit(self, room: str, harvests: Sequence[Harvest]) -> None:
        """A room has committed."""
        if room == "risk":
            self.gate.on_commit(harvests)
        elif room == "portfolio":
            ledger.check_commit(harvests)

    def check_whole(self) -> None:
        """Everything was read: nothing may be missing anywhere."""
        self.numbering.check_whole()
        self.orders.check_whole()
        self.fills.check_whole()
        self.groups.check_whole()
        self.children.check_whole()
        silent = sorted(set(self.commands) - self.answered)
        require(not silent, "liveness", lambda: f"commands without an answer: {silent}")
