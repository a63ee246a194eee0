"""Exposure: sums that follow every change of a row, and limits that hold whatever the order of
approvals, fills and cancels.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.core.exposure import AccountBook, Holding
from services.risk.core.rows import LiveOrderRow
from shared.events.oms import OrderReplaced, ReplaceRefused
from shared.events.risk import OrderApproved, ReplaceApproved, WithdrawalApproved
from shared.types import ZERO, AccountType, OrderStatus, OrderType, Side
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import D, Desk, examples, limit, state_of


def test_buying_power_of_a_margin_account_by_hand() -> None:
    desk = Desk(cash="100000")
    desk.buy("AIG", "100", "100")
    desk.submit("two", symbol="IBM", **limit("50"))
    book = desk.state.books.of(ACCOUNT)
    # equity 90,000 cash + 100 x 100; twice that, less 10,000 held, less 100 x 50 working
    assert book.equity == 100_000
    assert book.buying_power == 200_000 - 10_000 - 5_000


def test_buying_power_of_a_cash_account_by_hand() -> None:
    desk = Desk(AccountType.CASH, "100000")
    desk.buy("AIG", "100", "100")
    desk.submit("two", symbol="IBM", **limit("50"))
    desk.withdraw("1000")
    book = desk.state.books.of(ACCOUNT)
    assert book.buying_power == 90_000 - 5_000 - 1_000


def test_a_position_is_worth_its_last_fill_until_a_valuation_names_a_price() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "100", "100.10")
    book = desk.state.books.of(ACCOUNT)
    assert book.gross == 10_010
    desk.marks["AIG"] = D(90)
    desk.value()
    desk.judge()
    assert (book.gross, book.equity) == (9_000, 100_000 - 10_010 + 9_000)


def test_a_new_book_knows_nothing() -> None:
    book = AccountBook("nobody")
    assert (book.buying_power, book.equity, book.is_ready) == (0, 0, False)


POSITION_MAX, GROSS_MAX = D(300), D(40_000)


class Trading:
    """Approvals, fills, cancels, replaces, withdrawals and restarts in any order. A fill comes at
    the price of the order or a better one, as a venue fills.
    """

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.kind = self.chance.choice([AccountType.CASH, AccountType.MARGIN])
        self.desk = Desk(
            self.kind, "30000", position_quantity_max=str(POSITION_MAX),
            gross_exposure_max=str(GROSS_MAX),
        )  # fmt: skip
        self.replacing: dict[str, Any] = {}
        self.steps: Counter[str] = Counter()

    def run(self, steps: int) -> None:
        acts = [self.submit] * 4 + [self.fill] * 4 + [self.cancel, self.withdraw, self.tick]
        acts += [self.replace] * 2 + [self.answer_replace] * 2
        for _ in range(steps):
            self.chance.choice(acts)()
            self.check_sums()
            if self.kind is AccountType.CASH:
                assert self.book().cash >= self.book().withdrawn
                assert all(holding.quantity >= 0 for holding in self.book().holdings.values())

    def submit(self) -> None:
        symbol, side = self.chance.choice(["AIG", "IBM"]), self.chance.choice(list(Side))
        fields: dict[str, Any] = {"symbol": symbol, "side": side}
        fields["quantity"] = D(self.chance.choice([1, 10, 50, 100, 150, 301]))
        price = self.chance.choice([None, "99", "100.1", "50", "60"])
        if price is not None:
            fields |= {"type": OrderType.LIMIT, "limit_price": D(price)}
        before = self.used()
        verdict = self.desk.submit(f"order-{self.desk.numbers['command']}", **fields)
        self.steps[type(verdict).__name__] += 1
        if isinstance(verdict, OrderApproved) and not verdict.exit:
            self.check_limits(symbol, before)

    def pick(self) -> LiveOrderRow | None:
        rows = [row for row in self.desk.rows("live_orders") if not row.ended]
        return self.chance.choice(rows) if rows else None

    def fill(self) -> None:
        row = self.pick()
        if row is None:
            return
        self.steps["fill"] += 1
        most = max(row.quantity, row.replacement_quantity or ZERO) - row.cum_quantity
        quantity = min(D(self.chance.choice([1, 10, 60, 500])), most)
        market = D("100.1") if row.symbol == "AIG" else D("50.05")
        asked = row.body.limit_price
        if row.side is Side.BUY:
            price = market if asked is None else min(asked, market)
        else:
            price = max(asked or ZERO, market - D("0.1"))
        self.desk.fill(row.order_id, str(quantity), str(price))

    def cancel(self) -> None:
        row = self.pick()
        if row is not None and row.replacement_id is None:
            self.steps["cancel"] += 1
            self.desk.cancel(row.order_id)

    def replace(self) -> None:
        row = self.pick()
        if row is None:
            return
        before, quantity = self.used(), D(self.chance.choice([5, 20, 80, 120, 160, 301]))
        verdict = self.desk.replace(row.order_id, quantity=quantity)
        self.steps[type(verdict).__name__] += 1
        if isinstance(verdict, ReplaceApproved):
            self.replacing[row.order_id] = verdict.order
            if quantity > row.quantity and not verdict.exit:
                self.check_limits(row.symbol, before)

    def answer_replace(self) -> None:
        for row in self.desk.rows("live_orders"):
            asked = self.replacing.pop(row.order_id, None)
            if asked is None:
                continue
            succeeds = self.chance.random() < 0.6 and row.cum_quantity < asked.quantity
            self.steps["replaced" if succeeds else "replace refused"] += 1
            if succeeds:
                self.desk.told(
                    OrderReplaced, "oms", state=state_of(row.body, OrderStatus.REPLACED),
                    successor=state_of(asked, OrderStatus.NEW, row.cum_quantity),
                )  # fmt: skip
            else:
                self.desk.told(
                    ReplaceRefused, "oms", order_id=row.order_id, request_id=asked.order_id,
                    reason="too_late",
                )  # fmt: skip

    def withdraw(self) -> None:
        amount = self.chance.choice([100, 1000, 20_000])
        if isinstance(self.desk.withdraw(str(amount)), WithdrawalApproved):
            self.steps["withdrawal"] += 1
            self.check_cash()
            if self.chance.random() < 0.5:
                waiting = self.desk.rows("withdrawals")[0]
                self.desk.move_cash("withdrawal", str(-waiting.amount), waiting.withdrawal_id)

    def tick(self) -> None:
        self.desk.tick()

    def book(self) -> AccountBook:
        return self.desk.state.books.of(ACCOUNT)

    def used(self) -> Decimal:
        return self.book().gross + self.book().extra

    def check_limits(self, symbol: str, before: Decimal) -> None:
        """What an approval of new risk leaves, reckoned from the rows alone."""
        position = self.desk.row("positions", ACCOUNT, symbol)
        held = ZERO if position is None else position.quantity
        most: dict[Side, Decimal] = {Side.BUY: ZERO, Side.SELL: ZERO}
        for row in self.desk.rows("live_orders"):
            if row.symbol == symbol:
                quantity = max(row.quantity, row.replacement_quantity or ZERO) - row.cum_quantity
                most[row.side] += max(quantity, ZERO)
        assert max(held + most[Side.BUY], most[Side.SELL] - held) <= POSITION_MAX
        assert self.used() <= max(GROSS_MAX, before)
        self.check_cash()

    def check_cash(self) -> None:
        """Cash pays for every buy that works, at its worst, in a cash account."""
        if self.kind is not AccountType.CASH:
            return
        owed = ZERO
        for row in self.desk.rows("live_orders"):
            if row.side is Side.BUY:
                old = (row.quantity - row.cum_quantity) * row.price
                other = (row.replacement_quantity or ZERO) - row.cum_quantity
                owed += max(old, other * (row.replacement_price or ZERO), ZERO)
        owed += sum((row.amount for row in self.desk.rows("withdrawals")), ZERO)
        assert self.desk.row("accounts", ACCOUNT).cash >= owed

    def check_sums(self) -> None:
        """The sums that lived are those that a restart makes of the rows."""
        lived = self.book()
        self.desk.restart()
        loaded = self.book()
        for name in ("cash", "extra", "buy_notional", "open_count", "withdrawn"):
            assert getattr(lived, name) == getattr(loaded, name), name
        for symbol, one in lived.holdings.items():
            other = loaded.holdings.get(symbol) or Holding(D(1))
            for name in ("quantity", "buy_quantity", "sell_quantity", "sell_notional", "extra"):
                assert getattr(one, name) == getattr(other, name), name
        self.desk.judge()


@pytest.mark.timeout(300)
@settings(max_examples=examples(15), derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_the_order_of_events_no_approval_passes_a_limit(seed: int) -> None:
    Trading(seed).run(60)


def test_the_events_are_worth_the_test() -> None:
    seen: Counter[str] = Counter()
    for seed in range(12):
        trading = Trading(seed)
        trading.run(60)
        seen += trading.steps
    assert min(seen.values()) >= 3, seen
    assert len(seen) == 9, seen


@settings(max_examples=examples(20), derandomize=True, deadline=None)
@given(quantities=st.lists(st.integers(1, 200), min_size=1, max_size=30))
def test_many_orders_together_never_pass_a_limit_that_one_respects(quantities: list[int]) -> None:
    desk = Desk(cash="1000000", position_quantity_max="500")
    approved = [
        quantity
        for number, quantity in enumerate(quantities)
        if desk.denied(f"order-{number}", quantity=D(quantity)) == []
    ]
    assert sum(approved) <= 500
