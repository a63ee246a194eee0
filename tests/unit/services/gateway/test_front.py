"""The outermost layer: prefixes, headers, bodies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.gateway.core.bodies import BYTES_MAX
from services.gateway.core.problems import Problem
from services.gateway.front import header, read_body, without_prefix


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v2/orders", "/v2/orders"),
        ("/any/prefix/v2/orders", "/v2/orders"),
        ("/p/api/v1/halts", "/api/v1/halts"),
        ("/p/stream", "/stream"),
        ("/api/v1/keys/v2/x", "/api/v1/keys/v2/x"),
        ("/health", "/health"),
        ("/docs", "/docs"),
    ],
)
def test_a_prefix_is_taken_off(path: str, wanted: str) -> None:
    assert without_prefix({"path": path})["path"] == wanted


def test_a_header_is_found_by_its_name() -> None:
    headers = [(b"a", b"1"), (b"b", b"2")]
    assert (header(headers, b"b"), header(headers, b"c")) == ("2", None)


def body_of(*parts: bytes, length: int | None = None) -> bytes:
    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]

    async def receive() -> Any:
        return messages.pop(0)

    return asyncio.run(read_body({"method": "POST", "headers": headers}, receive))


def test_a_body_in_parts_is_put_together() -> None:
    assert body_of(b"ab", b"c") == b"abc"


@pytest.mark.parametrize(
    ("parts", "length"), [((b"",), BYTES_MAX + 1), ((b"x" * BYTES_MAX, b"y"), None)]
)
def test_a_body_that_is_too_long_is_not_read(parts: tuple[bytes, ...], length: int | None) -> None:
    with pytest.raises(Problem) as refused:
        body_of(*parts, length=length)
    assert refused.value.status == 413
