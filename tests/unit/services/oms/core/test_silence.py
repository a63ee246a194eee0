"""A venue that does not answer: told once for each thing that was sent."""

from __future__ import annotations

from tests.unit.services.oms.desk import Desk, alerts


def test_silence_of_ten_seconds_is_told_once() -> None:
    desk = Desk()
    desk.submit()
    assert alerts(desk.tick(9.9)) == []
    assert alerts(desk.tick(0.1)) == ["unknown_outcome"]
    assert alerts(desk.tick(20)) == []


def test_an_answer_ends_the_waiting() -> None:
    desk = Desk()
    desk.submit()
    desk.accept()
    assert alerts(desk.tick(20)) == []
    desk.cancel("c1")
    assert alerts(desk.tick(20)) == ["unknown_outcome"]
