"""What `command_age` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.command_age import command_age
from tests.unit.services.risk.desk import Desk


def test_a_command_of_just_the_limit_passes() -> None:
    desk = Desk()
    asked_at = desk.at.wall.plus(-2_000_000)
    assert desk.check(command_age, asked_at=asked_at) is None


def test_an_older_command_is_denied_in_milliseconds() -> None:
    desk = Desk()
    told = desk.check(command_age, asked_at=desk.at.wall.plus(-2_001_000))
    assert told is not None
    assert (told.code, told.limit, told.value) == ("COMMAND_TOO_OLD", "2000", "2001")
