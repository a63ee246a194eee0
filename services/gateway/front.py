"""The outermost layer: whose request it is, how many, how large; and the one hot route.

Bare ASGI: FastAPI's routing and two passes of pydantic cost more than all of POST /v2/orders does.
Everything else goes on to FastAPI with the key in `scope["state"]["key"]`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from services.gateway.core.bodies import BYTES_MAX
from services.gateway.core.keys import ApiKey
from services.gateway.core.problems import Problem, rate_exceeded, too_large, unavailable
from services.gateway.keyring import Keyring
from services.gateway.metrics import REQUESTS
from services.gateway.ports import RateLimiter, Unavailable
from shared.logs import log

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Hot = Callable[["Asked"], Awaitable[dict[str, Any]]]
Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
ROOTS = ("/v2/", "/api/v1/", "/stream")
GUARDED = ("/v2/", "/api/v1/")
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")

encode = msgspec.json.Encoder().encode


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the hot route."""

    key: ApiKey
    body: bytes
    query: bytes
    idempotency_key: str | None


class Front:
    """The ASGI application that uvicorn runs."""

    def __init__(self, app: App, keyring: Keyring, rates: RateLimiter, post_order: Hot) -> None:
        self._app, self._keyring, self._rates = app, keyring, rates
        self._post_order = post_order

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = without_prefix(scope)
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        extra: Headers = []
        answer = Answer(scope["method"], send, extra)
        try:
            key = await self._admit(scope, extra)
            body = await read_body(scope, receive)
            if key is not None and scope["method"] == "POST" and scope["path"] == "/v2/orders":
                await answer.json(200, await self._post_order(asked(scope, key, body)))
                return
        except Problem as problem:
            await answer.json(problem.status, problem.body())
            return
        except Unavailable as error:
            away = unavailable(str(error))
            await answer.json(away.status, away.body())
            return
        except Exception as error:
            log().error("a request failed", path=scope["path"], error=repr(error), exc_info=True)
            await answer.json(500, {"code": 50010000, "message": "internal server error"})
            raise
        scope.setdefault("state", {})["key"] = key
        await self._app(scope, replay(body, receive), answer.send)

    async def _admit(self, scope: Scope, extra: Headers) -> ApiKey | None:
        """Whose request it is. Raises Problem; adds the headers about the rate."""
        if not scope["path"].startswith(GUARDED):
            return None
        headers = scope["headers"]
        key = await self._keyring.identify(
            header(headers, b"apca-api-key-id"), header(headers, b"apca-api-secret-key")
        )
        passes, left, resets_at = self._rates.take(key.key_id)
        extra += [
            (b"x-ratelimit-limit", b"%d" % self._rates.per_minute),
            (b"x-ratelimit-remaining", b"%d" % left),
            (b"x-ratelimit-reset", b"%d" % resets_at),
        ]
        if not passes:
            raise rate_exceeded()
        return key


class Answer:
    """Sends an answer once, with the headers about the rate, and counts it."""

    def __init__(self, method: str, send: Send, extra: Headers) -> None:
        self._method, self._send, self._extra = method, send, extra

    async def send(self, message: Message) -> None:
        """Pass on what the application says."""
        if message["type"] == "http.response.start":
            REQUESTS.labels(self._method, message["status"]).inc()
            message = {**message, "headers": [*message.get("headers", ()), *self._extra]}
        await self._send(message)

    async def json(self, status: int, body: dict[str, Any]) -> None:
        """A whole answer."""
        raw = encode(body)
        headers = [JSON, (b"content-length", b"%d" % len(raw))]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": raw})


def without_prefix(scope: Scope) -> Scope:
    """The same request under the root: clients may put any prefix before /v2."""
    path = scope["path"]
    if path.startswith(ROOTS):
        return scope
    for root in ROOTS:
        place = path.find(root)
        if place > 0:
            return {**scope, "path": path[place:], "raw_path": path[place:].encode()}
    return scope


def header(headers: Headers, name: bytes) -> str | None:
    """The value of a header, None where it is absent."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


def asked(scope: Scope, key: ApiKey, body: bytes) -> Asked:
    """What the hot route is asked."""
    return Asked(
        key=key,
        body=body,
        query=scope["query_string"],
        idempotency_key=header(scope["headers"], b"idempotency-key"),
    )


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises Problem (413) where it is too long."""
    if scope["method"] not in WITH_BODY:
        return b""
    length = header(scope["headers"], b"content-length")
    if length is not None and length.isdigit() and int(length) > BYTES_MAX:
        raise too_large(BYTES_MAX)
    parts, total, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        total += len(parts[-1])
        if total > BYTES_MAX:
            raise too_large(BYTES_MAX)
        more = message.get("more_body", False)
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the application behind."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
