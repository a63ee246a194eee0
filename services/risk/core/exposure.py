"""Exposure: what an account holds and what it would hold were everything that works filled.

Two disjoint sets of facts make the book: fills (quantity and cash move in one step) and what no
fill explains. What is reserved is never stored: it follows from the live orders, and here it is
kept as sums that every row change moves, so a decision scans nothing. A sum is exact (quantities
and prices have bounded digits), so the order of additions does not matter and state lived equals
state loaded.

A symbol's working orders count as if they were all filled at their worst price; buys that only
cover a short and sells that only close a long need nothing.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.limits import NO_LIMITS, Limits
from services.risk.core.rows import (
    AccountRow,
    ArrivalsRow,
    LiveOrderRow,
    PositionRow,
    WithdrawalRow,
)
from shared.events.portfolio import AccountValued
from shared.types import ZERO, Side


class Holding:
    """One account in one symbol. `extra` is what its working orders may add to gross exposure,
    `mark` the price of a unit in the valuation, `worth` the position at it.
    """

    __slots__ = (
        "buy_notional",
        "buy_quantity",
        "extra",
        "mark",
        "multiplier",
        "price",
        "quantity",
        "sell_notional",
        "sell_quantity",
        "worth",
    )

    def __init__(self, multiplier: Decimal) -> None:
        self.multiplier = multiplier
        self.quantity = self.price = self.mark = self.worth = ZERO
        self.buy_quantity = self.buy_notional = ZERO
        self.sell_quantity = self.sell_notional = ZERO
        self.extra = ZERO

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
    """What one live order may still do: open quantity and worst notional, old or replaced."""

    __slots__ = ("notional", "quantity")

    def __init__(self, row: LiveOrderRow, multiplier: Decimal) -> None:
        quantity = max(row.quantity - row.cum_quantity, ZERO)
        notional = quantity * row.price * multiplier
        if row.replacement_quantity is not None and row.replacement_price is not None:
            other = max(row.replacement_quantity - row.cum_quantity, ZERO)
            notional = max(notional, other * row.replacement_price * multiplier)
            quantity = max(quantity, other)
        self.quantity, self.notional = quantity, notional


class AccountBook:
    """Everything derived about one account."""

    __slots__ = (
        "arrivals",
        "buy_notional",
        "cash",
        "extra",
        "gross",
        "holdings",
        "limits",
        "marks",
        "net",
        "open_count",
        "room_keys",
        "row",
        "valued",
        "withdrawn",
    )

    def __init__(self) -> None:
        self.row: AccountRow | None = None
        self.limits: Limits = NO_LIMITS
        self.room_keys: tuple[str, ...] = ()
        self.holdings: dict[str, Holding] = {}
        self.cash = self.withdrawn = self.buy_notional = self.extra = ZERO
        self.gross = self.net = ZERO
        self.open_count = 0
        self.arrivals: tuple[int, ...] = ()
        self.valued: AccountValued | None = None
        self.marks: dict[str, Decimal] = {}

    @property
    def equity(self) -> Decimal:
        """Own cash and own positions at the marks of the last valuation, withdrawals gone."""
        return self.cash - self.withdrawn + self.net

    def revalue(self, valued: AccountValued) -> None:
        """Take up the prices of a valuation; quantities stay our own."""
        self.valued = valued
        self.marks = {one.symbol: one.price for one in valued.positions if one.price is not None}
        self.gross = self.net = ZERO
        for symbol, holding in self.holdings.items():
            holding.worth = ZERO
            self._mark(symbol, holding)

    def _mark(self, symbol: str, holding: Holding) -> None:
        """Put the holding's worth into the sums in the place of the one it had there."""
        holding.mark = self.marks.get(symbol, holding.price)
        worth = holding.quantity * holding.mark * holding.multiplier
        self.net += worth - holding.worth
        self.gross += abs(worth) - abs(holding.worth)
        holding.worth = worth

    def _resum(self, holding: Holding) -> None:
        extra = holding.extra_with(
            holding.buy_quantity,
            holding.buy_notional,
            holding.sell_quantity,
            holding.sell_notional,
        )
        self.extra += extra - holding.extra
        holding.extra = extra

    def move_position(self, holding: Holding, row: PositionRow | None, symbol: str) -> None:
        """The position is what `row` says (None: nothing)."""
        holding.quantity = ZERO if row is None else row.quantity
        holding.price = ZERO if row is None else row.price
        self._mark(symbol, holding)
        self._resum(holding)

    def move_order(
        self, holding: Holding, old: LiveOrderRow | None, new: LiveOrderRow | None
    ) -> None:
        """A live order came, changed or went."""
        if old is not None:
            self._count(holding, old, -1)
        if new is not None:
            self._count(holding, new, 1)
        self._resum(holding)

    def _count(self, holding: Holding, row: LiveOrderRow, sign: int) -> None:
        part = Part(row, holding.multiplier)
        self.open_count += sign
        if row.side is Side.BUY:
            holding.buy_quantity += sign * part.quantity
            holding.buy_notional += sign * part.notional
            self.buy_notional += sign * part.notional
        else:
            holding.sell_quantity += sign * part.quantity
            holding.sell_notional += sign * part.notional


class Books:
    """The books of all accounts of a shard, moved by every row change of its tables."""

    def __init__(self, multipliers: dict[str, Decimal], partition: int) -> None:
        self._multipliers, self._partition = multipliers, partition
        self.accounts: dict[str, AccountBook] = {}

    def of(self, account_id: str) -> AccountBook:
        """The book of an account; an empty one where nothing is known."""
        book = self.accounts.get(account_id)
        if book is None:
            book = self.accounts[account_id] = AccountBook()
        return book

    def _holding(self, book: AccountBook, symbol: str) -> Holding:
        holding = book.holdings.get(symbol)
        if holding is None:
            multiplier = self._multipliers.get(symbol, Decimal(1))
            holding = book.holdings[symbol] = Holding(multiplier)
        return holding

    def on_account(self, old: AccountRow | None, new: AccountRow | None) -> None:
        """An account row changed."""
        row = new or old
        if row is not None:
            book = self.of(row.account_id)
            book.row = new
            book.cash = ZERO if new is None else new.cash
            rooms = ("oms", "portfolio", f"venue.{row.venue}")
            book.room_keys = tuple(f"{room}/{self._partition}" for room in rooms)

    def on_position(self, old: PositionRow | None, new: PositionRow | None) -> None:
        """A position row changed."""
        row = new or old
        if row is not None:
            book = self.of(row.account_id)
            book.move_position(self._holding(book, row.symbol), new, row.symbol)

    def on_live_order(self, old: LiveOrderRow | None, new: LiveOrderRow | None) -> None:
        """A live order's row changed."""
        row = new or old
        if row is not None:
            book = self.of(row.account_id)
            book.move_order(self._holding(book, row.symbol), old, new)

    def on_withdrawal(self, old: WithdrawalRow | None, new: WithdrawalRow | None) -> None:
        """A withdrawal's row changed."""
        for row, sign in ((old, -1), (new, 1)):
            if row is not None:
                self.of(row.account_id).withdrawn += sign * row.amount

    def on_arrivals(self, old: ArrivalsRow | None, new: ArrivalsRow | None) -> None:
        """The times of approved orders changed."""
        row = new or old
        if row is not None:
            self.of(row.account_id).arrivals = () if new is None else new.times
