"""Telemetry of valuations."""

from __future__ import annotations

from services.portfolio.adapters.influx import points
from tests.builders import ACCOUNT, FIRM
from tests.unit.services.portfolio.desk import Desk


def test_a_valuation_is_a_point_of_equity_and_one_of_exposure() -> None:
    desk = Desk()
    desk.quote("AIG", 9.99, 10.01)
    desk.fill("buy", "100", "9", fee="1")
    desk.quote("IBM", 19.99, 20.01)
    desk.fill("sell", "10", "20", symbol="IBM")
    equity, exposure = points(desk.last)
    at = int(desk.last.at) * 1000
    assert equity == (
        f"equity,firm={FIRM},account={ACCOUNT} equity=100099,cash=99299,unrealised=100,"
        f"realised=0,fees=1,peak=100099,drawdown=0,day_profit=99,complete=true {at}"
    )
    assert exposure == (
        f"exposure,firm={FIRM},account={ACCOUNT} gross=1200,net=800,long=1000,short=-200,"
        f"positions=2i {at}"
    )


def test_what_is_no_valuation_is_no_point() -> None:
    assert points(Desk().opened[0]) == []
