"""What risk does with each message, told as stories."""

from __future__ import annotations

from typing import Any

import msgspec

from services.risk.handlers import HANDLERS, ROOM
from shared.events.risk import (
    AlertRaised,
    CommandRefused,
    OrderApproved,
    OrderDenied,
    TradingStateChanged,
    WithdrawalApproved,
    WithdrawalDenied,
)
from shared.topics import TOPICS
from shared.types import AccountType, Scope, ScopeKind
from tests.builders import ACCOUNT, order, submit
from tests.unit.services.risk.desk import D, Desk, codes, limit

ACCOUNT_SCOPE = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)


def test_an_order_is_approved_whole_with_the_quote_it_was_judged_by() -> None:
    verdict = Desk().submit()
    assert isinstance(verdict, OrderApproved)
    assert verdict.order == order("order-1")
    assert (verdict.evidence.bid, verdict.evidence.ask) == (100.0, 100.1)
    # 100 at 100.10 and two per cent; 2 x 100,000 to spend; the limits set once.
    assert verdict.evidence.worst_notional == D("10210.2")
    assert verdict.evidence.buying_power == D(200000)
    assert verdict.evidence.limits_version == 1


def test_a_denial_is_written_down_and_told_to_people() -> None:
    desk = Desk()
    verdict = desk.submit(quantity=D(10_000_000))
    assert isinstance(verdict, OrderDenied)
    assert codes(verdict.violations) == ["BUYING_POWER_INSUFFICIENT"]
    assert verdict.violations[0].message == "insufficient buying power"
    decision = desk.row("decisions", "order-1")
    assert (decision.verdict, decision.violations) == ("denied", verdict.violations)
    told = desk.rows("risk_events")[-1]
    assert (told.event, told.code) == ("OrderDenied", "BUYING_POWER_INSUFFICIENT")
    assert desk.row("live_orders", "order-1") is None


def test_two_quick_orders_cannot_both_pass_on_the_same_money() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one") == []
    assert desk.denied("two") == ["BUYING_POWER_INSUFFICIENT"]


def test_a_hundred_orders_cannot_pass_a_limit_that_one_respects() -> None:
    desk = Desk(position_quantity_max="500")
    approved = [desk.denied(f"order-{n}", quantity=D(10)) == [] for n in range(100)]
    assert sum(approved) == 50


def test_a_withdrawal_cannot_take_the_money_an_open_buy_needs() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one") == []
    denied = desk.withdraw("5000")
    assert isinstance(denied, WithdrawalDenied)
    assert codes(denied.violations) == ["WITHDRAWAL_EXCEEDS_AVAILABLE"]
    assert denied.violations[0].limit == "4789.8"
    assert isinstance(desk.withdraw("4789.80"), WithdrawalApproved)


def test_an_order_cannot_spend_an_approved_withdrawal_before_and_after_it_is_booked() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert isinstance(desk.withdraw("10000"), WithdrawalApproved)
    assert desk.denied("one", quantity=D(60)) == ["BUYING_POWER_INSUFFICIENT"]
    command_id = desk.rows("withdrawals")[0].withdrawal_id
    desk.move_cash("withdrawal", "-10000", cause=command_id)
    assert desk.rows("withdrawals") == []
    assert desk.denied("two", quantity=D(60)) == ["BUYING_POWER_INSUFFICIENT"]
    assert desk.denied("three", quantity=D(40)) == []


def test_a_fill_moves_quantity_and_cash_before_portfolio_says_anything() -> None:
    desk = Desk(AccountType.CASH, "15000", position_quantity_max="150")
    assert desk.denied("one") == []
    desk.fill("one", "100", "100.10")
    assert desk.row("live_orders", "one") is None
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 100
    assert desk.row("accounts", ACCOUNT).cash == D("4990")
    assert desk.denied("two", **limit("50")) == [
        "BUYING_POWER_INSUFFICIENT",
        "POSITION_EXCEEDS_QUANTITY_MAX",
    ]


def test_a_partial_fill_then_a_cancel_leaves_the_position_and_frees_the_rest() -> None:
    desk = Desk(position_quantity_max="100")
    assert desk.denied("one") == []
    desk.fill("one", "30", "100.10")
    assert desk.denied("two", quantity=D(1)) == ["POSITION_EXCEEDS_QUANTITY_MAX"]
    desk.cancel("one")
    assert desk.denied("three", quantity=D(71)) == ["POSITION_EXCEEDS_QUANTITY_MAX"]
    assert desk.denied("four", quantity=D(70)) == []


def test_a_buy_and_fill_loop_stays_at_the_position_limit_while_portfolio_is_silent() -> None:
    desk = Desk(cash="1000000", position_quantity_max="500")
    for n in range(20):
        if desk.denied(f"order-{n}") == []:
            desk.fill(f"order-{n}", "100", "100.10")
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 500


def test_a_late_fill_of_an_ended_order_still_moves_the_book() -> None:
    desk = Desk()
    verdict = desk.submit("one")
    desk.cancel("one")
    desk.fill("one", "40", "100.10", body=verdict.order)
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 40
    assert desk.rows("live_orders") == []


def test_a_denial_leaves_the_client_order_id_free_and_an_approval_uses_it_up() -> None:
    desk = Desk()
    mine: dict[str, Any] = {"client_order_id": "mine"}
    assert desk.denied("one", quantity=D(10_000_000), **mine) == ["BUYING_POWER_INSUFFICIENT"]
    assert desk.denied("two", **mine) == []
    assert desk.denied("three", **mine) == ["CLIENT_ORDER_ID_USED"]
    desk.cancel("two")
    desk.restart()
    desk.refresh()
    assert desk.denied("four", **mine) == ["CLIENT_ORDER_ID_USED"]


def test_a_command_that_speaks_of_another_order_is_refused() -> None:
    desk = Desk()
    answer = desk.hear(
        msgspec.structs.replace(submit(at=desk.at.wall), order=order("another"), command_id="this")
    )
    assert [type(event) for event in answer] == [CommandRefused]


def test_a_restart_keeps_book_orders_halts_and_limits() -> None:
    desk = Desk(position_quantity_max="150")
    desk.submit("one")
    desk.fill("one", "40", "100.10")
    desk.halt(Scope(kind=ScopeKind.SYMBOL, name="IBM"))
    lived = desk.state.books.of(ACCOUNT)
    desk.restart()
    loaded = desk.state.books.of(ACCOUNT)
    for name in ("cash", "extra", "buy_notional", "open_count"):
        assert getattr(loaded, name) == getattr(lived, name), name
    desk.refresh()
    assert desk.denied("two", quantity=D(51)) == ["POSITION_EXCEEDS_QUANTITY_MAX"]
    assert desk.denied("three", symbol="IBM") == ["TRADING_STATE_HALTED"]


def test_a_handler_that_fails_leaves_the_sums_as_they_were() -> None:
    desk = Desk()
    book = desk.state.books.of(ACCOUNT)
    before = (book.extra, book.open_count, book.cash)
    marks = [(table, table.mark()) for table in desk.state.tables()]
    HANDLERS[type(submit())](submit(at=desk.at.wall), desk.state, desk.at)
    assert (book.extra, book.open_count) == (D("10210.2"), 1)
    for table, mark in marks:
        table.revert(mark)
    assert (book.extra, book.open_count, book.cash) == before


def test_every_message_of_its_inputs_has_a_handler_or_needs_none() -> None:
    silent = {"OrderDenied", "CommandRefused", "ReleaseAccount", "AccountReleased"}
    silent |= {"QuoteUpdated", "FeedReported", "RoomAlive"}
    read = {
        kind.__name__ for topic in TOPICS.values() if "risk" in topic.readers
        for kind in topic.carries
    }  # fmt: skip
    assert read - silent == {kind.__name__ for kind in HANDLERS}
    assert set(ROOM.handlers) == set(HANDLERS)


def test_what_it_says_has_a_topic() -> None:
    said = {OrderApproved, OrderDenied, TradingStateChanged, WithdrawalApproved, AlertRaised}
    assert said <= set(ROOM.routes())


def test_an_account_that_was_never_opened_is_denied() -> None:
    verdict = Desk().submit("one", account_id="nobody")
    assert "ACCOUNT_UNKNOWN" in codes(verdict.violations)
    assert "LIMITS_MISSING" in codes(verdict.violations)


def test_an_order_of_another_firm_is_denied() -> None:
    assert Desk().denied("one", firm_id="firm-2") == ["ACCOUNT_MISMATCH"]
