"""Every kind of order over HTTP, in both formats: the one command that is handed over, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from shared import codec
from shared.commands import ReplaceOrder, SubmitOrder
from shared.ids import derived_id
from shared.topics import RISK_INBOX
from shared.types import Leg, Order, OrderClass, OrderType, Side, Time, TimeInForce
from tests.builders import ACCOUNT, FIRM, NOON
from tests.contract.gateway.conftest import Served
from tests.contract.gateway.order_kinds import BOTH, LATER, MARKET, OURS, priced


def submitted(served: Served) -> Order:
    """The order of the one command that was handed over."""
    (command,) = served.world.bus.commands(SubmitOrder)
    order: Order = command.order
    assert codec.decode(RISK_INBOX, codec.encode(command)) == command  # all of it goes to the log
    assert (command.command_id, command.account_id) == (order.order_id, ACCOUNT)
    assert (command.firm_id, command.actor, command.market_at) == (FIRM, "ada", NOON)
    return order


def market_order(order_id: str, **changes: Any) -> Order:
    """A market order of 10 AIG for the day as the gateway makes it, but for these fields."""
    order = Order(
        order_id=order_id,
        account_id=ACCOUNT,
        firm_id=FIRM,
        client_order_id=order_id,
        symbol="AIG",
        side=Side.BUY,
        quantity=Decimal(10),
        type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        strategy="manual",
        actor="ada",
        venue="paper",
        chain_id=order_id,
    )
    return msgspec.structs.replace(order, **changes)


@pytest.mark.parametrize("name", BOTH)
def test_each_kind_of_order_is_placed_in_alpacas_words(
    served: Served, trader: httpx.Client, name: str
) -> None:
    body, fields = BOTH[name]
    answer = trader.post("/v2/orders", json={**body, "qty": 10})
    assert answer.status_code == 200, answer.text
    order = submitted(served)
    assert order == market_order(answer.json()["id"], **fields)
    assert answer.json()["legs"] is None


@pytest.mark.parametrize("name", [*BOTH, *OURS])
def test_each_kind_of_order_is_placed_in_our_words(
    served: Served, trader: httpx.Client, name: str
) -> None:
    body, fields = {**BOTH, **OURS}[name]
    answer = trader.post("/api/v1/orders", json={**body, "quantity": "10"})
    assert answer.status_code == 200, answer.text
    order = submitted(served)
    assert order == market_order(answer.json()["order_id"], **fields)


def legs_of(order_id: str, *names: str) -> tuple[Leg, ...]:
    """The legs of a bracket with a profit at 55 and a stop limit at 45 and 44.50."""
    prices = {
        "take_profit": {"type": OrderType.LIMIT, "limit_price": Decimal(55)},
        "stop_loss": {
            "type": OrderType.STOP_LIMIT,
            "stop_price": Decimal(45),
            "limit_price": Decimal("44.5"),
        },
    }
    ids = {name: derived_id("leg", order_id, name) for name in names}
    return tuple(
        Leg(order_id=ids[n], client_order_id=ids[n], **prices[n])  # type: ignore[arg-type]
        for n in names
    )


PROFIT = {"take_profit": {"limit_price": 55}}
LOSS = {"stop_loss": {"stop_price": "45", "limit_price": "44.5"}}
LIMIT_55 = {"type": OrderType.LIMIT, "limit_price": Decimal(55)}
CLASSES: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any]]] = {
    "bracket": ({**MARKET, **PROFIT, **LOSS}, ("take_profit", "stop_loss"), {}),
    "oto": ({**MARKET, **LOSS}, ("stop_loss",), {}),
    "oco": ({**priced("limit"), "side": "sell", **PROFIT, **LOSS}, ("stop_loss",),
            {**LIMIT_55, "side": Side.SELL}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "quantity"), [("/v2/orders", "qty"), ("/api/v1/orders", "quantity")]
)
@pytest.mark.parametrize("name", CLASSES)
def test_an_order_with_legs_is_one_command(
    served: Served, trader: httpx.Client, name: str, path: str, quantity: str
) -> None:
    body, names, fields = CLASSES[name]
    answer = trader.post(path, json={**body, quantity: 10, "order_class": name})
    assert answer.status_code == 200, answer.text
    order = submitted(served)
    legs = legs_of(order.order_id, *names)
    wanted = {"order_class": OrderClass(name), "legs": legs, **fields}
    assert order == market_order(order.order_id, **wanted)
    shown = answer.json()["legs"]
    assert [one.get("id", one.get("order_id")) for one in shown] == [one.order_id for one in legs]


def test_a_trailing_stop_loss_and_names_of_ones_own(served: Served, trader: httpx.Client) -> None:
    loss = {"trail_percent": 5, "client_order_id": "my stop"}
    body = {**MARKET, "qty": 10, "client_order_id": "my entry", "order_class": "oto"}
    assert trader.post("/v2/orders", json={**body, "stop_loss": loss}).status_code == 200
    order = submitted(served)
    (leg,) = order.legs
    assert (order.client_order_id, leg.client_order_id) == ("my entry", "my stop")
    assert (leg.type, leg.trail_percent) == (OrderType.TRAILING_STOP, Decimal(5))


def fractionable(served: Served) -> None:
    known = served.world.services.trading.instruments
    known["AIG"] = msgspec.structs.replace(known["AIG"], fractionable=True)


@pytest.mark.parametrize("path", ["/v2/orders", "/api/v1/orders"])
def test_an_order_of_money_goes_to_the_gate_without_a_quantity(
    served: Served, trader: httpx.Client, path: str
) -> None:
    fractionable(served)
    answer = trader.post(path, json={**MARKET, "notional": 500.5})
    assert answer.status_code == 200, answer.text
    order = submitted(served)
    wanted = {"quantity": Decimal(0), "notional": Decimal("500.5")}
    assert order == market_order(order.order_id, **wanted)
    assert answer.json()["notional"] == "500.5"


def test_part_of_a_share_can_be_bought_where_there_are_parts(
    served: Served, trader: httpx.Client
) -> None:
    fractionable(served)
    assert trader.post("/v2/orders", json={**MARKET, "qty": 0.25}).status_code == 200
    assert submitted(served).quantity == Decimal("0.25")


def test_a_vwap_without_a_curve_gets_that_of_the_days_before(
    served: Served, trader: httpx.Client
) -> None:
    def bar(text: str, volume: int) -> tuple[Time, Decimal]:
        return Time.parse(text), Decimal(volume)

    served.world.volumes.bars["AIG"] = [
        bar("2013-10-08T16:10:00Z", 300),  # the first half of the hour
        bar("2013-10-08T16:40:00Z", 100),
        bar("2013-10-08T17:00:00Z", 999),  # after it
        bar("2013-10-09T16:10:00Z", 999),  # the day itself
    ]
    plan = {"name": "vwap", "ends_at": str(LATER), "bins": 2}
    body = {**MARKET, "quantity": 10, "algorithm": plan}
    answer = trader.post("/api/v1/orders", json=body)
    assert answer.status_code == 200, answer.text
    made = submitted(served).algorithm
    assert made is not None and made.curve == (Decimal("0.75"), Decimal("0.25"))
    assert answer.json()["algorithm"]["curve"] == ["0.75", "0.25"]


@pytest.mark.parametrize(
    ("is_down", "text"), [(False, "no volume is stored"), (True, "does not answer")]
)
def test_a_vwap_that_nobody_knows_a_curve_for_is_refused(
    served: Served, trader: httpx.Client, is_down: bool, text: str
) -> None:
    served.world.volumes.is_down = is_down
    plan = {"name": "vwap", "ends_at": str(LATER)}
    answer = trader.post("/api/v1/orders", json={**MARKET, "quantity": 10, "algorithm": plan})
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("vwap needs a curve: ")
    assert text in answer.json()["message"]
    assert served.world.bus.handed == []


@pytest.mark.parametrize(
    ("placed", "change", "wanted"),
    [
        ("limit", {"limit_price": "49.4"}, {"limit_price": Decimal("49.4")}),
        ("stop", {"stop_price": 51}, {"stop_price": Decimal(51)}),
        ("trailing_stop", {"trail": "2"}, {"trail": Decimal(2)}),
        ("stop", {"time_in_force": "gtc"}, {"time_in_force": TimeInForce.GTC}),
        ("limit", {"client_order_id": "again"}, {"client_order_id": "again"}),
    ],
)
@pytest.mark.parametrize("path", ["/v2/orders", "/api/v1/orders"])
def test_a_replace_tells_what_changes_and_nothing_else(
    served: Served, trader: httpx.Client, path: str, placed: str, change: Any, wanted: Any
) -> None:
    body, number = BOTH[placed][0], {"qty": 10, "quantity": 10}
    name = "qty" if path == "/v2/orders" else "quantity"
    made = trader.post(path, json={**body, name: number[name]}).json()
    order_id = made.get("id") or made["order_id"]
    answer = trader.patch(f"{path}/{order_id}", json={**change, name: 5})
    assert answer.status_code == 200, answer.text
    (command,) = served.world.bus.commands(ReplaceOrder)
    said = {n: getattr(command, n) for n in ReplaceOrder.__struct_fields__ if n in CHANGEABLE}
    assert said == {**dict.fromkeys(CHANGEABLE), "quantity": Decimal(5), **wanted}
    assert (command.order_id, answer.json()["replaces"]) == (order_id, order_id)


CHANGEABLE = (
    *("quantity", "limit_price", "stop_price", "trail", "time_in_force"),
    "client_order_id",
)


def test_our_words_show_all_that_there_is_to_an_order(served: Served, trader: httpx.Client) -> None:
    body = {**MARKET, "quantity": "10", "order_class": "bracket", **PROFIT, **LOSS}
    entry = trader.post("/api/v1/orders", json=body).json()
    assert (entry["order_class"], entry["held"], entry["parent_id"]) == ("bracket", False, None)
    profit, loss = entry["legs"]
    assert (profit["type"], profit["limit_price"]) == ("limit", "55")
    assert (loss["type"], loss["stop_price"], loss["limit_price"]) == ("stop_limit", "45", "44.5")
    of_parent = trader.get(f"/api/v1/orders?status=all&parent={entry['order_id']}").json()
    told = {one["order_id"]: (one["held"], one["triggered_at"]) for one in of_parent}
    assert told == {profit["order_id"]: (False, str(NOON)), loss["order_id"]: (True, None)}
    assert {one["parent_id"] for one in of_parent} == {entry["order_id"]}
    (folded,) = trader.get("/api/v1/orders?status=all&nested=true").json()
    assert [one["held"] for one in folded["legs"]] == [False, True]
