"""One account in one symbol."""

from __future__ import annotations

from typing import Any

from services.risk.core.holding import Holding, Part
from services.risk.core.limits import Limits
from services.risk.core.rows import LiveOrderRow
from shared.types import ZERO, Side
from tests.builders import ACCOUNT, NOON, order
from tests.unit.services.risk.desk import CLASSES, D


def row(**fields: Any) -> LiveOrderRow:
    values: dict[str, Any] = {
        "order_id": "one", "account_id": ACCOUNT, "firm_id": "firm-1", "symbol": "AIG",
        "side": Side.BUY, "strategy": "manual", "quantity": D(100), "price": D(10),
        "approved_at": NOON, "body": order("one"),
    }  # fmt: skip
    return LiveOrderRow(**{**values, **fields})


def test_a_part_is_what_is_left_at_its_worst_price() -> None:
    part = Part(row(cum_quantity=D(40)), D(1))
    assert (part.quantity, part.notional) == (60, 600)


def test_a_part_of_a_future_counts_its_multiplier() -> None:
    assert Part(row(), D(50)).notional == 50_000


def test_a_replaced_part_is_the_worse_of_both_in_units_and_in_worth() -> None:
    part = Part(row(replacement_quantity=D(30), replacement_price=D(40)), D(1))
    assert (part.quantity, part.notional) == (100, 1200)


def test_a_leg_is_no_part_of_its_own() -> None:
    part = Part(row(leg_of="exits/one", replacement_quantity=D(30), replacement_price=D(4)), D(1))
    assert (part.quantity, part.notional) == (0, 0)


def test_an_overfilled_part_is_nothing() -> None:
    assert Part(row(cum_quantity=D(120)), D(1)).notional == 0


def test_buys_that_only_cover_a_short_add_nothing_and_beyond_it_they_count_whole() -> None:
    holding = Holding(D(1))
    holding.quantity = D(-100)
    assert holding.extra_with(D(100), D(1000), ZERO, ZERO) == 0
    assert holding.extra_with(D(101), D(1010), ZERO, ZERO) == 1010


def test_sells_that_only_close_a_long_add_nothing_and_beyond_it_they_count_whole() -> None:
    holding = Holding(D(1))
    holding.quantity = D(100)
    assert holding.extra_with(ZERO, ZERO, D(100), D(1000)) == 0
    assert holding.extra_with(ZERO, ZERO, D(101), D(1010)) == 1010
    assert holding.extra_with(D(5), D(50), D(101), D(1010)) == 1060


def test_what_the_limits_leave_by_hand() -> None:
    holding = Holding(D(1))
    holding.quantity, holding.buy_quantity, holding.buy_notional = D(100), D(20), D(2000)
    most = {"position_quantity_max": "300", "position_notional_max": "30000"}
    holding.measure(Limits({**CLASSES["paper"], **most, "order_quantity_max": "350"}, 1))
    assert (holding.buy_room, holding.sell_room) == (180, 350)
    assert (holding.buy_worth_room, holding.sell_worth_room) == (28_000, 30_000)
