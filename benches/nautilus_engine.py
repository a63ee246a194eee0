"""Run by the Python of the peer's environment: its backtest engine, one market order a quote, buys
and sells in turn, each filled at once; what the same quotes cost without orders is taken off.

Prints one JSON object.
"""

import json
import sys
import time

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

QUOTES = 20_000
BEGINS_NS = 1_767_600_000_000_000_000
INSTRUMENT = TestInstrumentProvider.equity(symbol="AAPL", venue="SIM")


class Trader(Strategy):
    """An order for each quote, or only the quotes."""

    trades = False
    turn = 0

    def on_start(self):
        self.subscribe_quote_ticks(INSTRUMENT.id)

    def on_quote_tick(self, tick):
        if self.trades:
            self.turn += 1
            side = OrderSide.BUY if self.turn % 2 else OrderSide.SELL
            size = Quantity.from_int(1)
            self.submit_order(self.order_factory.market(INSTRUMENT.id, side, size))


def engine(trades: bool) -> tuple[float, int]:
    """(seconds, orders closed) of one run over all quotes."""
    made = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            run_analysis=False,
            risk_engine=RiskEngineConfig(max_order_submit_rate="10000000/00:00:01"),
        )
    )
    cash = [Money(1_000_000_000, USD)]
    made.add_venue(Venue("SIM"), OmsType.NETTING, AccountType.CASH, cash, base_currency=USD)
    made.add_instrument(INSTRUMENT)
    size = Quantity.from_int(1000)
    prices = [(Price(99.99 + cent / 100, 2), Price(100.01 + cent / 100, 2)) for cent in range(20)]
    times = [BEGINS_NS + number * 1_000_000 for number in range(QUOTES)]
    made.add_data(
        [
            QuoteTick(INSTRUMENT.id, *prices[number % 20], size, size, at, at)
            for number, at in enumerate(times)
        ],
        sort=False,
    )
    trader = Trader(StrategyConfig())
    trader.trades = trades
    made.add_strategy(trader)
    began = time.process_time()
    made.run()
    return time.process_time() - began, sum(one.is_closed for one in made.cache.orders())


def main() -> None:
    bare, _ = engine(trades=False)
    whole, closed = engine(trades=True)
    assert closed == QUOTES, closed
    sys.stdout.write(json.dumps({"us_per_order": (whole - bare) / QUOTES * 1e6}) + "\n")


if __name__ == "__main__":
    main()
