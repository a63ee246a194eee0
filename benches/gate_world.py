"""What the bench of the gate judges: accounts full of positions, and orders of every kind."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.rows import AccountRow, ClientIdRow, LimitsRow, LiveOrderRow, PositionRow
from services.risk.core.state import RiskState
from shared.commands import SubmitOrder
from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued, PositionValue
from shared.events.runtime import RoomAlive
from shared.instruments import Instrument
from shared.table import At, Latest
from shared.types import ZERO, AccountType, Order, OrderType, Side, Time

ACCOUNTS, SYMBOLS = 200, 500
NOW = At(Time.parse("2026-01-05T15:00:00Z"), Time.parse("2026-01-05T15:00:00Z"))
LIMITS = {
    "order_quantity_max": "5000",
    "order_notional_max": "300000",
    "price_collar_pct": "5",
    "position_quantity_max": "20000",
    "position_notional_max": "2000000",
    "gross_exposure_max": "900000000",
    "leverage_max": "4",
    "open_orders_max": "1000",
    "orders_per_second_max": "1000",
    "daily_loss_max": "1000000",
    "daily_loss_pct_max": "5",
    "daily_loss_action": "halt",
    "quote_age_ms_max": "3000",
    "valuation_age_ms_max": "3000",
    "command_age_ms_max": "2000",
    "room_silence_ms_max": "3000",
}
USED = "used-before"
SYMBOL_NAMES = [f"S{number:03d}" for number in range(SYMBOLS)]
ACCOUNT_IDS = [f"account-{number:03d}" for number in range(ACCOUNTS)]


def price_of(symbol: str) -> Decimal:
    """The ask of a symbol; its bid is a cent below."""
    return Decimal(20 + int(symbol[1:]) % 180)


def full_state() -> RiskState:
    """Everything that the accounts hold, owe and may."""
    latest = Latest()
    state = RiskState(latest, {name: Instrument(symbol=name) for name in SYMBOL_NAMES}, 0)
    _observe(latest)
    for account in ACCOUNT_IDS:
        _fill_account(state, account)
        state.client_ids.load([ClientIdRow(account_id=account, client_order_id=USED, order_id="")])
    for table in state.tables():
        table.settle()
    return state


def _observe(latest: Latest) -> None:
    at, market_at = NOW
    for room in ("oms", "portfolio", "venue.paper"):
        seen = RoomAlive(at=at, market_at=market_at, room=room, process=room, partition=0)
        latest.set(f"{room}/0", seen)
    for symbol in SYMBOL_NAMES:
        ask = int(price_of(symbol))
        quote = QuoteUpdated(
            at=at,
            market_at=market_at,
            symbol=symbol,
            bid=ask - 0.01,
            bid_size=100.0,
            ask=float(ask),
            ask_size=100.0,
            row=0,
            source="bench",
        )
        latest.set(symbol, quote)


def held(account: str, symbol: str) -> Decimal:
    """Every other position is short."""
    sign = 1 if (int(account[-3:]) + int(symbol[1:])) % 2 else -1
    return Decimal(sign * 1000)


def _fill_account(state: RiskState, account: str) -> None:
    state.accounts.put(
        AccountRow(
            account_id=account,
            firm_id=account,
            type=AccountType.MARGIN,
            currency="USD",
            venue="paper",
            multiplier=Decimal(2),
            opened_at=NOW.market,
            cash=Decimal(100_000_000),
        )
    )
    state.limits.put(
        LimitsRow(
            scope_key=f"account::{account}",
            version=1,
            values=LIMITS,
            actor="bench",
            reason="bench",
            at=NOW.wall,
        )
    )
    values = []
    for number, symbol in enumerate(SYMBOL_NAMES):
        quantity, price = held(account, symbol), price_of(symbol)
        state.positions.put(
            PositionRow(account_id=account, symbol=symbol, quantity=quantity, price=price)
        )
        values.append(
            PositionValue(
                symbol=symbol,
                quantity=quantity,
                average_price=price,
                price=price,
                market_value=quantity * price,
                unrealised=ZERO,
            )
        )
        if number % 5 == 0:
            _put_working(state, account, symbol)
    _value(state, account, tuple(values))


def _put_working(state: RiskState, account: str, symbol: str) -> None:
    order = order_of(f"{account}/{symbol}", account, symbol, held(account, symbol) > 0, 100)
    state.live_orders.put(
        LiveOrderRow(
            order_id=order.order_id,
            account_id=account,
            firm_id=account,
            symbol=symbol,
            side=order.side,
            strategy="manual",
            quantity=order.quantity,
            price=price_of(symbol),
            approved_at=NOW.wall,
            body=order,
        )
    )


def _value(state: RiskState, account: str, values: tuple[PositionValue, ...]) -> None:
    net = sum((one.market_value for one in values), ZERO)
    cash = Decimal(100_000_000)
    seen = AccountValued(
        at=NOW.wall,
        market_at=NOW.market,
        account_id=account,
        firm_id=account,
        currency="USD",
        cash=cash,
        equity=cash + net,
        long_value=ZERO,
        short_value=ZERO,
        unrealised=ZERO,
        realised=ZERO,
        day_start_equity=cash,
        day_flows=ZERO,
        peak_equity=cash,
        oms_seq=0,
        day=NOW.market,
        positions=values,
    )
    state.latest.set(account, seen)


def order_of(
    order_id: str,
    account: str,
    symbol: str,
    is_buy: bool,
    quantity: int,
    limit: Decimal | None = None,
    client_order_id: str = "",
) -> Order:
    """An order as the gateway would make it."""
    return Order(
        order_id=order_id,
        account_id=account,
        firm_id=account,
        client_order_id=client_order_id or order_id,
        symbol=symbol,
        side=Side.BUY if is_buy else Side.SELL,
        quantity=Decimal(quantity),
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        limit_price=limit,
        actor="bench",
    )


def commands(count: int, prefix: str = "order") -> list[SubmitOrder]:
    """Orders over all accounts and symbols: half of them limit orders, one in five over a limit,
    one in ten an exit.
    """
    return [_command(number, f"{prefix}-{number}") for number in range(count)]


def _command(number: int, order_id: str) -> SubmitOrder:
    account = ACCOUNT_IDS[number * 7 % ACCOUNTS]
    symbol = SYMBOL_NAMES[number * 13 % SYMBOLS]
    is_long = held(account, symbol) > 0
    is_exit = number % 10 == 3
    quantity = 100 + number % 7
    limit = None if number % 2 else price_of(symbol)
    client_order_id = order_id
    if number % 5 == 0:  # too many units, too far away, an id used before: in turn
        if number % 15 == 0:
            quantity = 5_001
        elif number % 15 == 5:
            limit = price_of(symbol) * (2 if is_long else Decimal("0.5"))
        else:
            client_order_id = USED
    order = order_of(
        order_id, account, symbol, is_long is not is_exit, quantity, limit, client_order_id
    )
    return SubmitOrder(
        at=NOW.wall,
        market_at=NOW.market,
        command_id=order_id,
        actor="bench",
        firm_id=account,
        account_id=account,
        order=order,
    )
