"""Bodies: what is read, and what each fault is answered."""

from __future__ import annotations

import msgspec
import pytest

from services.gateway.core.bodies import body_hash, decode, needed, text
from services.gateway.core.problems import Problem


class Body(msgspec.Struct, forbid_unknown_fields=True):
    name: str | None = None


DECODER = msgspec.json.Decoder(Body)


def test_an_empty_body_is_an_empty_object() -> None:
    assert decode(DECODER, b"") == Body()


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 400, 40010000),
        (b'{"name": "\xff"}', 400, 40010000),
        (b"[" * 100_000, 400, 40010000),
        (b'{"name": NaN}', 422, 40010001),
        (b'{"name": -Infinity}', 422, 40010001),
        (b'{"name": 1}', 422, 40010001),
        (b'{"nam": "x"}', 422, 40010001),
        (b"null", 422, 40010001),
    ],
)
def test_what_is_wrong_has_its_documented_answer(raw: bytes, status: int, code: int) -> None:
    with pytest.raises(Problem) as refused:
        decode(DECODER, raw)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize("value", ["a\x00b", "line\nline", "\ud800", "x" * 513])
def test_a_text_that_cannot_be_stored_or_shown_is_refused(value: str) -> None:
    with pytest.raises(Problem):
        text(value, "reason")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_text_that_is_needed_must_say_something(value: str | None) -> None:
    with pytest.raises(Problem, match="reason is required"):
        needed(value, "reason")


def test_bodies_that_say_the_same_have_one_hash() -> None:
    one = body_hash(b'{"qty": 1.50, "symbol": "AIG"}')
    assert one == body_hash(b'{"symbol":"AIG","qty":1.50}')
    assert one != body_hash(b'{"symbol":"AIG","qty":1.51}')
