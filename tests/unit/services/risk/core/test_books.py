"""Every change of a row moves the sums of its account, and only of that one."""

from __future__ import annotations

from services.risk.core.books import Books, room_keys
from services.risk.core.rows import PositionRow, WithdrawalRow
from tests.builders import ACCOUNT, NOON
from tests.unit.services.risk.desk import D


def test_rooms_are_named_with_their_partition() -> None:
    assert room_keys("paper", 3) == ("oms/3", "portfolio/3", "venue.paper/3")


def position(quantity: str, account: str = ACCOUNT) -> PositionRow:
    return PositionRow(account_id=account, symbol="AIG", quantity=D(quantity), price=D(10))


def test_a_position_that_changes_moves_its_own_account_only() -> None:
    books = Books({}, 0)
    books.on_position(None, position("5", "other"))
    books.on_position(None, position("100"))
    books.on_position(position("100"), position("-40"))
    book = books.of(ACCOUNT)
    assert (book.gross, book.net) == (400, -400)
    books.on_position(position("-40"), None)
    assert (book.gross, book.net, books.of("other").gross) == (0, 0, 50)


def test_a_withdrawal_counts_while_its_row_is_there() -> None:
    books = Books({}, 0)
    row = WithdrawalRow(
        withdrawal_id="w", account_id=ACCOUNT, amount=D(70), currency="USD", at=NOON
    )
    books.on_withdrawal(None, row)
    assert books.of(ACCOUNT).withdrawn == 70
    books.on_withdrawal(row, None)
    assert books.of(ACCOUNT).withdrawn == 0
