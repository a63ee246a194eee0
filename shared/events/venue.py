"""The voice of a venue link, `venue.<link>.reports`: what the broker said, before anyone acts on
it.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from shared.messages import Event
from shared.types import Execution


class ReportKind(StrEnum):
    ACCEPTED = "accepted"
    PENDING = "pending"
    REJECTED = "rejected"
    FILLED = "filled"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    REPLACED = "replaced"
    REPLACE_REJECTED = "replace_rejected"
    EXPIRED = "expired"
    DONE_FOR_DAY = "done_for_day"
    SUSPENDED = "suspended"
    RESTATED = "restated"
    BUSTED = "busted"
    CORRECTED = "corrected"
    NOT_SENT = "not_sent"
    OPEN_ORDER = "open_order"
    POSITION = "position"


class VenueReport(Event, frozen=True, kw_only=True, tag=True):
    """One report of a broker. `order_id` is our reference, `request_id` the cancel or replace it
    answers. split: of a restatement, (new, old) shares: quantities become new/old of what they
    were, prices old/new.
    """

    link: str
    kind: ReportKind
    order_id: str
    venue_order_id: str | None = None
    request_id: str | None = None
    execution: Execution | None = None
    quantity: Decimal | None = None
    cum_quantity: Decimal | None = None
    symbol: str | None = None
    reason: str | None = None
    session: int = 0
    split: tuple[int, int] | None = None


class ReportUnreadable(Event, frozen=True, kw_only=True, tag=True):
    """The broker said something that the link cannot read; risk halts the account until it is
    reconciled.
    """

    link: str
    raw: str
