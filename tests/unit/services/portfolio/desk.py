"""One shard of portfolio under test: an account with $100,000, quotes, fills and a clock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as D
from typing import Any

import msgspec

from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM
from shared.commands import Deposit, OpenAccount
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.events.oms import OrderFilled
from shared.events.portfolio import AccountValued
from shared.events.risk import WithdrawalApproved
from shared.instruments import Instrument
from shared.messages import Message
from shared.room import Handler
from shared.table import Latest
from shared.types import Execution, OrderState, OrderStatus, Side
from tests.builders import ACCOUNT, FIRM, NOON, order
from tests.unit.services.driver import Driver

INSTRUMENTS = {name: Instrument(symbol=name) for name in ("AIG", "IBM", "MSFT")}
INSTRUMENTS["OPT"] = Instrument(symbol="OPT", multiplier=D(100))
TODAY, TOMORROW = "2013-10-09", "2013-10-10"


class Desk(Driver):
    """Drives the real handlers; keeps what was valued last."""

    def __init__(self, cash: str = "100000", **fields: Any) -> None:
        handlers = {kind: self._listening(handler) for kind, handler in ROOM.handlers.items()}
        room = msgspec.structs.replace(ROOM, handlers=handlers)
        super().__init__(room, lambda: PortfolioState(Latest(), INSTRUMENTS), NOON)
        self.valued: list[AccountValued] = []
        self.number = 0
        self.opened: list[Any] = self.open(cash, **fields)

    def _listening(self, handler: Handler) -> Handler:
        """The same handler; its valuations are kept."""

        def handle(*given: Any) -> Sequence[Message]:
            said = handler(*given)
            self.valued += [one for one in said if isinstance(one, AccountValued)]
            return said

        return handle

    @property
    def shard(self) -> PortfolioState:
        """Its state."""
        assert isinstance(self.state, PortfolioState)
        return self.state

    @property
    def last(self) -> AccountValued:
        """The last valuation."""
        return self.valued[-1]

    def open(self, cash: str, **fields: Any) -> list[Any]:
        """Open the account (or another one)."""
        values: dict[str, Any] = {
            "command_id": "open-1", "actor": "ada", "firm_id": FIRM, "account_id": ACCOUNT,
            "name": "test", "cash": D(cash),
        }  # fmt: skip
        return self.hear(OpenAccount(at=NOON, market_at=NOON, **{**values, **fields}))

    def deposit(self, amount: str, **fields: Any) -> list[Any]:
        """Put cash in."""
        values: dict[str, Any] = {
            "command_id": f"deposit-{amount}", "actor": "ada", "firm_id": FIRM,
            "account_id": ACCOUNT, "amount": D(amount),
        }  # fmt: skip
        return self.hear(Deposit(at=NOON, market_at=NOON, **{**values, **fields}))

    def withdraw(self, amount: str, cause: str = "") -> list[Any]:
        """Risk approves a withdrawal."""
        return self.hear(
            WithdrawalApproved(
                at=NOON,
                market_at=NOON,
                firm_id=FIRM,
                account_id=ACCOUNT,
                cause=cause or f"w-{amount}",
                amount=D(amount),
                currency="USD",
                actor="ada",
            )
        )

    def quote(self, symbol: str, bid: float, ask: float) -> None:
        """A quote is the latest now."""
        seen = QuoteUpdated(
            at=self.at.wall, market_at=self.at.market, symbol=symbol, bid=bid, bid_size=5,
            ask=ask, ask_size=5, row=0, source="test",
        )  # fmt: skip
        self.see(symbol, seen)

    def execution(
        self, side: str, quantity: str, price: str, fee: str = "0", **fields: Any
    ) -> Execution:
        """The next execution."""
        self.number += 1
        values: dict[str, Any] = {
            "execution_id": f"execution-{self.number}", "order_id": f"order-{self.number}",
            "account_id": ACCOUNT, "symbol": "AIG", "transact_at": self.at.market,
            "fee": D(fee),
        }  # fmt: skip
        return Execution(
            side=Side(side), quantity=D(quantity), price=D(price), **{**values, **fields}
        )

    def told(self, kind: type[Any], execution: Execution, **fields: Any) -> Message:
        """An event of OMS about an execution."""
        state = OrderState(
            order=order(execution.order_id), status=OrderStatus.FILLED, created_at=NOON,
            submitted_at=NOON, updated_at=NOON,
        )  # fmt: skip
        message: Message = kind(
            at=self.at.wall, market_at=self.at.market, seq=self.number, firm_id=FIRM,
            account_id=execution.account_id, state=state, execution=execution, **fields,
        )  # fmt: skip
        return message

    def fill(self, side: str, quantity: str, price: str, **fields: Any) -> list[Any]:
        """An execution is booked."""
        return self.hear(self.told(OrderFilled, self.execution(side, quantity, price, **fields)))

    def tell(self, message: Message) -> list[Any]:
        """What is said to it."""
        return list(self.hear(message))

    def tick(self, session: str = TODAY) -> AccountValued:
        """A second passes; the account's valuation."""
        self.wait(1)
        self.hear(
            ClockAdvanced(
                at=self.at.wall,
                market_at=self.at.market,
                market_time=self.at.market,
                wall_time=self.at.wall,
                is_open=True,
                session=session,
                next_open=NOON,
                next_close=NOON,
            )
        )
        return self.last

    def balances(self) -> dict[str, D]:
        """Ledger account -> its sum over the whole journal."""
        sums: dict[str, D] = {}
        for line in self.rows("journal_lines"):
            sums[line.ledger_account] = sums.get(line.ledger_account, D(0)) + line.amount
        return sums

    def expect_identity(self) -> None:
        """Equity = cash + values = flows + realised + unrealised - fees, and the journal agrees."""
        row, valued = self.shard.accounts.get(ACCOUNT), self.last
        assert row is not None
        values = sum((one.market_value for one in valued.positions), D(0))
        assert valued.equity == valued.cash + values
        assert valued.equity == row.flows + valued.realised + valued.unrealised - valued.fees
        sums = self.balances()
        costs = sum((one.market_value - one.unrealised for one in valued.positions), D(0))
        assert sum(sums.values()) == 0
        assert sums.get("cash", D(0)) == valued.cash
        assert sums.get("securities", D(0)) == costs
        assert sums.get("realised", D(0)) == -valued.realised
        assert sums.get("fees", D(0)) == valued.fees
        assert sums.get("capital", D(0)) == -row.flows
