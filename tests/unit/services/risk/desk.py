"""One shard of risk with an account that may trade, on virtual time, and what happens to it.

AIG is quoted 100.00 at 100.10, IBM 50.00 at 50.05, PIE (which is traded in parts) 9.90 at 10.00.
Everything is alive and fresh unless a test makes it otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.risk.core.gate import Verdict, judge
from services.risk.core.state import RiskState
from services.risk.core.view import View
from services.risk.handlers import ROOM
from shared.commands import (
    HaltTrading,
    RearmBreaker,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
    Withdraw,
)
from shared.events.market import ClockAdvanced, FeedReported, FeedState, QuoteUpdated
from shared.events.oms import OrderCanceled, OrderFilled, OrderProgressed, OrderSubmitted
from shared.events.portfolio import AccountOpened, AccountValued, CashMoved, PositionValue
from shared.events.risk import OrderApproved
from shared.events.runtime import RoomAlive
from shared.messages import Event
from shared.table import Latest
from shared.types import (
    ZERO,
    AccountType,
    Execution,
    Order,
    OrderState,
    OrderStatus,
    Scope,
    ScopeKind,
    Side,
    Violation,
)
from tests.builders import ACCOUNT, FIRM, NOON, account, order
from tests.unit.services.driver import Driver
from tests.unit.services.risk.words import (
    CLASSES,
    INSTRUMENTS,
    PRICES,
    D,
    codes,
    examples,
    limit,
    state_of,
)

__all__ = ["CLASSES", "INSTRUMENTS", "D", "Desk", "codes", "examples", "limit", "state_of"]


class Desk(Driver):
    """An account of 100,000 USD with the class `paper`, ready to trade."""

    def __init__(
        self, kind: AccountType = AccountType.MARGIN, cash: str = "100000", **limits: str
    ) -> None:
        super().__init__(ROOM, lambda: RiskState(Latest(), INSTRUMENTS, 3), NOON)
        self.numbers = {"oms": 0, "portfolio": 0, "clock": 0, "command": 0}
        self.held: dict[str, Decimal] = {}
        self.marks: dict[str, Decimal] = {}
        self.flows, self.cash = ZERO, ZERO
        self.day_start = D(cash)
        self.open(kind, cash)
        self.set_limits(**{**CLASSES["paper"], **limits})
        self.refresh()

    # -- what the other rooms say -----------------------------------------------------------------

    def number(self, room: str) -> int:
        self.numbers[room] += 1
        return self.numbers[room]

    def told(self, kind: type, room: str, /, **fields: Any) -> list[Event]:
        """An event of another room about the account, now."""
        common = {"at": self.at.wall, "market_at": self.at.market, "seq": self.number(room)}
        common |= {"firm_id": FIRM, "account_id": ACCOUNT}
        return self.hear(kind(**{**common, **fields}))

    def open(self, kind: AccountType, cash: str) -> None:
        multiplier = D(2 if kind is AccountType.MARGIN else 1)
        opened = account(type=kind, multiplier=multiplier)
        self.told(AccountOpened, "portfolio", account=opened)
        self.move_cash("opening", cash)
        self.flows = ZERO

    def move_cash(self, kind: str, amount: str, cause: str | None = None) -> None:
        """Portfolio moved cash that no fill explains."""
        self.cash += D(amount)
        self.flows += D(amount)
        fields = {"kind": kind, "amount": D(amount), "balance": self.cash, "cause": cause}
        self.told(CashMoved, "portfolio", currency="USD", journal_id="j", **fields)

    def refresh(self) -> list[Event]:
        """Signs of life of every room, fresh quotes, the feed, a valuation."""
        self.quote()
        self.alive()
        return self.value()

    def quote(self, symbol: str | None = None, bid: float = 0, ask: float = 0, **f: Any) -> None:
        """Quote one symbol, or all as they are by default."""
        prices = PRICES if symbol is None else {symbol: (bid, ask)}
        for name, (low, high) in prices.items():
            seen = QuoteUpdated(
                at=f.get("at", self.at.wall), market_at=self.at.market, symbol=name, bid=low,
                bid_size=100, ask=high, ask_size=100, row=0, source="test",
                flags=f.get("flags", ()),
            )  # fmt: skip
            self.see(name, seen)

    def feed(self, *symbols: str) -> None:
        """The feed gives a sign of life; it carries these symbols."""
        seen = FeedReported(
            at=self.at.wall, market_at=self.at.market, source="test", run="test",
            state=FeedState.LIVE, symbols=symbols, simulated=True, ticks=1, ticks_per_second=1.0,
        )  # fmt: skip
        self.see("test", seen)

    def alive(self, *rooms: str) -> None:
        """These rooms (all three by default) give a sign of life."""
        for room in rooms or ("oms", "portfolio", "venue.paper"):
            seen = RoomAlive(
                at=self.at.wall, market_at=self.at.market, room=room, process=room, partition=3
            )
            self.see(f"{room}/3", seen)

    def value(self, **fields: Any) -> list[Event]:
        """Portfolio values the account: cash, and what is held at `marks` (the bid otherwise)."""
        positions = tuple(
            self._position(symbol, quantity) for symbol, quantity in sorted(self.held.items())
        )
        worth = sum((one.market_value for one in positions), ZERO)
        values: dict[str, Any] = {
            "at": self.at.wall, "market_at": self.at.market, "account_id": ACCOUNT,
            "firm_id": FIRM, "currency": "USD", "cash": self.cash, "equity": self.cash + worth,
            "long_value": worth, "short_value": ZERO, "unrealised": ZERO, "realised": ZERO,
            "day_start_equity": self.day_start, "day_flows": self.flows,
            "peak_equity": self.day_start, "oms_seq": self.numbers["oms"], "day": NOON,
            "positions": positions,
        }  # fmt: skip
        return self.see(ACCOUNT, AccountValued(**{**values, **fields}))

    def _position(self, symbol: str, quantity: Decimal) -> PositionValue:
        price = self.marks.get(symbol, D(str(PRICES[symbol][0])))
        return PositionValue(
            symbol=symbol, quantity=quantity, average_price=price, price=price,
            market_value=quantity * price, unrealised=ZERO,
        )  # fmt: skip

    def tick(self, seconds: float = 1.0) -> list[Event]:
        """The clock advances, with everything fresh again."""
        self.wait(seconds)
        said = self.told(
            ClockAdvanced, "clock", market_time=self.at.market, wall_time=self.at.wall,
            is_open=True, session="2013-10-09", next_open=NOON, next_close=NOON, account_id="",
        )  # fmt: skip
        return said + self.refresh()

    # -- commands ---------------------------------------------------------------------------------

    def command(self, kind: type, /, **fields: Any) -> list[Event]:
        """A command of ada's, now."""
        common = {"at": self.at.wall, "market_at": self.at.market, "actor": "ada"}
        common |= {"command_id": f"command-{self.number('command')}"}
        common |= {"firm_id": FIRM, "account_id": ACCOUNT}
        return self.hear(kind(**{**common, **fields}))

    def submit(self, order_id: str = "order-1", **fields: Any) -> Any:
        """Submit an order; the verdict."""
        asked_at = fields.pop("asked_at", self.at.wall)
        asked = order(order_id, **fields)
        owner = {"account_id": asked.account_id, "firm_id": asked.firm_id}
        said = self.command(SubmitOrder, order=asked, command_id=order_id, at=asked_at, **owner)
        return said[0]

    def denied(self, order_id: str = "order-1", **fields: Any) -> list[str]:
        """The codes that an order is denied with; none where it is approved."""
        verdict = self.submit(order_id, **fields)
        return [] if isinstance(verdict, OrderApproved) else codes(verdict.violations)

    def judge(self, **fields: Any) -> tuple[Order, View, Verdict]:
        """Judge an order without submitting it."""
        asked_at = fields.pop("asked_at", self.at.wall)
        asked = order(fields.pop("order_id", "looked-at"), **fields)
        view = View(asked, asked_at, self.state, self.at)
        return asked, view, judge(asked, asked_at, self.state, self.at)

    def check(self, check: Any, **fields: Any) -> Violation | None:
        """What one check says to an order."""
        asked, view, _ = self.judge(**fields)
        found = check(asked, view, view.limits)
        assert found is None or isinstance(found, Violation)
        return found

    def replace(self, order_id: str, **fields: Any) -> Any:
        return self.command(ReplaceOrder, order_id=order_id, **fields)[0]

    def withdraw(self, amount: str, /, **fields: Any) -> Any:
        return self.command(Withdraw, **{"amount": D(amount), **fields})[0]

    def set_limits(self, **values: str) -> list[Event]:
        scope = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)
        return self.command(SetLimits, scope=scope, values=values, reason="test")

    def halt(self, scope: Scope, **fields: Any) -> list[Event]:
        return self.command(HaltTrading, **{"scope": scope, "reason": "test", **fields})

    def resume(self, scope: Scope, **fields: Any) -> list[Event]:
        return self.command(ResumeTrading, **{"scope": scope, "reason": "test", **fields})

    def rearm(self, breaker: str = "daily_loss", **fields: Any) -> Event:
        values = {"breaker": breaker, "reason": "seen", **fields}
        return self.command(RearmBreaker, **values)[0]

    # -- what OMS says ----------------------------------------------------------------------------

    def order_of(self, order_id: str) -> OrderState:
        row = self.state.live_orders.get(order_id)
        assert row is not None, f"no live order {order_id}"
        return state_of(row.body, OrderStatus.NEW, row.cum_quantity)

    def told_state(self, told: OrderState) -> None:
        """OMS tells how an order stands."""
        self.told(OrderProgressed, "oms", state=told)

    def submitted(self, order_id: str) -> None:
        told = msgspec.structs.replace(self.order_of(order_id), status=OrderStatus.PENDING_NEW)
        self.told(OrderSubmitted, "oms", state=told)

    def fill(self, order_id: str, quantity: str, price: str, body: Order | None = None) -> None:
        """A fill of a live order (or of `body`, which has ended)."""
        asked = self.order_of(order_id).order if body is None else body
        before = ZERO if body is not None else self.order_of(order_id).cum_quantity
        cum = before + D(quantity)
        whole = cum >= asked.quantity
        status = OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED
        if body is not None:
            status = OrderStatus.CANCELED
        sign = 1 if asked.side is Side.BUY else -1
        symbol = asked.symbol
        self.held[symbol] = self.held.get(symbol, ZERO) + sign * D(quantity)
        self.cash -= sign * D(quantity) * D(price)
        execution = Execution(
            execution_id=f"execution-{self.numbers['oms'] + 1}", order_id=asked.order_id,
            account_id=ACCOUNT, symbol=symbol, side=asked.side, quantity=D(quantity),
            price=D(price), transact_at=self.at.market,
        )  # fmt: skip
        told = state_of(asked, status, cum)
        self.told(OrderFilled, "oms", state=told, execution=execution)

    def cancel(self, order_id: str) -> None:
        told = self.order_of(order_id)
        ended = msgspec.structs.replace(told, status=OrderStatus.CANCELED, leaves_quantity=ZERO)
        self.told(OrderCanceled, "oms", state=ended)

    def buy(self, symbol: str, quantity: str, price: str) -> None:
        """Come to hold that much more, by an order that was approved and filled."""
        self.trade("buy", symbol, quantity, price)

    def short(self, symbol: str, quantity: str, price: str) -> None:
        """Sell that much, by an order that was approved and filled."""
        self.trade("sell", symbol, quantity, price)

    def trade(self, side: str, symbol: str, quantity: str, price: str) -> None:
        order_id = f"trade-{self.number('command')}"
        fields = {"symbol": symbol, "quantity": D(quantity), "side": Side(side)}
        assert self.denied(order_id, **fields) == []
        self.fill(order_id, quantity, price)
        self.value()
