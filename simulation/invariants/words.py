"""Words that invariants share: which orders have ended."""

from __future__ import annotations

from shared.types import OrderStatus

S = OrderStatus
ENDED = frozenset({S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED, S.REPLACED, S.DENIED})
OPEN = frozenset(OrderStatus) - ENDED
