"""Messages on the wire: decimals plain and exact, times with an offset, unknown bytes named."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from shared import codec
from shared.topics import OMS_ORDERS, RISK_INBOX, TOPICS
from shared.types import Time, normal
from tests.builders import NOON, approved, submit


@pytest.mark.parametrize(
    ("given", "on_the_wire"),
    [
        ("1E+2", "100"),
        ("2.50", "2.5"),
        ("1E-8", "0.00000001"),
        ("-0.00", "0"),
        ("100", "100"),
        ("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"),
    ],
)
def test_a_decimal_goes_out_plain_and_exact(given: str, on_the_wire: str) -> None:
    raw = codec.encode(submit(quantity=Decimal(given)))
    assert msgspec.json.decode(raw)["order"]["quantity"] == on_the_wire
    back = codec.decode(RISK_INBOX, raw)
    assert back.order.quantity == Decimal(given)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "plain"), [("1E+2", "100"), ("2.50", "2.5"), ("0.00", "0"), ("-7.10", "-7.1")]
)
def test_normal_keeps_the_number_and_drops_zeros_and_exponent(given: str, plain: str) -> None:
    assert str(normal(Decimal(given))) == plain


def test_a_time_is_microseconds_inside_and_rfc_3339_outside() -> None:
    assert str(Time(1381334400123456)) == "2013-10-09T16:00:00.123456Z"
    assert Time.parse("2013-10-09T12:00:00.123456-04:00") == 1381334400123456
    with pytest.raises(ValueError):
        Time.parse("2013-10-09T16:00:00")


def test_what_is_no_message_of_the_topic_is_unreadable() -> None:
    for raw in (b"{", b"\xff", b'{"type":"Nobody"}', b'{"type":"SubmitOrder"}'):
        with pytest.raises(codec.Unreadable, match=r"risk\.inbox"):
            codec.decode(RISK_INBOX, raw)
    with pytest.raises(codec.Unreadable):
        codec.decode(OMS_ORDERS, codec.encode(approved(1)))


def test_every_type_has_one_name_and_every_topic_a_writer_and_a_carrier() -> None:
    kinds = {kind.__name__: kind for topic in TOPICS.values() for kind in topic.carries}
    assert all(kinds[k.__name__] is k for t in TOPICS.values() for k in t.carries)
    assert all(topic.carries and topic.writer for topic in TOPICS.values())
    assert NOON == 1381334400000000
