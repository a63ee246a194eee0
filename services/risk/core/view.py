"""What the gate sees of one order: its account's book, its symbol's quote, and nothing else.

Made once per order. Everything an order is judged by is read through `state.latest`, so that the
journal can name it and a replay sees the same.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from services.risk.core.codes import REFERENCE_PRICE_MISSING, REFERENCE_PRICE_STALE
from services.risk.core.exposure import AccountBook, Holding, Part
from services.risk.core.reference import seen_at
from services.risk.core.rows import LiveOrderRow
from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued
from shared.table import At
from shared.types import ZERO, Order, OrderType, Side, Time

if TYPE_CHECKING:
    from services.risk.core.state import RiskState

QUANTITY_MAX = Decimal("1E12")
PRICE_MAX = Decimal("1E9")
NO_BOOK = AccountBook()
NO_HOLDING = Holding(Decimal(1))
_BUY, _LIMIT = Side.BUY, OrderType.LIMIT


def is_sound(order: Order) -> bool:
    """Whether the order's numbers can be reckoned with: finite, above zero, of a sane size."""
    price = order.limit_price
    if price is not None and not is_positive(price, PRICE_MAX):
        return False
    return is_positive(order.quantity, QUANTITY_MAX)


def is_positive(value: Decimal, most: Decimal) -> bool:
    """Whether it is a number above zero and not above `most`."""
    try:
        return ZERO < value <= most
    except InvalidOperation:  # no number at all
        return False


class View:
    """An order's surroundings, as numbers.

    held: the position; buys, sells: open quantity on each side, the order that is being replaced
    left out; quantity: what this order may still trade; worst: its worth at its worst price;
    added: what it may add to gross exposure; is_exit: it only brings the position closer to zero.
    `fault` is what is wrong with the reference price. Numbers mean something only where the order
    `is_sound`, prices where it `is_priced`.
    """

    __slots__ = (
        "added",
        "asked_at",
        "book",
        "buying_power",
        "fault",
        "held",
        "holding",
        "is_buy",
        "is_exit",
        "is_priced",
        "is_smaller",
        "is_sound",
        "limits",
        "open_notional",
        "open_opposite",
        "open_same",
        "quantity",
        "reference",
        "replaced",
        "state",
        "valued",
        "wall",
        "worst",
    )

    def __init__(
        self,
        order: Order,
        asked_at: Time,
        state: RiskState,
        at: At,
        replaced: LiveOrderRow | None = None,
    ) -> None:
        account_id, symbol = order.account_id, order.symbol
        book = state.books.accounts.get(account_id, NO_BOOK)
        self.state, self.book, self.limits = state, book, book.limits
        self.asked_at, self.wall = asked_at, at.wall
        self.holding = holding = book.holdings.get(symbol, NO_HOLDING)
        self.replaced = replaced
        self.buying_power: Decimal | None = None
        self.valued = valued = state.latest.read(AccountValued, account_id)
        if valued is not book.valued and valued is not None and book is not NO_BOOK:
            book.revalue(valued)
        self._see_quote(symbol)
        self.is_buy = is_buy = order.side is _BUY
        self.is_sound = self.reference is not None and is_sound(order)
        self.held = holding.quantity
        if is_buy:
            self.open_same, self.open_opposite = holding.buy_quantity, holding.sell_quantity
            self.open_notional = holding.buy_notional
        else:
            self.open_same, self.open_opposite = holding.sell_quantity, holding.buy_quantity
            self.open_notional = holding.sell_notional
        self.quantity = order.quantity
        self.is_exit = self.is_smaller = False
        if replaced is not None:
            self._leave_out(replaced)
        if self.is_sound:
            self._reckon(order)

    def _see_quote(self, symbol: str) -> None:
        self.reference = reference = self.state.references.get(symbol)
        if reference is None:
            self.fault: str | None = REFERENCE_PRICE_MISSING
            self.is_priced = False
            return
        quote = self.state.latest.read(QuoteUpdated, symbol)
        if quote is None:
            self.fault, self.is_priced = REFERENCE_PRICE_MISSING, False
            return
        if quote is not reference.quote:
            reference.update(quote)
        self.fault, self.is_priced = reference.fault, reference.is_priced
        oldest = self.wall - self.limits.quote_age_us
        if quote.at < oldest and self.fault is None and seen_at(quote, self.state.latest) < oldest:
            self.fault = REFERENCE_PRICE_STALE

    def _leave_out(self, replaced: LiveOrderRow) -> None:
        part = Part(replaced, self.holding.multiplier)
        self.open_same -= part.quantity
        self.open_notional -= part.notional
        self.quantity -= replaced.cum_quantity

    def _reckon(self, order: Order) -> None:
        held = self.held
        after = self.open_same + self.quantity
        if self.is_buy:
            self.is_exit = held < 0 and after <= -held
        else:
            self.is_exit = held > 0 and after <= held
        if not self.is_priced:
            return
        self.worst = worst = self.quantity * self._unit_price(order)
        if self.is_exit:
            self.added = ZERO
        elif self.replaced is None and (held >= 0 if self.is_buy else held <= 0):
            self.added = worst
        else:
            self.added = self._added()
        if self.replaced is not None:
            part = Part(self.replaced, self.holding.multiplier)
            self.is_smaller = self.quantity <= part.quantity and worst <= part.notional

    def _unit_price(self, order: Order) -> Decimal:
        reference, price = self.reference, order.limit_price
        if reference is None:
            return ZERO
        if price is None or order.type is not _LIMIT:
            return reference.market_worst
        if self.is_buy:
            return reference.limit_buy_worst(price)
        return reference.limit_sell_worst(price)

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

    def gross_after(self) -> Decimal:
        """Gross exposure of the account with everything that works and this order filled."""
        book = self.book
        return book.gross + book.extra + self.added
