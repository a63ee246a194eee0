"""Why the SDK did not do what was asked."""

from typing import Any


class ClientError(Exception):
    """A request did not do what was asked."""


class Refused(ClientError):
    """The gateway said no. `body` is its whole answer, with `violations` where the gate denied."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("message") or f"HTTP {status}"))
        self.status = status
        self.body = body

    @property
    def violations(self) -> list[dict[str, Any]]:
        """What the gate found, each with its numbers."""
        return list(self.body.get("violations") or [])


class Unreachable(ClientError):
    """No answer came: it may have been done, or not."""
