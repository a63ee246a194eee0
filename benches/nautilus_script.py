"""Run by the Python of the peer's environment: its RiskEngine, order commands made beforehand.

A cash account takes all of its checks: precision, quantity, notional, balance, cumulative notional,
trading state, rate. Prints one JSON object.
"""

import json
import time

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus, init_logging
from nautilus_trader.common.enums import LogLevel
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OrderSide
from nautilus_trader.model.events import AccountState
from nautilus_trader.model.identifiers import AccountId, StrategyId, TraderId
from nautilus_trader.model.objects import AccountBalance, Money, Price, Quantity
from nautilus_trader.portfolio.portfolio import Portfolio
from nautilus_trader.risk.config import RiskEngineConfig
from nautilus_trader.risk.engine import RiskEngine
from nautilus_trader.test_kit.providers import TestInstrumentProvider

ORDERS = 20_000
TRADER, STRATEGY = TraderId("BENCH-001"), StrategyId("B-001")


def main() -> None:
    guard = init_logging(level_stdout=LogLevel.ERROR, bypass=True)
    clock = LiveClock()
    bus = MessageBus(trader_id=TRADER, clock=clock)
    cache = Cache(database=None)
    portfolio = Portfolio(msgbus=bus, cache=cache, clock=clock)
    instrument = TestInstrumentProvider.equity(symbol="AAPL", venue="SIM")
    cache.add_instrument(instrument)
    config = RiskEngineConfig(
        max_order_submit_rate="10000000/00:00:01",
        max_notional_per_order={str(instrument.id): 10_000_000},
    )
    engine = RiskEngine(portfolio=portfolio, msgbus=bus, cache=cache, clock=clock, config=config)
    passed = [0]

    def count(_command: object) -> None:
        passed[0] += 1

    bus.register(endpoint="ExecEngine.execute", handler=count)
    open_account(portfolio)
    cache.add_quote_tick(quote(instrument))
    commands = made(instrument, OrderFactory(trader_id=TRADER, strategy_id=STRATEGY, clock=clock))
    execute = engine.execute
    for command in commands[: ORDERS // 6]:
        execute(command)
    began = time.process_time()
    for command in commands:
        execute(command)
    took = time.process_time() - began
    assert passed[0] == len(commands) + ORDERS // 6, passed
    told = {"us_per_order": took / len(commands) * 1e6, "held": guard is not None}
    print(json.dumps(told))  # noqa: T201


def open_account(portfolio: Portfolio) -> None:
    balance = AccountBalance(Money(1e9, USD), Money(0, USD), Money(1e9, USD))
    portfolio.update_account(
        AccountState(
            account_id=AccountId("SIM-001"),
            account_type=AccountType.CASH,
            base_currency=USD,
            reported=True,
            balances=[balance],
            margins=[],
            info={},
            event_id=UUID4(),
            ts_event=0,
            ts_init=0,
        )
    )


def quote(instrument: object) -> QuoteTick:
    size = Quantity.from_int(100)
    bid, ask = Price.from_str("99.99"), Price.from_str("100.01")
    return QuoteTick(instrument.id, bid, ask, size, size, 0, 0)  # type: ignore[attr-defined]


def made(instrument: object, factory: OrderFactory) -> list[SubmitOrder]:
    quantity, price = Quantity.from_int(100), Price.from_str("100.00")
    symbol = instrument.id  # type: ignore[attr-defined]
    found = []
    for number in range(ORDERS):
        order = (
            factory.market(symbol, OrderSide.BUY, quantity)
            if number % 2
            else factory.limit(symbol, OrderSide.BUY, quantity, price)
        )
        command = SubmitOrder(
            trader_id=TRADER, strategy_id=STRATEGY, order=order, command_id=UUID4(), ts_init=0
        )
        found.append(command)
    return found


main()
