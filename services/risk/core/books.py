"""The books of all accounts of a shard: every change of a row moves the sums of its account."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.exposure import AccountBook
from services.risk.core.holding import Holding
from services.risk.core.limits import ONE
from services.risk.core.rows import (
    AccountRow,
    ArrivalsRow,
    ClientIdRow,
    LiveOrderRow,
    PositionRow,
    WithdrawalRow,
)
from services.risk.core.sights import RoomSights
from shared.types import AccountType


def room_keys(venue: str, partition: int) -> tuple[str, str, str]:
    """The rooms that an account's orders depend on, as their signs of life are named."""
    return (f"oms/{partition}", f"portfolio/{partition}", f"venue.{venue}/{partition}")


class Books:
    """The books of all accounts of a shard, moved by every row change of its tables."""

    def __init__(self, multipliers: dict[str, Decimal], partition: int) -> None:
        self._multipliers, self._partition = multipliers, partition
        self.accounts: dict[str, AccountBook] = {}

    def of(self, account_id: str) -> AccountBook:
        """The book of an account; an empty one where nothing is known."""
        book = self.accounts.get(account_id)
        if book is None:
            book = self.accounts[account_id] = AccountBook(account_id)
        return book

    def _holding(self, book: AccountBook, symbol: str) -> Holding:
        found = book.holdings.get(symbol)
        return found or book.holding(symbol, self._multipliers.get(symbol, ONE))

    def on_account(self, old: AccountRow | None, new: AccountRow | None) -> None:
        """An account row changed."""
        row = new or old
        if row is not None:
            book = self.of(row.account_id)
            if book.row is None:
                book.rooms = RoomSights(room_keys(row.venue, self._partition))
                book.is_cash = row.type is AccountType.CASH
            book.set_row(new)

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
                book = self.of(row.account_id)
                book.withdrawn += sign * row.amount
                book.is_dirty = True

    def on_client_id(self, old: ClientIdRow | None, new: ClientIdRow | None) -> None:
        """A client_order_id is used up, or left memory."""
        if old is not None:
            self.of(old.account_id).used_ids.discard(old.client_order_id)
        if new is not None:
            self.of(new.account_id).used_ids.add(new.client_order_id)

    def on_arrivals(self, old: ArrivalsRow | None, new: ArrivalsRow | None) -> None:
        """The times of approved orders changed."""
        row = new or old
        if row is not None:
            self.of(row.account_id).arrivals = () if new is None else new.times
