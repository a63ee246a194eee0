"""The link's session: its number, the place of each order, and the rate."""

from __future__ import annotations

from services.venue.core.rows import SessionRow
from services.venue.core.session import opened, sent, sent_this_second
from tests.builders import NOON


def test_each_opening_has_the_next_number() -> None:
    row = opened(opened(SessionRow(link="paper"), NOON), NOON.plus(5))
    assert (row.number, row.opened_at) == (2, NOON.plus(5))


def test_each_order_sent_has_the_next_place_whatever_the_second() -> None:
    row = SessionRow(link="paper")
    for step in (0, 1, 1_000_000):
        row = sent(row, NOON.plus(step))
    assert row.accepted == 3


def test_the_rate_begins_anew_with_each_wall_second() -> None:
    row = sent(sent(SessionRow(link="paper"), NOON), NOON.plus(999_999))
    assert sent_this_second(row, NOON) == 2
    assert sent_this_second(row, NOON.plus(1_000_000)) == 0
    assert sent_this_second(sent(row, NOON.plus(1_000_000)), NOON.plus(1_000_001)) == 1
