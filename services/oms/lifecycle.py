"""Writes docs/order-lifecycle.md from `TRANSITIONS`: `python -m services.oms.lifecycle [DIR]`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from services.oms.core import order
from services.oms.core.order import ENDED, TRANSITIONS, Move
from shared.types import OrderStatus

PAGE = "order-lifecycle.md"
_HEAD = """# The life of an order

Generated from `services/oms/core/order.py` by `make catalogue`; do not edit. The scenarios that
prove it are listed in `fix-order-states.md`.

"""
_UNDER = "what lies under"


def theory() -> str:
    """The theory of operation, as the module tells it, its headings as Markdown."""
    lines = (inspect.getdoc(order) or "").splitlines()
    kept = [line for line in lines if set(line) != {"-"}]
    return "\n".join(f"## {line}" if line == "Theory of operation" else line for line in kept)


def _arrows() -> Iterator[tuple[OrderStatus, OrderStatus, list[Move]]]:
    """(from, to, moves) of every change of status, in the order of the table."""
    for status, moves in TRANSITIONS.items():
        by_target: dict[OrderStatus, list[Move]] = {}
        for move, found in moves.items():
            if found is not None and found is not status:
                by_target.setdefault(found, []).append(move)
        yield from ((status, found, named) for found, named in by_target.items())


def diagram() -> str:
    """A Mermaid state diagram: every move that changes the status."""
    lines = ["stateDiagram-v2"]
    born = (OrderStatus.PENDING_NEW, OrderStatus.DENIED, OrderStatus.CANCELED)
    lines += [f"    [*] --> {status}" for status in born]
    for status, found, moves in _arrows():
        lines.append(f"    {status} --> {found}: {', '.join(moves)}")
    for status, moves in TRANSITIONS.items():
        refused = [move for move, found in moves.items() if found is None]
        lines += [f"    {status} --> {status}_under: {move}" for move in refused]
        lines += [f'    state "{_UNDER}" as {status}_under' for _ in refused]
    lines += [f"    {status} --> [*]" for status in TRANSITIONS if status in ENDED]
    return "\n".join(lines)


def table() -> str:
    """Every status and move, and where it leads; what is not in it is illegal."""
    head = ["status", *(move.replace("_", " ") for move in Move)]
    rows = [_line(head), _line(["---"] * len(head))]
    for status, moves in TRANSITIONS.items():
        cells = [_cell(status, moves, move) for move in Move]
        rows.append(_line([f"**{status}**", *cells]))
    return "\n".join(rows)


def _cell(status: OrderStatus, moves: dict[Move, OrderStatus | None], move: Move) -> str:
    if move not in moves:
        return ""
    found = moves[move]
    if found is None:
        return _UNDER
    return "stays" if found is status else str(found)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """The whole page."""
    return (
        f"{_HEAD}{theory()}\n\n## Picture\n\nMoves that leave the status as it is are only in the"
        f" table.\n\n```mermaid\n{diagram()}\n```\n\n## Table of moves\n\nWhat is empty is an"
        " illegal move: it changes nothing and raises the alert `reconcile`. Orders that ended:"
        f" {', '.join(sorted(ENDED))}; and done_for_day, unless it lasts for days and is open.\n\n"
        f"{table()}\n"
    )


def main(folder: str = "docs") -> None:
    """Write the page."""
    (Path(folder) / PAGE).write_text(page())


if __name__ == "__main__":
    main(*sys.argv[1:])
