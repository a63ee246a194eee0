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

from services.risk.core.holding import Holding, Part
from services.risk.core.limits import NO_LIMITS, UNLIMITED, Limits
from services.risk.core.rows import AccountRow, LiveOrderRow, PositionRow
from services.risk.core.sights import RoomSights, valuation_of
from shared.events.portfolio import AccountValued
from shared.types import ZERO, Side

_BUY = Side.BUY


class AccountBook:
    """Everything derived about one account. `headroom` is what one order may add to gross exposure
    (in a cash account: spend) under buying power, gross exposure, leverage and the order's own
    maximum; it is reckoned again when `is_dirty`. `is_ready`: account, limits and a whole valuation
    are there.
    """

    __slots__ = (
        "arrivals",
        "buy_notional",
        "cash",
        "extra",
        "gross",
        "headroom",
        "holdings",
        "is_cash",
        "is_dirty",
        "is_ready",
        "limits",
        "marks",
        "net",
        "open_count",
        "rooms",
        "row",
        "used_ids",
        "valuation",
        "valued",
        "withdrawn",
    )

    def __init__(self, account_id: str = "") -> None:
        self.row: AccountRow | None = None
        self.is_cash = False
        self.limits: Limits = NO_LIMITS
        self.rooms: RoomSights | None = None
        self.valuation = valuation_of(account_id)
        self.headroom, self.is_dirty, self.is_ready = ZERO, True, False
        self.holdings: dict[str, Holding] = {}
        self.cash = self.withdrawn = self.buy_notional = self.extra = ZERO
        self.gross = self.net = ZERO
        self.open_count = 0
        self.arrivals: tuple[int, ...] = ()
        self.used_ids: set[str] = set()
        self.valued: AccountValued | None = None
        self.marks: dict[str, Decimal] = {}

    @property
    def equity(self) -> Decimal:
        """Own cash and own positions at the marks of the last valuation, withdrawals gone."""
        return self.cash - self.withdrawn + self.net

    @property
    def buying_power(self) -> Decimal:
        """What the account may still spend; below zero where it is beyond its means."""
        if self.row is None:
            return ZERO
        if self.is_cash:
            return self.cash - self.withdrawn - self.buy_notional
        return self.equity * self.row.multiplier - self.gross - self.extra

    def reckon(self) -> Decimal:
        """The headroom, after something has changed."""
        limits, used = self.limits, self.gross + self.extra
        rooms = [
            self.buying_power,
            limits.gross_exposure_max - used,
            limits.order_notional_max,
        ]
        if limits.leverage_max != UNLIMITED:
            rooms.append(limits.leverage_max * self.equity - used)
        self.headroom, self.is_dirty = min(rooms), False
        return self.headroom

    def has_room(self, added: Decimal) -> bool:
        """Whether so much may be added to gross exposure, as far as one number can tell."""
        return added <= (self.reckon() if self.is_dirty else self.headroom)

    def _look(self) -> None:
        """Is all there that a decision needs?"""
        valued = self.valued
        is_valued = valued is not None and valued.complete
        self.is_ready = self.row is not None and self.limits.is_loaded and is_valued

    def set_row(self, row: AccountRow | None) -> None:
        """The account is what `row` says."""
        self.row, self.is_dirty = row, True
        self.cash = ZERO if row is None else row.cash
        self._look()

    def set_limits(self, limits: Limits) -> None:
        """Other limits are in force."""
        self.limits, self.is_dirty = limits, True
        self._look()
        for holding in self.holdings.values():
            holding.is_dirty = True

    def holding(self, symbol: str, multiplier: Decimal) -> Holding:
        """The holding of a symbol, an empty one where there is none yet."""
        holding = self.holdings.get(symbol)
        if holding is None:
            holding = self.holdings[symbol] = Holding(multiplier)
        return holding

    def revalue(self, valued: AccountValued) -> None:
        """Take up the prices of a valuation; quantities stay our own."""
        self.valued, self.is_dirty = valued, True
        self._look()
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
        if extra != holding.extra:
            self.extra += extra - holding.extra
            holding.extra = extra
        self.is_dirty = holding.is_dirty = True

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
        quantity, notional = part.quantity, part.notional
        if sign < 0:
            quantity, notional = -quantity, -notional
        if row.leg_of is None:
            self.open_count += sign
        if row.side is _BUY:
            holding.buy_quantity += quantity
            holding.buy_notional += notional
            self.buy_notional += notional
        else:
            holding.sell_quantity += quantity
            holding.sell_notional += notional
