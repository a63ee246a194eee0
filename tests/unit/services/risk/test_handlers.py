"""What risk does with each message, told as stories."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.risk.handlers import HANDLERS, ROOM
from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFlagged,
    OrderReplaced,
    ReplaceRefused,
)
from shared.events.portfolio import PositionAdjusted, PositionChanged
from shared.events.risk import (
    AlertRaised,
    BreakerTripped,
    CommandRefused,
    OrderApproved,
    OrderDenied,
    ReplaceApproved,
    ReplaceDenied,
    TradingStateChanged,
    WithdrawalApproved,
    WithdrawalDenied,
)
from shared.topics import TOPICS
from shared.types import AccountType, Execution, OrderStatus, Scope, ScopeKind, Side
from tests.builders import ACCOUNT, order, submit
from tests.unit.services.risk.desk import D, Desk, codes, limit, state_of

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


# -- replaces -------------------------------------------------------------------------------------


def test_a_replace_is_judged_by_its_increase_only() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    assert isinstance(desk.replace("one", quantity=D(149)), ReplaceApproved)


def test_a_replace_that_asks_for_too_much_is_denied_and_the_old_order_lives_on() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    denied = desk.replace("one", quantity=D(151))
    assert isinstance(denied, ReplaceDenied)
    assert (denied.order_id, codes(denied.violations)) == ("one", ["BUYING_POWER_INSUFFICIENT"])
    assert desk.row("live_orders", "one").replacement_id is None


def test_until_its_outcome_a_replace_counts_as_the_worse_of_old_and_new() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    smaller = desk.replace("one", quantity=D(50))
    assert isinstance(smaller, ReplaceApproved)
    assert desk.denied("two", quantity=D(100), **limit("51")) == ["BUYING_POWER_INSUFFICIENT"]
    old = state_of(order("one", **limit("100")), OrderStatus.REPLACED)
    new = state_of(smaller.order, OrderStatus.NEW)
    desk.told(OrderReplaced, "oms", state=old, successor=new)
    assert [row.order_id for row in desk.rows("live_orders")] == [smaller.order.order_id]
    assert desk.denied("three", quantity=D(100), **limit("51")) == []


def test_a_refused_replace_frees_what_it_had_added() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    larger = desk.replace("one", quantity=D(150))
    assert desk.denied("two", quantity=D(1), **limit("1")) == ["BUYING_POWER_INSUFFICIENT"]
    desk.told(
        ReplaceRefused, "oms", order_id="one", request_id=larger.order.order_id, reason="too_late"
    )
    assert desk.denied("three", quantity=D(50), **limit("100")) == []


def test_a_fill_during_a_replace_counts_once() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    larger = desk.replace("one", quantity=D(150))
    desk.fill("one", "100", "100")
    row = desk.row("live_orders", "one")
    assert (row.ended, row.cum_quantity) == (True, 100)
    # 15,000 less 10,000 paid, less 50 more at 100 that the venue may have agreed to.
    assert desk.denied("two", quantity=D(1), **limit("1")) == ["BUYING_POWER_INSUFFICIENT"]
    desk.told(
        ReplaceRefused, "oms", order_id="one", request_id=larger.order.order_id, reason="too_late"
    )
    assert desk.rows("live_orders") == []
    assert desk.denied("three", quantity=D(50), **limit("100")) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"order_id": "nobody"}, "ORDER_NOT_OPEN"),
        ({"quantity": D(30)}, "ORDER_QUANTITY_BELOW_FILLED"),
        ({"stop_price": D(90)}, "ORDER_FEATURE_UNSUPPORTED"),
        ({"limit_price": D("100.001")}, "ORDER_PRICE_OFF_TICK"),
        ({"quantity": D("NaN")}, "ORDER_QUANTITY_INVALID"),
        ({"client_order_id": "client-one"}, "CLIENT_ORDER_ID_USED"),
    ],
)
def test_a_replace_that_cannot_be_is_denied(fields: dict[str, Any], code: str) -> None:
    desk = Desk()
    assert desk.denied("one", **limit("100")) == []
    desk.fill("one", "30", "100")
    denied = desk.replace(fields.pop("order_id", "one"), **fields)
    assert isinstance(denied, ReplaceDenied)
    assert codes(denied.violations) == [code]


def test_a_second_replace_waits_for_the_first() -> None:
    desk = Desk()
    assert desk.denied("one", **limit("100")) == []
    assert isinstance(desk.replace("one", quantity=D(50)), ReplaceApproved)
    again = desk.replace("one", quantity=D(60))
    assert codes(again.violations) == ["ORDER_REPLACE_PENDING"]


def test_under_a_halt_a_replace_may_only_make_an_order_smaller() -> None:
    desk = Desk()
    assert desk.denied("one", **limit("90")) == []
    desk.halt(ACCOUNT_SCOPE)
    assert codes(desk.replace("one", quantity=D(101)).violations) == ["TRADING_STATE_HALTED"]
    assert isinstance(desk.replace("one", quantity=D(99)), ReplaceApproved)


# -- the book against the venue and against portfolio ---------------------------------------------


def execution(quantity: str, price: str, name: str = "execution-1") -> Execution:
    return Execution(
        execution_id=name, order_id="one", account_id=ACCOUNT, symbol="AIG", side=Side.BUY,
        quantity=D(quantity), price=D(price), transact_at=Desk().at.market,
    )  # fmt: skip


def test_a_bust_takes_quantity_and_cash_back_and_the_order_lives_again() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    desk.fill("one", "100", "100")
    told = state_of(verdict.order, OrderStatus.NEW)
    desk.told(ExecutionBusted, "oms", state=told, execution=execution("100", "100"))
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 0
    assert desk.row("accounts", ACCOUNT).cash == 100_000
    assert desk.row("live_orders", "one").quantity == 100


def test_a_correction_puts_one_execution_in_the_place_of_another() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    desk.fill("one", "100", "100")
    told = state_of(verdict.order, OrderStatus.PARTIALLY_FILLED, D(90))
    desk.told(
        ExecutionCorrected, "oms", state=told, execution=execution("90", "99", "execution-2"),
        previous=execution("100", "100"),
    )  # fmt: skip
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 90
    assert desk.row("accounts", ACCOUNT).cash == D(100_000 - 90 * 99)
    assert desk.row("live_orders", "one").cum_quantity == 90


def position(desk: Desk, quantity: str, seq: int) -> list[Any]:
    return desk.told(
        PositionChanged, "portfolio", symbol="AIG", quantity=D(quantity), average_price=D(100),
        cost_basis=D(0), realised=D(0), cash=D(0), currency="USD", oms_seq=seq, order_id="one",
        execution_id="execution-1",
    )  # fmt: skip


def test_the_same_position_at_the_same_number_says_nothing() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    assert position(desk, "60", desk.numbers["oms"]) == []


def test_a_difference_raises_an_alert_and_halts_the_account() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    said = position(desk, "61", desk.numbers["oms"])
    assert [type(event) for event in said] == [AlertRaised, BreakerTripped, TradingStateChanged]
    assert "risk has 60, portfolio 61" in said[0].text
    assert desk.denied("two") == ["TRADING_STATE_HALTED"]


def test_what_portfolio_says_first_waits_until_risk_has_handled_the_same_event() -> None:
    desk = Desk()
    desk.submit("one")
    number = desk.numbers["oms"] + 1
    assert position(desk, "60", number) == []
    desk.told(PositionAdjusted, "portfolio", symbol="AIG", quantity_delta=D(5), reason="import")
    desk.fill("one", "60", "100")
    assert desk.rows("expected_positions") == []
    assert desk.denied("two") == []
    assert position(desk, "65", number) == []


def test_an_older_position_is_not_compared() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    desk.fill("one", "10", "100")
    assert position(desk, "60", desk.numbers["oms"] - 1) == []


@pytest.mark.parametrize(("alert", "halts"), [("reconcile", True), ("late_fill", False)])
def test_what_oms_flags_is_an_alert_and_a_broken_book_a_halt(alert: str, halts: bool) -> None:
    desk = Desk()
    said = desk.told(OrderFlagged, "oms", order_id="one", alert=alert, text="look")
    assert isinstance(said[0], AlertRaised)
    assert (desk.denied("one") == ["TRADING_STATE_HALTED"]) is halts


def test_a_reconciliation_halt_is_taken_off_by_a_person_only() -> None:
    desk = Desk()
    desk.told(OrderFlagged, "oms", order_id="one", alert="reconcile", text="look")
    assert desk.resume(ACCOUNT_SCOPE)[0].code == "BREAKER_LATCHED"  # type: ignore[attr-defined]
    offer: Any = desk.rearm("reconciliation")
    desk.rearm("reconciliation", token=offer.token)
    assert desk.denied("one") == []


# -- states of a restart --------------------------------------------------------------------------


def test_a_restart_keeps_book_orders_halts_and_limits() -> None:
    desk = Desk(position_quantity_max="150")
    desk.submit("one")
    desk.fill("one", "40", "100.10")
    desk.halt(Scope(kind=ScopeKind.SYMBOL, name="IBM"))
    lived = desk.state.books.of(ACCOUNT)  # type: ignore[attr-defined]
    desk.restart()
    loaded = desk.state.books.of(ACCOUNT)  # type: ignore[attr-defined]
    for name in ("cash", "extra", "buy_notional", "open_count"):
        assert getattr(loaded, name) == getattr(lived, name), name
    desk.refresh()
    assert desk.denied("two", quantity=D(51)) == ["POSITION_EXCEEDS_QUANTITY_MAX"]
    assert desk.denied("three", symbol="IBM") == ["TRADING_STATE_HALTED"]


def test_a_handler_that_fails_leaves_the_sums_as_they_were() -> None:
    desk = Desk()
    book = desk.state.books.of(ACCOUNT)  # type: ignore[attr-defined]
    before = (book.extra, book.open_count, book.cash)
    marks = [(table, table.mark()) for table in desk.state.tables()]
    HANDLERS[type(submit())](submit(at=desk.at.wall), desk.state, desk.at)  # type: ignore[arg-type]
    assert (book.extra, book.open_count) == (D("10210.2"), 1)
    for table, mark in marks:
        table.revert(mark)
    assert (book.extra, book.open_count, book.cash) == before


def test_every_message_of_its_inputs_has_a_handler_or_needs_none() -> None:
    silent = {"OrderDenied", "CancelRefused", "CommandRefused", "ReleaseAccount"}
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
