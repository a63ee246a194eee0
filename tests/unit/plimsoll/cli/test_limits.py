"""`limits show` and `limits set`."""

from __future__ import annotations

import pytest

from tests.unit.plimsoll.cli.conftest import Gateway


def test_set_sends_the_values_and_the_reason(gateway: Gateway) -> None:
    gateway.will({"version": 2})
    words = ("order_notional_max=5000", "daily_loss_max=off", "--reason", "smaller")
    assert gateway.done("limits", "set", *words) == {"version": 2}
    assert gateway.path() == "PUT /api/v1/limits"
    values = {"order_notional_max": "5000", "daily_loss_max": "off"}
    assert gateway.body() == {"account": "a-1", "values": values, "reason": "smaller"}


def test_show_asks_for_the_account(gateway: Gateway) -> None:
    gateway.will({"limits": [{"name": "daily_loss_max", "limit": "off"}]})
    said = gateway.done("limits", "show", "--account", "a-5")
    assert said["limits"] == [{"name": "daily_loss_max", "limit": "off"}]
    assert gateway.path() == "GET /api/v1/limits?account=a-5"


@pytest.mark.parametrize(
    "words",
    [
        ("set", "--reason", "r"),
        ("set", "daily_loss_max=1"),
        ("set", "daily_loss_max", "--reason", "r"),
        ("set", "=1", "--reason", "r"),
        ("set", "daily_loss_max=", "--reason", "r"),
        ("set", "daily_loss_max=1", "daily_loss_max=2", "--reason", "r"),
        ("show", "daily_loss_max=1"),
        ("raise",),
        (),
    ],
)
def test_wrong_use_exits_with_2(gateway: Gateway, words: tuple[str, ...]) -> None:
    assert gateway.run("limits", *words).exit_code == 2
    assert gateway.asked == []
