"""The SDK: what goes out, what comes back, and what a refusal says."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from plimsoll.client import Client, ClientError, Key, Refused, Unreachable

KEY = Key("PK1", "s1")


def client(*answers: httpx.Response | Exception) -> tuple[Client, list[httpx.Request]]:
    """A client whose requests are answered so, and those requests."""
    left, asked = list(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Client("http://127.0.0.1:1", KEY, httpx.MockTransport(handle)), asked


def test_every_request_carries_the_key_and_every_change_an_idempotency_key_of_its_own() -> None:
    asking, asked = client(*(httpx.Response(200, json={}) for _ in range(3)))
    asking.accounts()
    asking.submit({"symbol": "AIG"})
    asking.submit({"symbol": "AIG"})
    assert {r.headers["APCA-API-KEY-ID"] for r in asked} == {"PK1"}
    assert {r.headers["APCA-API-SECRET-KEY"] for r in asked} == {"s1"}
    assert "Idempotency-Key" not in asked[0].headers
    assert asked[1].headers["Idempotency-Key"] != asked[2].headers["Idempotency-Key"]


def test_numbers_go_out_as_the_text_they_were_given_as() -> None:
    asking, asked = client(httpx.Response(200, json={}))
    asking.submit({"quantity": "0.1", "limit_price": "100.10"})
    assert json.loads(asked[0].content) == {"quantity": "0.1", "limit_price": "100.10"}


def test_a_replace_names_the_order_and_what_changes() -> None:
    asking, asked = client(httpx.Response(200, json={"order_id": "o-2"}))
    assert asking.replace("o-1", {"stop_price": "9"}) == {"order_id": "o-2"}
    assert (asked[0].method, asked[0].url.path) == ("PATCH", "/api/v1/orders/o-1")
    assert json.loads(asked[0].content) == {"stop_price": "9"}
    assert "Idempotency-Key" in asked[0].headers


def test_legs_are_asked_for_by_their_parent() -> None:
    asking, asked = client(httpx.Response(200, json=[]))
    asking.orders("a-1", parent="o-1")
    assert dict(asked[0].url.params) == {
        "account": "a-1",
        "status": "open",
        "limit": "50",
        "parent": "o-1",
    }


def test_an_answer_without_a_body_is_none() -> None:
    asking, _ = client(httpx.Response(204))
    assert asking.cancel("o-1") is None


def test_a_refusal_keeps_the_whole_answer() -> None:
    body = {"code": 40310000, "message": "no", "violations": [{"code": "A"}]}
    asking, _ = client(httpx.Response(403, json=body))
    with pytest.raises(Refused, match="no") as refused:
        asking.submit({})
    assert (refused.value.status, refused.value.body) == (403, body)
    assert refused.value.violations == [{"code": "A"}]


@pytest.mark.parametrize("answer", [httpx.Response(502, text="<html>"), httpx.Response(500)])
def test_an_error_that_is_no_json_is_a_refusal_all_the_same(answer: httpx.Response) -> None:
    asking, _ = client(answer)
    with pytest.raises(Refused) as refused:
        asking.accounts()
    assert (refused.value.status, refused.value.violations) == (answer.status_code, [])


def test_no_answer_is_not_a_refusal_for_nobody_knows_what_became_of_it() -> None:
    asking, asked = client(httpx.ReadTimeout("late"))
    with pytest.raises(Unreachable):
        asking.submit({})
    assert len(asked) == 1  # an order is never sent again by itself


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"key": "a"}'])
def test_a_file_that_holds_no_key_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "k").write_text(content)
    with pytest.raises(ClientError, match="no key in"):
        Key.read(tmp_path / "k")
