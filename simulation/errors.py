"""How a simulated history ends before its time."""

from __future__ import annotations


class Violated(Exception):
    """A promise was broken. `invariant` is its name, `text` what was seen."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant, self.text = invariant, text


class Crashed(Exception):
    """A process died by a fault that was wished for (SIGKILL, a lost connection)."""


def require(condition: bool, invariant: str, text: object) -> None:
    """Raise Violated unless the condition holds."""
    if not condition:
        raise Violated(invariant, str(text))
