"""What live orders may still trade, reckoned from what was approved and what OMS tells: each order
once, the exits of a group once together, and what an algorithm's children took over not again with
their parent.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from shared.events.oms import OrderReplaced
from shared.types import ZERO, Order, OrderClass, OrderState, OrderStatus, Side
from simulation.invariants.words import ENDED

ENTRIES = frozenset({OrderClass.BRACKET, OrderClass.OTO})
OTHER = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


class Live(NamedTuple):
    """A live order: its quantity, what of it is filled, and what a unit of it may cost."""

    order: Order
    quantity: Decimal
    filled: Decimal
    unit: Decimal


class Lot:
    """What the exits of one group may trade between them: what was entered less what they filled.
    `order` is the entry, or the OCO, as it is now; `legs` are the living legs.
    """

    def __init__(self, order: Order, unit: Decimal) -> None:
        self.order, self.unit, self.is_oco = order, unit, order.order_class is OrderClass.OCO
        self.side = order.side if self.is_oco else OTHER[order.side]
        self.entered = order.quantity if self.is_oco else ZERO
        self.exited = ZERO
        self.legs: set[str] = set()

    def left(self, entered: Decimal) -> Decimal:
        """What exits may still trade where so much was entered."""
        return max(entered - self.exited, ZERO)


class Reserved:
    """Everything that is live, by account."""

    def __init__(self) -> None:
        self._live: dict[str, Live] = {}
        self._lots: dict[str, Lot] = {}
        self._children: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self._replacing: dict[str, tuple[str, Decimal, Decimal]] = {}

    # -- what may still trade --------------------------------------------------------------------

    def units(self, account: str, symbol: str, side: Side) -> Decimal:
        """What works on a side, a replace under way counted as its worse."""
        where = (account, symbol, side)
        own = [
            max(left for left, _ in self._parts(live))
            for live in self._live.values()
            if (live.order.account_id, live.order.symbol, live.order.side) == where
        ]
        of_exits = [
            lot.left(lot.entered)
            for lot in self._lots.values()
            if (lot.order.account_id, lot.order.symbol, lot.side) == where
            and self._counts_itself(lot)
        ]
        return sum((*own, *of_exits), ZERO)

    def cost(self, account: str) -> Decimal:
        """What open buys may take; a replace counts as its worse."""
        own = [
            max(left * unit for left, unit in self._parts(live))
            for live in self._live.values()
            if live.order.account_id == account and live.order.side is Side.BUY
        ]
        of_exits = [
            lot.left(lot.entered) * lot.unit
            for lot in self._lots.values()
            if lot.order.account_id == account and lot.side is Side.BUY and self._counts_itself(lot)
        ]
        return sum((*own, *of_exits), ZERO)

    def count(self, account: str) -> int:
        """How many orders of an account are open; the exits of a group are one."""
        own = [
            live.order.order_id
            for live in self._live.values()
            if live.order.account_id == account and self._lot_of_leg(live.order) is None
        ]
        of_exits = [
            name
            for name, lot in self._lots.items()
            if lot.order.account_id == account and self._counts_itself(lot)
        ]
        return len(own) + len(of_exits)

    def ids(self) -> set[str]:
        """All that is live: orders, and what counts for exits."""
        entries = {f"exits/{name}" for name, lot in self._lots.items() if not lot.is_oco}
        ocos = {lot.order.order_id for lot in self._lots.values() if lot.is_oco}
        return set(self._live) | entries | ocos

    def left_of(self, parent_id: str | None) -> tuple[Decimal, Decimal]:
        """What of a parent no child has taken over, and what a unit of it may cost."""
        live = self._live.get(parent_id or "")
        if live is None or live.order.algorithm is None:
            return ZERO, ZERO
        return self._parts(live)[0]

    def is_live(self, order_id: str) -> bool:
        """Whether the order is."""
        return order_id in self._live

    def _counts_itself(self, lot: Lot) -> bool:
        """An OCO counts as the order that it is, until that has ended."""
        return not lot.is_oco or lot.order.order_id not in self._live

    def _parts(self, live: Live) -> list[tuple[Decimal, Decimal]]:
        """Units and their price: of the order, and of each replace of it that is under way."""
        order = live.order
        if self._lot_of_leg(order) is not None:
            return [(ZERO, ZERO)]
        filled = live.filled
        lot = self._lots.get(order.chain_id or order.order_id)
        if lot is not None and lot.is_oco:
            filled = lot.exited
        elif order.algorithm is not None:
            filled = sum(self._children[order.order_id].values(), ZERO)
        asked = [
            (max(quantity - filled, ZERO), unit)
            for old, quantity, unit in self._replacing.values()
            if old == order.order_id
        ]
        return [(max(live.quantity - filled, ZERO), live.unit), *asked]

    def _lot_of_leg(self, order: Order) -> Lot | None:
        """The lot of an exit that is a leg."""
        return None if order.parent_id is None else self._lots.get(order.parent_id)

    # -- facts -----------------------------------------------------------------------------------

    def approve(self, order: Order, unit: Decimal) -> None:
        """An order may be sent; its exits with it."""
        self._live[order.order_id] = Live(order, order.quantity, ZERO, unit)
        if order.legs:
            self._lots[order.chain_id or order.order_id] = Lot(order, unit)
        elif order.parent_id is not None:
            self._children[order.parent_id][order.order_id] = order.quantity

    def ask_replace(self, order: Order, unit: Decimal) -> None:
        """A replace was approved."""
        self._replacing[order.order_id] = (order.replaces or "", order.quantity, unit)

    def refuse_replace(self, request_id: str) -> None:
        """It came to nothing."""
        self._replacing.pop(request_id, None)

    def fill(self, order: Order, quantity: Decimal) -> None:
        """So much more of an order was filled; of an exit that is out of its lot."""
        lot = self._lots.get(order.chain_id or order.order_id) or self._lot_of_leg(order)
        if lot is not None and (lot.is_oco or not order.legs):
            lot.exited += quantity

    def hold(self, state: OrderState) -> None:
        """An order is as OMS has it, or has ended."""
        order = state.order
        if state.status in ENDED:
            self._end(state)
        else:
            known = self._live.get(order.order_id)
            unit = known.unit if known is not None else _unit(state)
            self._put(state, unit)
        self._note(state)

    def _put(self, state: OrderState, unit: Decimal) -> None:
        order = state.order
        self._live[order.order_id] = Live(order, order.quantity, state.cum_quantity, unit)
        lot = self._lot_of_leg(order)
        if lot is not None:
            lot.legs.add(order.order_id)
        self._hand(order, order.quantity)

    def _hand(self, order: Order, quantity: Decimal) -> None:
        """A child holds so much of its parent."""
        if order.parent_id is not None and order.order_class is OrderClass.SIMPLE:
            self._children[order.parent_id][order.order_id] = quantity

    def _end(self, state: OrderState) -> None:
        order = state.order
        known = self._live.get(order.order_id)
        is_replaced = any(old == order.order_id for old, _, _ in self._replacing.values())
        if is_replaced and state.status is OrderStatus.FILLED:
            if known is not None:
                self._live[order.order_id] = known._replace(filled=state.cum_quantity)
            return
        self._live.pop(order.order_id, None)
        self._hand(order, state.cum_quantity)
        self._end_leg(order)

    def _end_leg(self, order: Order) -> None:
        """The exits of a group count until the last leg has ended; an OCO as long as itself."""
        lot = self._lot_of_leg(order)
        if lot is None:
            return
        lot.legs.discard(order.order_id)
        if not lot.legs and (not lot.is_oco or lot.order.order_id not in self._live):
            del self._lots[order.parent_id or ""]

    def _note(self, state: OrderState) -> None:
        """An entry tells what its exits are for; one that ended unfilled has none."""
        order, name = state.order, state.order.chain_id or state.order.order_id
        lot = self._lots.get(name)
        if lot is None or not order.legs:
            return
        lot.order = order
        if not lot.is_oco:
            lot.entered = state.cum_quantity
        is_over = order.order_id not in self._live and not lot.legs
        if is_over and (lot.is_oco or not lot.entered):
            del self._lots[name]

    def replaced(self, message: OrderReplaced) -> None:
        """Another order stands in the place of one."""
        new, old = message.successor, self._live.pop(message.state.order.order_id, None)
        asked = self._replacing.pop(new.order.order_id, None)
        lot = self._lot_of_leg(new.order)
        if lot is not None:
            lot.legs.discard(message.state.order.order_id)
        if new.status not in ENDED:
            known = _unit(new) if old is None else old.unit
            self._put(new, known if asked is None else asked[2])
        else:
            self._end_leg(new.order)
        self._note(new)


def _unit(state: OrderState) -> Decimal:
    return state.order.limit_price or state.average_price
