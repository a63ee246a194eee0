"""`watch`: how a message is shown, and wrong use."""

from __future__ import annotations

from plimsoll.cli.tail import Line
from plimsoll.cli.watch import for_people, shown
from tests.unit.plimsoll.cli.conftest import Gateway

DENIED = {
    "type": "OrderDenied",
    "at": "2026-01-05T15:00:00Z",
    "market_at": "2026-01-02T15:00:00Z",
    "seq": 4,
    "cause": "o-1",
    "account_id": "a-1",
    "order": {"side": "buy", "quantity": "10000000", "symbol": "AIG", "limit_price": None},
    "violations": [{"code": "QUANTITY_EXCEEDS_MAX"}, {"code": "NOTIONAL_EXCEEDS_MAX_PER_ORDER"}],
    "evidence": {"bid": 48.1},
}


def test_a_denial_is_one_line_with_the_order_and_every_code() -> None:
    assert shown(DENIED).plain == (
        "2026-01-05T15:00:00Z        OrderDenied          cause=o-1 account_id=a-1"
        " order=buy/10000000/AIG"
        " violations=[QUANTITY_EXCEEDS_MAX NOTIONAL_EXCEEDS_MAX_PER_ORDER]"
    )


def test_an_order_state_is_the_order_its_status_and_how_much_is_done() -> None:
    order = {"side": "sell", "quantity": "5", "symbol": "IBM", "limit_price": "99.5"}
    state = {"order": order, "status": "partially_filled", "cum_quantity": "2"}
    message = {"type": "OrderFilled", "state": state}
    assert shown(message).plain.endswith("state=sell/5/IBM/99.5:partially_filled:2")


def test_bytes_that_are_no_message_are_shown_as_they_are() -> None:
    assert Line("t", 0, 0, b"\xff{").message() == {"type": "unreadable", "raw": repr(b"\xff{")}
    assert Line("t", 0, 0, b"[1]").message()["type"] == "unreadable"


def test_a_topic_that_does_not_exist_is_wrong_use(gateway: Gateway) -> None:
    result = gateway.run("watch", "risk.event")
    assert result.exit_code == 2
    assert gateway.run("watch", "--for", "-1").exit_code == 2


def test_a_halt_that_every_partition_was_told_is_shown_once_and_all_by_time() -> None:
    halt = {"type": "TradingStateChanged", "scope": {"kind": "all"}, "state": "halted"}
    own = {"type": "LimitWarned", "at": "2026-01-05T15:00:00Z", "scope": {"kind": "account"}}
    told = [{**halt, "at": "2026-01-05T15:00:01Z", "cause": f"c-{n}"} for n in range(8)]
    shown_ones = list(for_people([*told, own, own]))
    assert shown_ones == [own, own, told[0]]


def test_of_changed_limits_only_the_changes_are_shown() -> None:
    message = {"type": "LimitsChanged", "values": {"a": "1", "b": "2"}, "changed": {"a": "1"}}
    assert shown(message).plain.endswith("changed=a:1")
