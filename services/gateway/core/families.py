"""Which orders belong together: an entry and its legs, through replaces of either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.types import OrderClass, OrderState, OrderStatus


def has_legs(state: OrderState) -> bool:
    """Whether an order may have legs now: those of a replaced one are its successor's."""
    is_simple = state.order.order_class is OrderClass.SIMPLE
    return not is_simple and state.order.parent_id is None and not is_replaced(state)


def is_replaced(state: OrderState) -> bool:
    """Whether a successor stands for it."""
    return state.status is OrderStatus.REPLACED


def named_by(state: OrderState) -> set[str]:
    """The ids by which a leg may name its entry: its own, and the first of its chain."""
    return {state.order.order_id, state.order.chain_id or state.order.order_id}


def parents_of(states: Iterable[OrderState]) -> list[str]:
    """The ids that the legs of these orders may name."""
    return sorted(set().union(*(named_by(one) for one in states if has_legs(one))))


def legs_in(entry: OrderState, found: Sequence[OrderState]) -> list[OrderState]:
    """The legs of an entry among some orders, in the order in which it was asked for them."""
    if not has_legs(entry):
        return []
    names = named_by(entry)
    places = {leg.order_id: place for place, leg in enumerate(entry.order.legs)}
    mine = [one for one in found if one.order.parent_id in names and not is_replaced(one)]
    return sorted(mine, key=lambda one: places.get(one.order.chain_id, len(places)))
