"""The venue and we agree: once a session was opened after all that happened, what is open there is
open at OMS, with the same quantity filled; what it executed is what OMS booked; and it holds the
positions that the book of portfolio holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.types import OrderStatus
from simulation.errors import require
from simulation.invariants.words import ENDED

NAME = "venue"
S = OrderStatus
Tables = Mapping[str, Mapping[tuple[str, ...], Any]]


def check_venue(venue: Tables, oms: Tables, book: Tables) -> None:
    """The rows of one shard of three rooms; raises where they differ."""
    _check_orders(venue["paper_orders"], oms["orders"], oms["requests"])
    _check_executions(venue, oms)
    held = _positions(book["positions"])
    theirs = _positions(venue["paper_positions"])
    require(held == theirs, NAME, lambda: f"the venue holds {theirs}, the book {held}")


def _check_orders(
    theirs: Mapping[Any, Any], ours: Mapping[Any, Any], requests: Mapping[Any, Any]
) -> None:
    """An order that ended under the id of a replace, whose grant was heard of only later, is the
    one that it was to replace (H10).
    """
    open_there = {row.order_id for row in theirs.values() if row.is_live}
    open_here = {
        row.order_id
        for row in ours.values()
        if row.status not in ENDED and not (row.state.held or row.state.order.algorithm)
    }
    require(
        open_there == open_here,
        NAME,
        lambda: f"open only there {open_there - open_here}, only here {open_here - open_there}",
    )
    for row in theirs.values():
        mine, request = ours.get((row.order_id,)), requests.get((row.order_id,))
        if mine is None and request is not None:
            mine = ours.get((request.order_id,))
        require(mine is not None, NAME, lambda: f"OMS does not know {row.order_id}")
        if mine is not None and mine.status is not S.REPLACED and row.status != "replaced":
            told = (row.order_id, row.cum_quantity, mine.cum_quantity)
            require(told[1] == told[2], NAME, lambda: "{}: {} filled there, {} here".format(*told))


def _check_executions(venue: Tables, oms: Tables) -> None:
    theirs, ours = dict[str, tuple[Decimal, Decimal]](), dict[str, tuple[Decimal, Decimal]]()
    for row in venue["paper_executions"].values():
        theirs[row.execution_id] = (row.quantity, row.price)
    for row in venue["paper_amendments"].values():
        del theirs[row.execution_ref]
        if row.kind == "correction":
            theirs[row.execution_id] = (row.quantity, row.price)
    amended = {row.execution_id for row in oms["amendments"].values()}
    for row in oms["executions"].values():
        if row.kind != "bust" and row.execution_id not in amended:
            ours[row.execution_id] = (row.quantity, row.price)
    require(
        theirs == ours,
        NAME,
        lambda: f"only there {theirs.items() - ours.items()}, here {ours.items() - theirs.items()}",
    )


def _positions(rows: Mapping[Any, Any]) -> dict[tuple[str, str], Decimal]:
    return {(row.account_id, row.symbol): row.quantity for row in rows.values() if row.quantity}
