"""What the gate sees of one order: its account's book, its symbol's quote, and nothing else.

Made once per order. Everything an order is judged by is read through `state.latest`, so that the
journal can name it and a replay sees the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from services.risk.core.codes import REFERENCE_PRICE_MISSING, REFERENCE_PRICE_STALE
from services.risk.core.exposure import AccountBook
from services.risk.core.holding import Holding, Part
from services.risk.core.limits import ONE
from services.risk.core.prices import PRICE_DIGITS, are_sound, is_positive
from services.risk.core.reference import Reference, seen_at
from services.risk.core.rows import LiveOrderRow
from services.risk.core.sights import Sights
from shared.events.market import QuoteUpdated
from shared.instruments import Instrument
from shared.table import At
from shared.types import ZERO, Order, Side, Time

if TYPE_CHECKING:
    from services.risk.core.state import RiskState

QUANTITY_DIGITS = 12
"""How many digits there may be before the decimal point."""

NO_BOOK = AccountBook()
NO_HOLDING = Holding(ONE)
NO_REFERENCE = Reference(Instrument(symbol="", tradable=False))


def is_sound(order: Order) -> bool:
    """Whether the order's quantity and prices can be reckoned with: see `is_positive`."""
    return are_positive(order.quantity, order.limit_price) and (
        (order.stop_price is None and order.trail_price is None and order.trail_percent is None)
        or are_sound(order)
    )


def are_positive(quantity: Decimal, price: Decimal | None) -> bool:
    """The same of a quantity, and of the limit price where there is one."""
    return bool(
        quantity.is_finite()
        and quantity
        and not quantity.is_signed()
        and quantity.adjusted() < QUANTITY_DIGITS
        and (price is None or is_positive(price, PRICE_DIGITS))
    )


class View:
    """An order's surroundings, as numbers.

    held: the position; quantity: what this order may still trade; worst: its worth at its worst
    price (`unit` a unit); added: what it may add to gross exposure; is_exit: it only brings the
    position closer to zero. `fault` is what is wrong with the reference price. Numbers mean
    something only where the order `is_sound`, prices where the reference `is_priced`.
    """

    __slots__ = (
        "added",
        "asked_at",
        "book",
        "fault",
        "held",
        "holding",
        "is_buy",
        "is_exit",
        "is_sound",
        "limits",
        "market",
        "quantity",
        "reference",
        "state",
        "unit",
        "valued",
        "wall",
        "worst",
    )
    replaced: LiveOrderRow | None = None
    is_smaller = False

    def __init__(self, order: Order, asked_at: Time, state: RiskState, at: At) -> None:
        self.state, self.asked_at = state, asked_at
        self.wall, self.market = at
        self.book = book = state.books.accounts.get(order.account_id, NO_BOOK)
        self.limits = book.limits
        self.reference = reference = state.references.get(order.symbol, NO_REFERENCE)
        self._see(state.sights if state.sights.latest is state.latest else state.look_anew())
        self.holding = holding = book.holdings.get(order.symbol) or self._empty(order.symbol)
        self.held = held = holding.quantity
        self.is_buy = is_buy = order.side is Side.BUY
        self.quantity, self.is_exit = order.quantity, False
        self.is_sound = is_sound(order)
        if self.is_sound:
            self.unit = reference.unit_worst(order, is_buy)
            self.worst = self.added = order.quantity * self.unit
            if held and held.is_signed() is is_buy:
                self._close()

    def _see(self, sights: Sights) -> None:
        """Look at the account's valuation and the symbol's quote."""
        book, reference = self.book, self.reference
        self.valued = valued = sights.read(book.valuation)
        if valued is not book.valued and valued is not None:
            book.revalue(valued)
        quote = sights.read(reference.sight)
        self.fault: str | None = REFERENCE_PRICE_MISSING
        if quote is not None:
            if quote is not reference.quote:
                reference.update(quote)
            self.fault = reference.fault
            self._look_for_life(quote, sights)

    def _look_for_life(self, quote: QuoteUpdated, sights: Sights) -> None:
        oldest = self.wall - self.limits.quote_age_us
        if quote.at < oldest and self.fault is None and seen_at(quote, sights.latest) < oldest:
            self.fault = REFERENCE_PRICE_STALE

    def _empty(self, symbol: str) -> Holding:
        if self.reference is NO_REFERENCE or self.book.row is None:
            return NO_HOLDING
        return self.book.holding(symbol, self.reference.instrument.multiplier)

    def _close(self) -> None:
        """The order is against the position: does it only make it smaller?"""
        self.is_exit = self.open_same + self.quantity <= abs(self.held)
        self.added = ZERO if self.is_exit else self._added()

    def _added(self) -> Decimal:
        """What the symbol's working orders would add to gross exposure with this order, less what
        they add now.
        """
        holding = self.holding
        same, notional = self.open_same + self.quantity, self.open_notional + self.worst
        if self.is_buy:
            after = holding.extra_with(same, notional, holding.sell_quantity, holding.sell_notional)
        else:
            after = holding.extra_with(holding.buy_quantity, holding.buy_notional, same, notional)
        return after - holding.extra

    @property
    def open_same(self) -> Decimal:
        """What works on the order's side, in units."""
        return self.holding.buy_quantity if self.is_buy else self.holding.sell_quantity

    @property
    def open_notional(self) -> Decimal:
        """The same at its worst prices."""
        return self.holding.buy_notional if self.is_buy else self.holding.sell_notional

    def gross_after(self) -> Decimal:
        """Gross exposure of the account with everything that works and this order filled."""
        book = self.book
        return book.gross + book.extra + self.added


class BesideView(View):
    """The view of an order that takes over from what works already: `taken` units, worth
    `taken_notional`, are left out of that.
    """

    __slots__ = ("taken", "taken_notional")

    def __init__(self, order: Order, asked_at: Time, state: RiskState, at: At) -> None:
        self.taken = self.taken_notional = ZERO
        super().__init__(order, asked_at, state, at)

    def _take(self, quantity: Decimal, notional: Decimal) -> None:
        """Look again, without that much."""
        self.taken, self.taken_notional = quantity, notional
        self.worst = self.quantity * self.unit
        self.added, self.is_exit = self._added(), False
        if self.held and self.held.is_signed() is self.is_buy:
            self._close()

    @property
    def open_same(self) -> Decimal:
        """What works on the order's side beside what it takes over."""
        return super().open_same - self.taken

    @property
    def open_notional(self) -> Decimal:
        """The same at its worst prices."""
        return super().open_notional - self.taken_notional


class ReplaceView(BesideView):
    """The view of an order that is to stand in the place of another one. `is_smaller`: it is no
    more than that, in units and worth. A leg is an exit, whatever its group has filled so far.
    """

    __slots__ = ("is_smaller", "replaced")

    def __init__(
        self, order: Order, asked_at: Time, state: RiskState, at: At, replaced: LiveOrderRow
    ) -> None:
        self.replaced, self.is_smaller = replaced, False
        super().__init__(order, asked_at, state, at)
        if self.is_sound:
            part = Part(replaced, self.holding.multiplier)
            self.quantity = order.quantity - replaced.cum_quantity
            self._take(part.quantity, part.notional)
            self.is_smaller = self.quantity <= part.quantity and self.worst <= part.notional
            self.is_exit = self.is_exit or replaced.leg_of is not None


class ChildView(BesideView):
    """The view of an algorithm's child: its quantity comes out of what its parent reserves, at the
    parent's price.
    """

    __slots__ = ()

    def __init__(
        self, order: Order, asked_at: Time, state: RiskState, at: At, parent: LiveOrderRow
    ) -> None:
        super().__init__(order, asked_at, state, at)
        if self.is_sound:
            taken = min(order.quantity, Part(parent, ONE).quantity)
            self._take(taken, taken * parent.price * self.holding.multiplier)
