"""Everything a client can be told instead of what it asked for: a status, a code, a text, numbers.

The body is `{"code": <8 digits>, "message": "<text>", ...}` everywhere; clients match on the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.types import Violation

CODE_MALFORMED = 40010000
CODE_UNAUTHORIZED = 40110000
CODE_FORBIDDEN = 40310000
CODE_NOT_FOUND = 40410000
CODE_METHOD = 40510000
CODE_CONFLICT = 40910000
CODE_TOO_LARGE = 41310000
CODE_INVALID = 40010001
CODE_UNPROCESSABLE = 42210000
CODE_RATE = 42910000
CODE_INTERNAL = 50010000
CODE_UNAVAILABLE = 50310000

TEXT_CLIENT_ID_USED = "client_order_id must be unique"
KNOWN_TEXTS = ("insufficient buying power", "insufficient qty available")
CLIENT_ORDER_ID_USED = "CLIENT_ORDER_ID_USED"


class Problem(Exception):
    """An answer that is not what was asked for. `extra` are further fields of the body."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.extra = status, code, message, extra

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"code": self.code, "message": self.message, **self.extra}


def malformed() -> Problem:
    """The body is no JSON."""
    return Problem(400, CODE_MALFORMED, "request body format is invalid")


def invalid(message: str, **extra: Any) -> Problem:
    """A field is missing, unknown or of the wrong kind."""
    return Problem(422, CODE_INVALID, message, **extra)


def unprocessable(message: str, **extra: Any) -> Problem:
    """Understood, and cannot be."""
    return Problem(422, CODE_UNPROCESSABLE, message, **extra)


def unauthorized() -> Problem:
    """No key, or not one of ours."""
    return Problem(401, CODE_UNAUTHORIZED, "request is not authorized")


def forbidden(message: str, **extra: Any) -> Problem:
    """The key may not do this."""
    return Problem(403, CODE_FORBIDDEN, message, **extra)


def not_found(message: str) -> Problem:
    """There is no such thing, or not for this key."""
    return Problem(404, CODE_NOT_FOUND, message)


def conflict(message: str) -> Problem:
    """The same Idempotency-Key with another body."""
    return Problem(409, CODE_CONFLICT, message)


def too_large(bytes_max: int) -> Problem:
    """The body is too long to be read."""
    return Problem(413, CODE_TOO_LARGE, f"request body exceeds {bytes_max} bytes")


def rate_exceeded() -> Problem:
    """Too many requests of one key; nothing was handed over."""
    return Problem(429, CODE_RATE, "rate limit exceeded")


def unavailable(message: str, **extra: Any) -> Problem:
    """A server we need does not answer; nothing was handed over unless `outcome` says so."""
    return Problem(503, CODE_UNAVAILABLE, message, **extra)


def unknown_outcome(command_id: str, name: str = "command_id") -> Problem:
    """It was handed over and nobody said what became of it."""
    text = "handed over, but its outcome is unknown: it may have been done"
    return unavailable(text, **{name: command_id, "outcome": "unknown"})


def told(found: Violation) -> dict[str, Any]:
    """A violation as bodies carry it."""
    names = ("code", "scope", "limit", "value", "projected", "message")
    return {name: getattr(found, name) for name in names}


def denied(violations: Sequence[Violation], **extra: Any) -> Problem:
    """The gate said no. The first text that clients know is the message, else `CODE: text`."""
    body = {"violations": [told(found) for found in violations], **extra}
    if any(found.code == CLIENT_ORDER_ID_USED for found in violations):
        return invalid(TEXT_CLIENT_ID_USED, **body)
    for found in violations:
        if found.message.startswith(KNOWN_TEXTS):
            return forbidden(found.message, **_known_numbers(found), **body)
    if not violations:
        return forbidden("denied", **body)
    first = violations[0]
    return forbidden(f"{first.code}: {first.message}", **body)


def _known_numbers(found: Violation) -> dict[str, Any]:
    """The numbers that clients look for beside the texts they know."""
    if found.message == KNOWN_TEXTS[0]:
        return {"buying_power": found.limit, "cost_basis": found.value}
    return {"available": found.limit, "requested": found.value}
