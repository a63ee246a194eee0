"""The link's session with its broker: one number per opening, and what it has sent."""

from __future__ import annotations

import msgspec

from services.venue.core.guard import rate_second
from services.venue.core.rows import SessionRow
from shared.types import Time


def opened(session: SessionRow, at: Time) -> SessionRow:
    """The next session."""
    return msgspec.structs.replace(session, number=session.number + 1, opened_at=at)


def sent_this_second(session: SessionRow, wall: Time) -> int:
    """How many orders the link has sent in this wall second."""
    return session.rate_count if session.rate_second == rate_second(wall) else 0


def sent(session: SessionRow, wall: Time) -> SessionRow:
    """The session after one more order was sent; `accepted` gives each its place in the book."""
    return msgspec.structs.replace(
        session,
        accepted=session.accepted + 1,
        rate_second=rate_second(wall),
        rate_count=sent_this_second(session, wall) + 1,
    )
