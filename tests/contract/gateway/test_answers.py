"""Bad input and faults over HTTP: the documented answer, nothing stored, nothing on the bus."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import httpx
import pytest

from services.gateway.core.bodies import BYTES_MAX
from shared.commands import SubmitOrder
from tests.builders import ACCOUNT
from tests.contract.gateway.conftest import Served
from tests.fakes.gateway import FakeRates
from tests.fakes.gateway_rows import ADMIN_KEY, OTHER_ACCOUNT, SECRET, STRANGER_KEY, TRADER_KEY
from tests.fakes.gateway_world import lively

MARKET = {"symbol": "AIG", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
LIMIT = {**MARKET, "type": "limit", "limit_price": "49.61"}

BAD: list[tuple[str, Any, int, int, str]] = [
    ("no JSON", '{"symbol"', 400, 40010000, "request body format is invalid"),
    ("a list", "[1]", 422, 40010001, "Expected `object`, got `array`"),
    ("NaN", json.dumps({**MARKET, "qty": float("nan")}), 422, 40010001, "NaN is not a number"),
    ("Infinity", json.dumps({**MARKET, "qty": float("inf")}), 422, 40010001, "Infinity is not"),
    ("NaN as text", {**MARKET, "qty": "NaN"}, 422, 40010001, "qty is invalid"),
    ("an exponent", {**MARKET, "qty": "1e3"}, 422, 40010001, "qty is invalid"),
    ("an exponent as number", '{"symbol":"AIG","qty":1e3,"side":"buy","type":"market",'
     '"time_in_force":"day"}', 422, 40010001, "qty is invalid"),
    ("negative", {**MARKET, "qty": "-1"}, 422, 40010001, "qty must be > 0"),
    ("zero", {**MARKET, "qty": 0}, 422, 40010001, "qty must be > 0"),
    ("a boolean", {**MARKET, "qty": True}, 422, 40010001, "qty is invalid"),
    ("nothing", {}, 422, 40010001, "symbol is required"),
    ("no quantity", {**MARKET, "qty": None}, 422, 40010001, "qty is required"),
    ("both", {**MARKET, "notional": "5"}, 422, 40010001, "only one of qty or notional"),
    ("unknown field", {**MARKET, "quantiy": "5"}, 422, 40010001, "unknown field `quantiy`"),
    ("wrong type", {**MARKET, "symbol": 5}, 422, 40010001, "Expected `str | null`, got `int`"),
    ("unknown symbol", {**MARKET, "symbol": "NOSUCH"}, 422, 42210000, '"NOSUCH" not found'),
    ("unknown side", {**MARKET, "side": "hold"}, 422, 40010001, "invalid side"),
    ("a fraction", {**MARKET, "qty": "1.5"}, 422, 42210000, "the lot is 1"),
    ("sub-penny", {**LIMIT, "limit_price": 290.123}, 422, 42210000,
     "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria"),
    ("no limit price", {**LIMIT, "limit_price": None}, 422, 40010001, "require a limit price"),
    ("limit of zero", {**LIMIT, "limit_price": "0"}, 422, 40010001, "limit price must be > 0"),
    ("a market order with a price", {**MARKET, "limit_price": "5"}, 422, 40010001,
     "market orders require no stop or limit price"),
    ("a stop of nothing", {**MARKET, "type": "stop"}, 422, 40010001,
     "stop orders require a stop price"),
    ("a bracket of nothing", {**MARKET, "order_class": "bracket"}, 422, 40010001,
     "bracket orders require take_profit.limit_price"),
    ("a stop beyond the market", {**MARKET, "order_class": "oto", "stop_loss":
     {"stop_price": "49.61"}}, 422, 42210000, "stop_loss.stop_price must be <= base_price - 0.01"),
    ("a stop at once", {**MARKET, "type": "stop", "stop_price": 5, "time_in_force": "ioc"}, 422,
     42210000, "stop orders must be day, gtc or gtd, not ioc"),
    ("extended hours at the market", {**MARKET, "extended_hours": True}, 422, 42210000,
     "extended_hours orders must be limit orders"),
    ("money", {**MARKET, "qty": None, "notional": "5"}, 422, 42210000, "is not fractionable"),
    ("a word that is not Alpaca's", {**MARKET, "type": "market_if_touched"}, 422, 40010001,
     "invalid type"),
    ("a control character", {**MARKET, "client_order_id": "a\u0000b"}, 422, 40010001, "printed"),
    ("a long id", {**MARKET, "client_order_id": "x" * 129}, 422, 40010001, "no more than 128"),
    ("oversized", {**MARKET, "symbol": "x" * BYTES_MAX}, 413, 41310000, "exceeds 65536 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "code", "text"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_a_bad_order_gets_its_answer_and_nothing_is_handed_over(
    served: Served, trader: httpx.Client, body: Any, status: int, code: int, text: str
) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    answer = trader.post("/v2/orders", content=raw)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert text in answer.json()["message"]
    assert served.world.bus.handed == []


def test_an_order_for_another_account_is_refused(served: Served, trader: httpx.Client) -> None:
    body = {"account": OTHER_ACCOUNT, "symbol": "AIG", "quantity": "1", "side": "buy"}
    answer = trader.post("/api/v1/orders", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)
    assert served.world.bus.handed == []


def test_another_accounts_order_is_not_there(served: Served, trader: httpx.Client) -> None:
    order_id = trader.post("/v2/orders", json=LIMIT).json()["id"]
    with served.client(STRANGER_KEY) as stranger:
        assert stranger.get(f"/v2/orders/{order_id}").status_code == 404
        assert stranger.delete(f"/v2/orders/{order_id}").status_code == 404
        assert stranger.get("/v2/orders?status=all").json() == []
    assert len(served.world.bus.handed) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/accounts", {"name": "x", "cash": "1"}),
        ("GET", "/api/v1/keys", None),
        ("POST", "/api/v1/keys", {}),
        ("PUT", "/api/v1/limits", {"values": {"leverage_max": "1"}, "reason": "x"}),
        ("POST", "/api/v1/halts", {"scope": {"kind": "all"}, "reason": "x"}),
        ("DELETE", "/api/v1/halts", {"scope": {"kind": "all"}, "reason": "x"}),
        ("POST", "/api/v1/breakers/daily_loss/rearm", {"reason": "x"}),
        ("POST", "/api/v1/cash", {"amount": "1", "kind": "deposit"}),
    ],
)
def test_what_a_key_has_no_scope_for_is_a_403(
    served: Served, trader: httpx.Client, method: str, path: str, body: Any
) -> None:
    answer = trader.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)
    assert "insufficient scope" in answer.json()["message"]
    assert served.world.bus.handed == []


@pytest.mark.parametrize("path", ["/v2/nope", "/api/v1/nope", "/v2/account/nope/x"])
def test_a_path_that_is_not_there_is_answered_in_the_shape_clients_read(
    trader: httpx.Client, path: str
) -> None:
    assert trader.get(path).json() == {"code": 40410000, "message": "not found"}


def test_a_method_that_is_not_there_is_too(trader: httpx.Client) -> None:
    answer = trader.put("/v2/orders")
    assert (answer.status_code, answer.json()["code"]) == (405, 40510000)


def test_without_a_key_nothing_is_said(served: Served) -> None:
    answer = httpx.get(f"{served.url}/v2/account")
    assert answer.status_code == 401
    assert answer.json() == {"code": 40110000, "message": "request is not authorized"}


def test_a_revoked_key_opens_nothing_at_once(served: Served, admin: httpx.Client) -> None:
    made = admin.post("/api/v1/keys", json={"account": ACCOUNT, "scopes": ["read"]}).json()
    with served.client(made["key"], made["secret"]) as client:
        assert client.get("/v2/account").status_code == 200
        assert client.post("/v2/orders", json=MARKET).status_code == 403
        assert admin.delete(f"/api/v1/keys/{made['key']}").status_code == 200
        assert client.get("/v2/account").status_code == 401


def test_a_secret_is_kept_as_its_hash_only(served: Served, admin: httpx.Client) -> None:
    made = admin.post("/api/v1/keys", json={"account": ACCOUNT}).json()
    kept = served.world.own.rows[made["key"]]
    assert made["secret"] not in str(kept)
    assert len(kept.secret_hash) == 64
    assert made["secret"] not in admin.get("/api/v1/keys").text


def test_the_rate_is_told_and_above_it_nothing_is_handed_over() -> None:
    served = Served(lively(), FakeRates(per_minute=2))
    served.start()
    try:
        with served.client() as client:
            answers = [client.post("/v2/orders", json=MARKET) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
        assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"2"}
        assert answers[2].json()["code"] == 42910000
        assert len(served.world.bus.handed) == 2
    finally:
        served.stop()


def test_with_the_log_down_an_order_is_refused_whole_within_a_second(
    served: Served, trader: httpx.Client
) -> None:
    served.world.bus.mode = "down"
    began = time.monotonic()
    answer = trader.post("/v2/orders", json=MARKET)
    assert time.monotonic() - began < 1
    assert (answer.status_code, answer.json()["code"]) == (503, 50310000)
    assert "nothing was handed over" in answer.json()["message"]
    served.world.bus.mode = "up"
    assert trader.post("/v2/orders", json=MARKET).status_code == 200


def test_an_ack_that_never_came_is_told_with_the_order_id_within_a_second(
    served: Served, trader: httpx.Client
) -> None:
    served.world.bus.mode = "stalled"
    began = time.monotonic()
    answer = trader.post("/v2/orders", json=MARKET)
    assert time.monotonic() - began < 1
    (command,) = served.world.bus.commands(SubmitOrder)
    assert answer.status_code == 503
    assert answer.json()["outcome"] == "unknown"
    assert answer.json()["order_id"] == command.command_id


def test_with_the_database_down_every_answer_is_a_503(served: Served, trader: httpx.Client) -> None:
    assert trader.get("/v2/account").status_code == 200
    served.world.reads.is_down = True
    for path in ("/v2/account", "/v2/orders", "/v2/positions", f"/v2/orders/{uuid.uuid4()}"):
        answer = trader.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, 50310000)
    assert httpx.get(f"{served.url}/health/database").status_code == 503
    served.world.reads.is_down = False
    assert trader.get("/v2/account").status_code == 200


def test_health_metrics_and_documents_need_no_key(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/health/database").json() == {"status": "ok"}
        assert "plimsoll_requests_total" in client.get("/metrics").text
        assert client.get("/docs").status_code == 200
        paths = client.get("/openapi.json").json()["paths"]
        assert {"/v2/orders", "/api/v1/accounts", "/health/ready"} <= set(paths)


def test_a_stack_is_not_ready_before_every_room_was_heard(served: Served) -> None:
    answer = httpx.get(f"{served.url}/health/ready")
    said = answer.json()
    assert (answer.status_code, said["ready"], said["feed"]) == (503, False, "replay")
    assert said["market_time"] == "2013-10-09T16:00:00Z"
    assert said["rooms"]["risk"] is None


def test_keys_of_both_kinds_are_known(served: Served) -> None:
    for key in (ADMIN_KEY, TRADER_KEY):
        with served.client(key, SECRET) as client:
            assert client.get("/v2/clock").status_code == 200
