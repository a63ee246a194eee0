"""The rows of the fault mode: what the exchange amended, and what it has not told yet."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.events.venue import VenueReport
from shared.types import Time


class PaperAmendmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bust or correction (`kind`) of an execution, which counts no longer; a correction stands
    in its place with this quantity and price.
    """

    execution_id: str
    execution_ref: str
    order_id: str
    kind: str
    quantity: Decimal
    price: Decimal


class UntoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was not told when it should have been. due_at: wall time at which it is told;
    None: it was lost, and comes to light in the next session; place: its place among all of them.
    """

    place: str
    order_id: str
    since: Time
    due_at: Time | None
    report: VenueReport
