"""How a simulated history ends before its time."""

from __future__ import annotations

from collections.abc import Callable


class Violated(Exception):
    """A promise was broken. `invariant` is its name, `text` what was seen."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant, self.text = invariant, text


class Crashed(Exception):
    """A process died by a fault that was wished for (SIGKILL, a lost connection)."""


def require(condition: bool, invariant: str, text: str | Callable[[], str]) -> None:
    """Raise Violated unless the condition holds. A text that takes time to make is a function."""
    if not condition:
        raise Violated(invariant, text() if callable(text) else text)
