"""What a replace changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.changes import Changes, ReplaceAlpaca, ReplaceDesk, changed, changes_in
from services.gateway.core.numbers import Raw
from services.gateway.core.problems import Problem
from shared.instruments import Instrument
from shared.types import Algorithm, Order, OrderClass, OrderType, TimeInForce
from tests.builders import NOON
from tests.builders import order as order_of

AIG = Instrument(symbol="AIG")
FIVE, SIX = Decimal(5), Raw(b"6")
LIMIT = order_of("o-1", type=OrderType.LIMIT, limit_price=FIVE)
STOP = order_of("o-1", type=OrderType.STOP, stop_price=FIVE)
STOP_LIMIT = order_of("o-1", type=OrderType.STOP_LIMIT, stop_price=FIVE, limit_price=FIVE)
TRAILING = order_of("o-1", type=OrderType.TRAILING_STOP, trail_percent=FIVE)
BY_PRICE = order_of("o-1", type=OrderType.TRAILING_STOP, trail_price=FIVE)
TOUCHED = order_of("o-1", type=OrderType.MARKET_IF_TOUCHED, stop_price=FIVE)


def test_every_field_of_both_bodies_arrives() -> None:
    fields: dict[str, Any] = {
        "limit_price": SIX,
        "stop_price": SIX,
        "time_in_force": "gtc",
        "client_order_id": "mine",
    }
    wanted = Changes(
        quantity=Decimal(7),
        limit_price=Decimal(6),
        stop_price=Decimal(6),
        time_in_force=TimeInForce.GTC,
        client_order_id="mine",
    )
    assert changes_in(ReplaceAlpaca(qty=Raw(b"7"), **fields), STOP_LIMIT, AIG) == wanted
    assert changes_in(ReplaceDesk(quantity=Raw(b"7"), **fields), STOP_LIMIT, AIG) == wanted


@pytest.mark.parametrize("order", [STOP, STOP_LIMIT, TOUCHED])
def test_a_stop_can_be_moved(order: Order) -> None:
    changes = changes_in(ReplaceDesk(stop_price=SIX), order, AIG)
    assert changed(order, changes, "o-2").stop_price == Decimal(6)


def test_a_trail_is_changed_as_what_it_is() -> None:
    changes = changes_in(ReplaceDesk(trail=SIX), TRAILING, AIG)
    assert changes == Changes(trail=Decimal(6))
    assert changed(TRAILING, changes, "o-2").trail_percent == Decimal(6)
    assert changed(BY_PRICE, changes, "o-2").trail_price == Decimal(6)


def test_the_new_order_names_the_old_one_and_has_a_name_of_its_own() -> None:
    new = changed(LIMIT, Changes(limit_price=Decimal(6)), "o-2")
    assert (new.order_id, new.replaces, new.client_order_id) == ("o-2", "o-1", "o-2")
    assert (new.limit_price, new.quantity, new.chain_id) == (Decimal(6), Decimal(100), "o-1")
    assert changed(LIMIT, Changes(client_order_id="mine"), "o-2").client_order_id == "mine"


@pytest.mark.parametrize("order_class", [OrderClass.BRACKET, OrderClass.OCO])
def test_a_leg_of_any_type_may_last_longer(order_class: OrderClass) -> None:
    leg = order_of(
        "o-1",
        order_class=order_class,
        parent_id="o-0",
        type=OrderType.TRAILING_STOP,
        trail_percent=FIVE,
    )
    changes = changes_in(ReplaceDesk(time_in_force="gtc"), leg, AIG)
    assert changes.time_in_force is TimeInForce.GTC


PLAN = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(1))


@pytest.mark.parametrize(
    ("order", "fields", "text"),
    [
        (LIMIT, {}, "nothing to change: give quantity, limit_price, stop_price, trail ..."),
        (LIMIT, {"stop_price": SIX}, "limit orders require no stop price"),
        (STOP, {"limit_price": SIX}, "stop orders require no limit price"),
        (STOP, {"trail": SIX}, "stop orders require no trail"),
        (TRAILING, {"stop_price": SIX}, "trailing_stop orders require no stop price"),
        (TRAILING, {"trail": Raw(b"100")}, "trail must be < 100"),
        (BY_PRICE, {"trail": Raw(b"0.001")},
         "invalid trail 0.001. sub-penny increment does not fulfill minimum pricing criteria"),
        (LIMIT, {"limit_price": Raw(b"5.001")},
         "invalid limit_price 5.001."
         " sub-penny increment does not fulfill minimum pricing criteria"),
        (LIMIT, {"quantity": Raw(b"0")}, "quantity must be > 0"),
        (LIMIT, {"quantity": Raw(b"1.5")}, "invalid quantity 1.5: the lot is 1"),
        (LIMIT, {"time_in_force": "gtd"}, "gtd orders require expires_at"),
        (STOP, {"time_in_force": "ioc"}, "stop orders must be day, gtc or gtd, not ioc"),
        (order_of("o-1", order_class=OrderClass.BRACKET), {"time_in_force": "fok"},
         "bracket orders must be day or gtc, not fok"),
        (order_of("o-1", notional=FIVE), {"quantity": SIX}, "cannot replace a notional order"),
        (order_of("o-1", algorithm=PLAN), {"quantity": SIX},
         "cannot replace an order that an algorithm works: cancel it"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_the_order_is_refused(
    order: Order, fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(Problem) as refused:
        changes_in(ReplaceDesk(**fields), order, AIG)
    assert (refused.value.status, refused.value.message) == (422, text)
