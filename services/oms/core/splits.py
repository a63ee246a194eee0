"""Stock splits: what `new` for `old` shares make of an order, and of the executions before.

A split multiplies quantities by new/old and prices by old/new; the money that changed hands stays.
A quotient may not end, so what is shown of it is never counted with: an order that was split keeps
`parts`, its filled quantity in units of 1/(product of the old numbers) of a share, which every
further split leaves whole. Each execution knows how many splits of its order came before it, and so
what it has become.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import prod
from typing import Any, TypeVar

import msgspec

from services.oms.core.numbers import average, is_count, scaled, times
from services.oms.core.rows import ExecutionRow, OrderRow, Split
from shared.types import Leg, Order

PART_MAX = 1_000_000
"""The largest number in a ratio; beyond is an error of the sender."""

Priced = TypeVar("Priced", Order, Leg)


def is_ratio(split: Split) -> bool:
    """Whether both numbers can be shares for shares."""
    return all(0 < part <= PART_MAX for part in split)


def counted(row: OrderRow, parts: Decimal, amount: Decimal) -> dict[str, Any]:
    """The fields of an order of which `parts` are filled for `amount`."""
    if not row.splits:
        told = {"cum_quantity": parts, "average_price": average(amount, parts)}
        return {**told, "amount": amount, "parts": None}
    unit = _old(row.splits)
    return {
        "cum_quantity": scaled(parts, 1, unit),
        "average_price": average(times(amount, Decimal(unit)), parts),
        "amount": amount,
        "parts": parts,
    }


def filled_parts(row: OrderRow) -> Decimal:
    """What is filled, in parts of a share."""
    return row.cum_quantity if row.parts is None else row.parts


def parts_of(quantity: Decimal, row: OrderRow, since: int) -> Decimal:
    """What an execution counts in the order's parts; `since` splits of the order came before it."""
    if not row.splits:
        return quantity
    before, after = row.splits[:since], row.splits[since:]
    return times(quantity, Decimal(_old(before) * _new(after)))


def today(known: ExecutionRow, row: OrderRow) -> ExecutionRow:
    """An execution as it stands in the book after the splits of its order."""
    after = row.splits[known.splits :]
    if not after:
        return known
    new, old = _new(after), _old(after)
    return msgspec.structs.replace(
        known, quantity=scaled(known.quantity, new, old), price=scaled(known.price, old, new)
    )


def split_order(order: Order, split: Split) -> Order:
    """The order in shares after the split; what its legs ask for too."""
    new, old = split
    displayed = order.display_quantity
    return msgspec.structs.replace(
        _repriced(order, split),
        quantity=scaled(order.quantity, new, old),
        display_quantity=None if displayed is None else scaled(displayed, new, old),
        legs=tuple(_repriced(leg, split) for leg in order.legs),
    )


def split_row(row: OrderRow, split: Split) -> OrderRow | None:
    """The order after the split, its status left as it is; None where its quantity would be beyond
    what can be counted.
    """
    new, old = split
    state, order = row.state, split_order(row.state.order, split)
    if not is_count(order.quantity):
        return None
    pending = row.pending_quantity
    row = msgspec.structs.replace(
        row,
        splits=(*row.splits, split),
        parts=times(filled_parts(row), Decimal(new)),
        pending_quantity=None if pending is None else scaled(pending, new, old),
    )
    fields = counted(row, filled_parts(row), row.amount)
    del fields["parts"], fields["amount"]
    state = msgspec.structs.replace(
        state,
        order=order,
        stop_price=None if state.stop_price is None else scaled(state.stop_price, old, new),
        hwm=None if state.hwm is None else scaled(state.hwm, old, new),
        **fields,
    )
    return msgspec.structs.replace(row, quantity=order.quantity, state=state, **fields)


def _repriced(asked: Priced, split: Split) -> Priced:
    new, old = split
    prices = {name: getattr(asked, name) for name in ("limit_price", "stop_price", "trail_price")}
    changed = {name: scaled(price, old, new) for name, price in prices.items() if price is not None}
    return msgspec.structs.replace(asked, **changed)


def _new(splits: Iterable[Split]) -> int:
    return prod(new for new, _ in splits)


def _old(splits: Iterable[Split]) -> int:
    return prod(old for _, old in splits)
