"""`order`, `orders`, `positions`, `cancel`, `close`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from plimsoll.cli import app, desk
from plimsoll.cli.order_options import meant_by
from shared.types import OrderType
from tests.unit.plimsoll.cli.conftest import Gateway

MADE = {"order_id": "o-1", "status": "pending_new"}
MARKET = {"type": "market", "time_in_force": "day", "strategy": "manual"}


def test_a_market_order_goes_out_with_the_key_of_the_first_account(gateway: Gateway) -> None:
    gateway.will(MADE)
    assert gateway.done("order", "buy", "aig", "100") == MADE
    assert gateway.path() == "POST /api/v1/orders"
    wanted = {"account": "a-1", "symbol": "AIG", "side": "buy", "quantity": "100", **MARKET}
    assert gateway.body() == wanted
    assert gateway.key() == "PKFIRST"


def test_an_order_of_another_account_goes_out_with_the_administrators_key(
    gateway: Gateway,
) -> None:
    gateway.will(MADE)
    gateway.done("order", "sell", "AIG", "1", "--account", "a-9")
    assert (gateway.body()["account"], gateway.key()) == ("a-9", "PKADMIN")


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (("--limit", "10.5"), {"type": "limit", "limit_price": "10.5"}),
        (("--stop", "9"), {"type": "stop", "stop_price": "9"}),
        (
            ("--stop", "9", "--limit", "8"),
            {"type": "stop_limit", "stop_price": "9", "limit_price": "8"},
        ),
        (("--trail", "2"), {"type": "trailing_stop", "trail_price": "2"}),
        (("--trail", "1.5%"), {"type": "trailing_stop", "trail_percent": "1.5"}),
        (("--tif", "ioc", "--strategy", "s"), {"time_in_force": "ioc", "strategy": "s"}),
        (("--reduce-only", "--post-only"), {"reduce_only": True, "post_only": True}),
        (("--client-order-id", "c-1"), {"client_order_id": "c-1"}),
        (("--type", "market_if_touched", "--stop", "9"),
         {"type": "market_if_touched", "stop_price": "9"}),
        (("--type", "limit_if_touched", "--stop", "9", "--limit", "8"),
         {"type": "limit_if_touched", "stop_price": "9", "limit_price": "8"}),
        (("--tif", "gtd", "--expires", "2013-10-11T20:00:00Z"),
         {"time_in_force": "gtd", "expires_at": "2013-10-11T20:00:00Z"}),
        (("--limit", "9", "--display", "1", "--extended-hours"),
         {"type": "limit", "limit_price": "9", "display_quantity": "1", "extended_hours": True}),
        (("--take-profit", "11", "--stop-loss", "9"),
         {"order_class": "bracket", "take_profit": {"limit_price": "11"},
          "stop_loss": {"stop_price": "9"}}),
        (("--take-profit", "11"), {"order_class": "oto", "take_profit": {"limit_price": "11"}}),
        (("--stop-loss", "9", "--stop-loss-limit", "8"),
         {"order_class": "oto", "stop_loss": {"stop_price": "9", "limit_price": "8"}}),
        (("--stop-loss-trail", "2"), {"order_class": "oto", "stop_loss": {"trail_price": "2"}}),
        (("--stop-loss-trail", "2.5%"),
         {"order_class": "oto", "stop_loss": {"trail_percent": "2.5"}}),
        (("--algorithm", "twap", "--starts", "T1", "--ends", "T2", "--bins", "4"),
         {"algorithm": {"name": "twap", "starts_at": "T1", "ends_at": "T2", "bins": 4}}),
        (("--algorithm", "vwap", "--ends", "T2", "--curve", "1, 2,3"),
         {"algorithm": {"name": "vwap", "ends_at": "T2", "curve": ["1", "2", "3"]}}),
        (("--algorithm", "pov", "--ends", "T2", "--rate", "0.1"),
         {"algorithm": {"name": "pov", "ends_at": "T2", "rate": "0.1"}}),
    ],
)  # fmt: skip
def test_every_flag_of_an_order_arrives(
    gateway: Gateway, words: tuple[str, ...], fields: dict[str, object]
) -> None:
    gateway.will(MADE)
    gateway.done("order", "buy", "AIG", "1", *words)
    base = {"account": "a-1", "symbol": "AIG", "side": "buy", "quantity": "1", **MARKET}
    assert gateway.body() == base | fields


def test_an_oco_leaves_its_type_to_the_gateway(gateway: Gateway) -> None:
    gateway.will(MADE)
    gateway.done("order", "sell", "AIG", "1", "--oco", "--take-profit", "11", "--stop-loss", "9")
    body = gateway.body()
    assert "type" not in body
    assert (body["order_class"], body["side"]) == ("oco", "sell")
    assert body["take_profit"] == {"limit_price": "11"}
    assert body["stop_loss"] == {"stop_price": "9"}


def test_an_amount_of_money_goes_out_without_a_quantity(gateway: Gateway) -> None:
    gateway.will(MADE)
    gateway.done("order", "buy", "AIG", "--notional", "500")
    assert gateway.body()["notional"] == "500"
    assert "quantity" not in gateway.body()


def test_replace_tells_what_changes_with_the_administrators_key(gateway: Gateway) -> None:
    gateway.will({"order_id": "o-2", "replaces": "o-1"})
    words = ("--quantity", "5", "--limit", "8", "--stop", "9", "--trail", "1.5%", "--tif", "gtc")
    assert gateway.done("replace", "o-1", *words)["order_id"] == "o-2"
    assert gateway.path() == "PATCH /api/v1/orders/o-1"
    assert gateway.body() == {
        "quantity": "5",
        "limit_price": "8",
        "stop_price": "9",
        "trail": "1.5",
        "time_in_force": "gtc",
    }
    assert gateway.key() == "PKADMIN"


def test_orders_show_whose_legs_they_are_and_what_we_keep(gateway: Gateway) -> None:
    gateway.will([{**MADE, "held": True, "parent_id": "o-9"}])
    result = gateway.run("orders", "--parent", "o-9")
    assert gateway.path() == "GET /api/v1/orders?account=a-1&status=all&limit=50&parent=o-9"
    assert "parent_id" in result.stdout and "o-9" in result.stdout
    assert "held" in result.stdout and "True" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("order", "buy", "AIG", "1", "--oco"),
        ("order", "buy", "AIG", "1", "--bins", "4"),
        ("replace", "o-1"),
        ("order", "hold", "AIG", "1"),
        ("order", "buy", "AIG"),
        ("order", "buy", "AIG", "1", "--notional", "100"),
        ("order", "buy", "AIG", "1", "--tif", "later"),
        ("cancel",),
        ("cancel", "o-1", "--all"),
        ("close",),
        ("close", "AIG", "--all"),
        ("close", "--all"),
        ("orders", "--status", "odd"),
        ("orders", "--limit", "0"),
    ],
)
def test_wrong_use_exits_with_2_and_asks_nothing(gateway: Gateway, words: tuple[str, ...]) -> None:
    assert gateway.run(*words).exit_code == 2
    assert gateway.asked == []


def test_a_denied_order_exits_with_1_and_tells_every_violation(gateway: Gateway) -> None:
    found = [
        {"code": "NOTIONAL_EXCEEDS_MAX_PER_ORDER", "limit": "10", "value": "20"},
        {"code": "BUYING_POWER_EXCEEDED", "projected": "-5"},
    ]
    body = {"code": 40310000, "message": "insufficient buying power", "violations": found}
    gateway.will(body, 403)
    result = gateway.run("order", "buy", "AIG", "1", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": body}
    assert "insufficient buying power" in result.stderr
    assert "NOTIONAL_EXCEEDS_MAX_PER_ORDER (limit 10, value 20)" in result.stderr
    assert "BUYING_POWER_EXCEEDED (projected -5)" in result.stderr


def test_no_answer_is_told_as_such_and_exits_with_1(gateway: Gateway) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    desk.transport = httpx.MockTransport(broken)
    result = gateway.run("orders")
    assert result.exit_code == 1
    assert "no answer from http://127.0.0.1:1" in result.stderr


def test_without_a_stack_every_verb_says_so_and_exits_with_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["orders", "--state", str(tmp_path)])
    assert result.exit_code == 1
    assert "nothing is running" in result.stderr


def test_orders_and_positions_are_those_of_the_account(gateway: Gateway) -> None:
    gateway.will([MADE])
    assert gateway.done("orders", "--status", "open", "--limit", "5") == [MADE]
    assert gateway.path() == "GET /api/v1/orders?account=a-1&status=open&limit=5"
    gateway.will([{"symbol": "AIG", "quantity": "6"}])
    assert gateway.done("positions") == [{"symbol": "AIG", "quantity": "6"}]
    assert gateway.path() == "GET /api/v1/positions?account=a-1"


def test_cancel_names_the_order_or_the_account(gateway: Gateway) -> None:
    gateway.answers.append(httpx.Response(204))
    assert gateway.done("cancel", "o-1") == {"order_id": "o-1"}
    assert gateway.path() == "DELETE /api/v1/orders/o-1"
    assert gateway.key() == "PKADMIN"  # it may be an order of any account
    gateway.will([MADE])
    gateway.done("cancel", "--all")
    assert gateway.path() == "DELETE /api/v1/orders?account=a-1"


def test_close_sells_what_is_held_and_buys_back_what_is_short(gateway: Gateway) -> None:
    held = [{"symbol": "AIG", "quantity": "6"}, {"symbol": "IBM", "quantity": "-3"}]
    gateway.will(held)
    gateway.will(MADE)
    gateway.will(MADE)
    gateway.done("close", "--all", "--yes")
    bodies = [json.loads(request.content) for request in gateway.asked[1:]]
    told = [(b["symbol"], b["side"], b["quantity"], b["reduce_only"]) for b in bodies]
    assert told == [("AIG", "sell", "6", True), ("IBM", "buy", "3", True)]


def test_close_of_what_is_not_held_exits_with_1(gateway: Gateway) -> None:
    gateway.will([])
    result = gateway.run("close", "AIG")
    assert (result.exit_code, len(gateway.asked)) == (1, 1)
    assert "there is no position in AIG" in result.stderr


def test_the_prices_given_say_the_type() -> None:
    assert meant_by(None, None, None) is OrderType.MARKET
    assert meant_by("1", None, None) is OrderType.LIMIT
    assert meant_by(None, "1", None) is OrderType.STOP
    assert meant_by("1", "1", None) is OrderType.STOP_LIMIT
    assert meant_by(None, None, "1") is OrderType.TRAILING_STOP
