"""The fan-out of trade_updates: who listens hears every event of its account, once and in order.

A fill waits until portfolio has booked it (a second at most), so that REST never lags the stream;
what comes after it waits behind it. Each client has a bounded queue: one that does not keep up is
sent away, for it must not slow the others, and reads REST when it comes back.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from decimal import Decimal
from typing import Any

import msgspec

from services.gateway.alpaca.updates import Update, updates, with_position
from services.gateway.hub import Hub
from services.gateway.metrics import SLOW_CLIENTS
from shared.events.oms import OrderFilled
from shared.events.portfolio import PositionChanged
from shared.events.risk import OrderDenied
from shared.messages import Event
from shared.topics import OMS_ORDERS

QUEUE_MAX = 1000
BOOKED_KEPT = 10_000
BOOKED_S_MAX = 1.0
STREAM = "trade_updates"

encode = msgspec.json.Encoder().encode


class Client:
    """Who listens: to one account, or (an unbound key) to all."""

    def __init__(self, key_id: str, account_id: str | None) -> None:
        self.key_id, self.account_id = key_id, account_id
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_MAX)
        self.is_over = False

    def push(self, raw: bytes) -> None:
        """Queue a frame, or send the client away."""
        if self.is_over:
            return
        if self.queue.full():
            SLOW_CLIENTS.inc()
            self.end()
        else:
            self.queue.put_nowait(raw)

    def end(self) -> None:
        """No more frames: what is queued is dropped, the socket is closed."""
        self.is_over = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Waiting(msgspec.Struct):
    """An update that is not sent yet; `execution_id` names the fill it waits for."""

    update: Update
    execution_id: str | None = None


class TradeUpdates:
    """One for the process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.clients: set[Client] = set()
        self._booked: OrderedDict[str, Decimal] = OrderedDict()
        self._lines: dict[str, deque[Waiting]] = {}
        hub.listeners.append(self.on_event)

    def drop_key(self, key_id: str) -> None:
        """A key was revoked: its sockets end."""
        for client in list(self.clients):
            if client.key_id == key_id:
                client.end()

    def on_event(self, topic: str, event: Event) -> None:
        """Take up one event."""
        if isinstance(event, PositionChanged):
            self._on_booked(event)
        elif topic == OMS_ORDERS and self._is_heard(event.account_id) and self._is_shown(event):
            self._on_order(event)

    def _is_heard(self, account_id: str) -> bool:
        return any(client.account_id in (None, account_id) for client in self.clients)

    def _is_shown(self, event: Event) -> bool:
        """A denial that was the answer of its POST is no event; one after a promise is."""
        if not isinstance(event, OrderDenied):
            return True
        return event.order.order_id in self._hub.promised

    def _on_order(self, event: Event) -> None:
        line = self._lines.setdefault(event.account_id, deque())
        execution_id = event.execution.execution_id if isinstance(event, OrderFilled) else None
        line.extend(Waiting(update, execution_id) for update in updates(event))
        if execution_id is not None and execution_id not in self._booked:
            loop = asyncio.get_running_loop()
            loop.call_later(BOOKED_S_MAX, self._give_up, event.account_id, execution_id)
        self._send_ready(event.account_id)

    def _on_booked(self, event: PositionChanged) -> None:
        self._booked[event.execution_id] = event.quantity
        if len(self._booked) > BOOKED_KEPT:
            self._booked.popitem(last=False)
        self._send_ready(event.account_id)

    def _give_up(self, account_id: str, execution_id: str) -> None:
        for waiting in self._lines.get(account_id, ()):
            if waiting.execution_id == execution_id:
                waiting.execution_id = None
        self._send_ready(account_id)

    def _send_ready(self, account_id: str) -> None:
        line = self._lines.get(account_id)
        while line:
            head = line[0]
            if head.execution_id is not None:
                booked = self._booked.get(head.execution_id)
                if booked is None:
                    return
                head.update = with_position(head.update, booked)
            line.popleft()
            self._send(account_id, head.update)
        self._lines.pop(account_id, None)

    def _send(self, account_id: str, update: Update) -> None:
        raw = frame(STREAM, update)
        for client in list(self.clients):
            if client.account_id in (None, account_id):
                client.push(raw)


def frame(stream: str, data: dict[str, Any]) -> bytes:
    """A frame of the socket."""
    return encode({"stream": stream, "data": data})
