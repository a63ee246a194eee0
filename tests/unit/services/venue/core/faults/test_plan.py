"""Which order suffers which fault."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from services.venue.core.faults.plan import COMMON, RARE, Fault, read
from services.venue.core.rows import WAITING, PaperOrderRow
from shared.types import OrderType, Side, TimeInForce
from tests.builders import NOON


def row(order_id: str = "order-1", symbol: str = "AIG", quantity: str = "100") -> PaperOrderRow:
    return PaperOrderRow(
        order_id=order_id,
        venue_order_id="v",
        account_id="a",
        firm_id="f",
        symbol=symbol,
        side=Side.BUY,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        quantity=Decimal(quantity),
        limit_price=None,
        extended_hours=False,
        status=WAITING,
        number=0,
        arrived_at=NOON,
    )


def test_an_empty_setting_strikes_nobody() -> None:
    assert [read("").fault_of(row(f"order-{n}")) for n in range(500)] == [None] * 500


def test_the_first_line_of_a_script_that_fits_counts() -> None:
    plan = read("bust@AIG:137, silence@IBM,late_ack@*:5")
    assert plan.fault_of(row(quantity="137")) is Fault.BUST
    assert plan.fault_of(row(quantity="100")) is None
    assert plan.fault_of(row(symbol="IBM", quantity="5")) is Fault.SILENCE
    assert plan.fault_of(row(symbol="SPY", quantity="5")) is Fault.LATE_ACK


def test_a_seed_strikes_about_fifteen_in_a_hundred_and_the_same_ones_each_time() -> None:
    struck = [read("seed:7").fault_of(row(f"order-{n}")) for n in range(20_000)]
    counts = Counter(fault for fault in struck if fault is not None)
    assert set(counts) == set(Fault)
    assert all(240 <= counts[fault] <= 360 for fault in COMMON)  # 300 each, 4 sigma is 69
    assert all(15 <= counts[fault] <= 70 for fault in RARE)  # 40 each
    assert struck == [read("seed:7").fault_of(row(f"order-{n}")) for n in range(20_000)]
    assert struck != [read("seed:8").fault_of(row(f"order-{n}")) for n in range(20_000)]


def test_a_seed_may_say_how_many_it_strikes() -> None:
    def struck(text: str) -> int:
        return sum(read(text).fault_of(row(f"order-{n}")) is not None for n in range(20_000))

    assert (struck("seed:7:0"), struck("seed:7:1000")) == (0, 20_000)
    assert 7700 <= struck("seed:7:400") <= 8300  # 8000, 4 sigma is 277


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed:x", "no seed"),
        ("seed:", "no seed"),
        ("seed:7:", "no seed"),
        ("seed:7:1001", "no seed"),
        ("bust", "no fault"),
        ("bust@", "no fault"),
        ("explode@AIG", "no fault"),
        ("bust@AIG:much", "no quantity"),
        ("bust@AIG,", "no fault"),
    ],
)
def test_what_is_no_plan_is_refused_and_says_why(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(text)
