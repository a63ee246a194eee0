"""One account in one symbol: what it holds, what works, and what the limits leave."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.limits import Limits
from services.risk.core.rows import LiveOrderRow
from shared.types import ZERO


class Holding:
    """One account in one symbol. `extra` is what its working orders may add to gross exposure,
    `mark` the price of a unit in the valuation, `worth` the position at it. The rooms are measured
    again when it `is_dirty`.
    """

    __slots__ = (
        "buy_notional",
        "buy_quantity",
        "buy_room",
        "buy_worth_room",
        "extra",
        "is_dirty",
        "mark",
        "multiplier",
        "price",
        "quantity",
        "sell_notional",
        "sell_quantity",
        "sell_room",
        "sell_worth_room",
        "worth",
    )

    def __init__(self, multiplier: Decimal) -> None:
        self.multiplier = multiplier
        self.quantity = self.price = self.mark = self.worth = ZERO
        self.buy_quantity = self.buy_notional = ZERO
        self.sell_quantity = self.sell_notional = ZERO
        self.extra = ZERO
        self.is_dirty = True

    def measure(self, limits: Limits) -> None:
        """What the limits leave: units that one order may buy or sell, and the worth that position
        and order may have beside what works.
        """
        most, largest = limits.position_quantity_max, limits.order_quantity_max
        self.buy_room = min(largest, most - self.quantity - self.buy_quantity)
        self.sell_room = min(largest, most + self.quantity - self.sell_quantity)
        self.buy_worth_room = limits.position_notional_max - self.buy_notional
        self.sell_worth_room = limits.position_notional_max - self.sell_notional
        self.is_dirty = False

    def extra_with(
        self, buy: Decimal, buy_notional: Decimal, sell: Decimal, sell_notional: Decimal
    ) -> Decimal:
        """What such working orders would add to gross exposure. Orders of which a part would pass
        through zero count whole.
        """
        held = self.quantity
        extra = ZERO
        if buy and (held >= 0 or buy > -held):
            extra = buy_notional
        if sell and (held <= 0 or sell > held):
            extra += sell_notional
        return extra


class Part:
    """What one live order may still do: open quantity and worst notional, old or replaced. Of a
    leg nothing: another row counts for it.
    """

    __slots__ = ("notional", "quantity")

    def __init__(self, row: LiveOrderRow, multiplier: Decimal) -> None:
        if row.leg_of is not None:
            self.quantity = self.notional = ZERO
            return
        quantity = max(row.quantity - row.cum_quantity, ZERO)
        notional = quantity * row.price * multiplier
        if row.replacement_quantity is not None and row.replacement_price is not None:
            other = max(row.replacement_quantity - row.cum_quantity, ZERO)
            notional = max(notional, other * row.replacement_price * multiplier)
            quantity = max(quantity, other)
        self.quantity, self.notional = quantity, notional
