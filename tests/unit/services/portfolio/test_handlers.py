"""What portfolio books and tells: openings, cash, fills, busts, corrections, the clock."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portfolio.handlers import HANDLERS, ROOM
from shared.events.oms import ExecutionBusted, ExecutionCorrected
from shared.events.portfolio import AccountOpened, CashMoved, PositionChanged
from shared.events.risk import CommandRefused
from shared.room import Room
from shared.topics import TOPICS, read_by
from shared.types import AccountType
from tests.builders import ACCOUNT, FIRM, NOON
from tests.unit.services.portfolio.desk import TODAY, TOMORROW, Desk


def test_an_account_opens_with_its_cash_as_the_first_entry() -> None:
    desk = Desk()
    opened, moved = desk.opened
    assert isinstance(opened, AccountOpened) and isinstance(moved, CashMoved)
    assert (opened.account.account_id, opened.account.firm_id) == (ACCOUNT, FIRM)
    assert (opened.cause, opened.account.opened_at, opened.account.multiplier) == (
        "open-1", NOON, D(2),
    )  # fmt: skip
    assert (moved.kind, moved.amount, moved.balance) == ("opening", D(100000), D(100000))
    (entry,) = desk.rows("journal_entries")
    assert (entry.kind, entry.cause, entry.journal_id) == ("opening", "open-1", moved.journal_id)
    assert desk.balances() == {"cash": D(100000), "capital": D(-100000)}
    assert (desk.last.equity, desk.last.day_start_equity) == (D(100000), D(100000))
    assert (desk.last.day_flows, desk.last.peak_equity) == (D(0), D(100000))


def test_an_account_without_cash_opens_without_an_entry() -> None:
    desk = Desk("0")
    assert [type(event) for event in desk.opened] == [AccountOpened]
    assert desk.rows("journal_entries") == []
    assert desk.last.equity == D(0)


def test_an_account_without_an_id_is_named_after_its_command() -> None:
    desk, again = Desk(account_id=""), Desk(account_id="")
    assert desk.opened[0].account_id == again.opened[0].account_id != ""
    assert desk.opened[0].account_id != Desk(account_id="", command_id="x").opened[0].account_id


def test_a_cash_account_has_no_leverage() -> None:
    assert Desk(account_type=AccountType.CASH).opened[0].account.multiplier == D(1)


@pytest.mark.parametrize("cash", ["NaN", "Infinity", "-1", "1E16", "0.001"])
def test_opening_cash_that_is_no_amount_is_refused_and_changes_nothing(cash: str) -> None:
    desk = Desk()
    (refused,) = desk.open(cash, account_id="other", command_id="open-2")
    assert isinstance(refused, CommandRefused)
    assert (refused.code, refused.cause, refused.firm_id) == ("CASH_INVALID", "open-2", FIRM)
    assert len(desk.rows("accounts")) == 1 and len(desk.rows("journal_entries")) == 1


def test_a_second_account_of_the_same_id_is_refused() -> None:
    desk = Desk()
    (refused,) = desk.open("5", command_id="open-2")
    assert (refused.code, refused.account_id) == ("ACCOUNT_EXISTS", ACCOUNT)
    assert desk.row("accounts", ACCOUNT).cash == D(100000)


def test_a_deposit_is_a_flow_and_no_profit() -> None:
    desk = Desk()
    (moved,) = desk.deposit("2500.5")
    assert (moved.kind, moved.amount, moved.balance, moved.cause) == (
        "deposit", D("2500.5"), D("102500.5"), "deposit-2500.5",
    )  # fmt: skip
    assert (desk.last.equity, desk.last.day_flows) == (D("102500.5"), D("2500.5"))
    assert (desk.last.day_start_equity, desk.last.peak_equity) == (D(100000), D("102500.5"))
    desk.expect_identity()


def test_a_withdrawal_that_risk_approved_lowers_cash_and_peak_alike() -> None:
    desk = Desk()
    (moved,) = desk.withdraw("40000")
    assert (moved.kind, moved.amount, moved.balance, moved.cause) == (
        "withdrawal", D(-40000), D(60000), "w-40000",
    )  # fmt: skip
    assert (desk.last.day_flows, desk.last.peak_equity) == (D(-40000), D(60000))
    desk.expect_identity()


def test_deposits_to_nobody_or_of_nothing_are_refused() -> None:
    desk = Desk()
    assert desk.deposit("1", account_id="nobody")[0].code == "ACCOUNT_UNKNOWN"
    assert desk.deposit("1", firm_id="firm-2")[0].code == "ACCOUNT_UNKNOWN"
    assert desk.deposit("0")[0].code == "CASH_INVALID"
    assert desk.deposit("1", currency="EUR")[0].code == "CURRENCY_INVALID"
    assert desk.row("accounts", ACCOUNT).cash == D(100000)


def test_a_fill_moves_cash_into_securities_and_is_told_with_the_number_of_its_event() -> None:
    desk = Desk()
    desk.quote("AIG", 49.96, 50.00)
    (changed,) = desk.fill("buy", "100", "50", fee="1.25")
    assert isinstance(changed, PositionChanged)
    assert (changed.quantity, changed.average_price, changed.cost_basis) == (D(100), D(50), D(5000))
    assert (changed.cash, changed.realised, changed.oms_seq) == (D("94998.75"), D(0), 1)
    assert (changed.order_id, changed.execution_id) == ("order-1", "execution-1")
    valued = desk.last
    assert (valued.cash, valued.long_value, valued.unrealised) == (D("94998.75"), D(4998), D(-2))
    assert (valued.equity, valued.fees, valued.oms_seq) == (D("99996.75"), D("1.25"), 1)
    assert valued.complete and valued.positions[0].price == D("49.98")
    assert desk.balances() == {
        "cash": D("94998.75"), "capital": D(-100000), "securities": D(5000), "fees": D("1.25"),
    }  # fmt: skip


def test_the_same_execution_is_booked_once() -> None:
    desk = Desk()
    desk.fill("buy", "100", "50", execution_id="same")
    desk.restart()
    assert desk.fill("buy", "100", "50", execution_id="same") == []
    assert desk.row("positions", ACCOUNT, "AIG").quantity == D(100)
    desk.expect_identity()


def test_a_fill_of_an_unknown_account_or_another_currency_is_an_error() -> None:
    desk = Desk()
    with pytest.raises(LookupError):
        desk.fill("buy", "1", "1", account_id="nobody")
    with pytest.raises(ValueError, match="a fill in JPY on an account in USD"):
        desk.fill("buy", "1", "1", currency="JPY")


def test_long_added_sold_in_part_flipped_short_and_covered_is_worked_by_hand() -> None:
    desk = Desk()
    desk.fill("buy", "100", "10", fee="1")
    desk.fill("buy", "50", "16", fee="1")
    assert desk.fill("sell", "60", "15", fee="1")[0].realised == D(180)
    (flipped,) = desk.fill("sell", "190", "14", fee="1")
    assert (flipped.realised, flipped.quantity, flipped.cost_basis) == (D(180), D(-100), D(-1400))
    desk.quote("AIG", 12.99, 13.01)
    short = desk.tick()
    assert (short.short_value, short.long_value, short.unrealised) == (D(-1300), D(0), D(100))
    assert (short.cash, short.equity) == (D(101756), D(100456))
    desk.expect_identity()
    (covered,) = desk.fill("buy", "100", "13", fee="1")
    assert (covered.realised, covered.quantity, covered.average_price) == (D(100), D(0), D(0))
    assert (desk.last.realised, desk.last.fees, desk.last.equity) == (D(460), D(5), D(100455))
    assert desk.last.positions == () and desk.rows("position_values") == []
    desk.expect_identity()


def test_a_position_that_was_closed_is_found_again_after_a_restart() -> None:
    desk = Desk()
    desk.fill("buy", "10", "10")
    desk.fill("sell", "10", "12")
    desk.restart()
    desk.fill("buy", "5", "20")
    assert desk.row("positions", ACCOUNT, "AIG").realised == D(20)
    desk.expect_identity()


def test_a_bust_takes_quantity_cash_and_fee_back_once() -> None:
    desk = Desk()
    execution = desk.execution("buy", "100", "50", fee="2")
    busted = desk.told(ExecutionBusted, execution)
    desk.fill("buy", "100", "50", fee="2", execution_id=execution.execution_id)
    (changed,) = desk.tell(busted)
    assert (changed.quantity, changed.cash, changed.cost_basis) == (D(0), D(100000), D(0))
    assert desk.tell(busted) == []
    assert [entry.kind for entry in desk.rows("journal_entries")].count("bust") == 1
    desk.expect_identity()


def test_a_correction_replaces_quantity_and_price() -> None:
    desk = Desk()
    previous = desk.execution("buy", "100", "50")
    desk.fill("buy", "100", "50", execution_id=previous.execution_id)
    execution = desk.execution("buy", "90", "49", execution_ref=previous.execution_id)
    corrected = desk.told(ExecutionCorrected, execution, previous=previous)
    assert [event.quantity for event in desk.tell(corrected)] == [D(0), D(90)]
    assert desk.tell(corrected) == []
    assert (desk.last.cash, desk.last.realised) == (D(95590), D(0))
    desk.expect_identity()


def test_every_clock_message_values_every_account_and_an_idle_one_writes_nothing() -> None:
    desk = Desk()
    desk.open("7", account_id="second", command_id="open-2")
    desk.tick()
    before, seen = dict(desk.stored["valuations"]), len(desk.valued)
    desk.tick()
    assert desk.stored["valuations"] == before
    assert [one.account_id for one in desk.valued[seen:]] == [ACCOUNT, "second"]
    assert desk.last.market_at == desk.at.market == NOON.plus(2_000_000)


def test_everything_that_portfolio_reads_and_must_act_on_has_a_handler() -> None:
    room: Room = ROOM
    carried = {kind for topic in read_by("portfolio") for kind in topic.carries}
    assert set(HANDLERS) <= carried
    commands = {kind.__name__ for kind in TOPICS["portfolio.inbox"].carries}
    assert commands - {kind.__name__ for kind in HANDLERS} == {"ReleaseAccount"}
    assert set(room.routes()) >= {AccountOpened, CashMoved, PositionChanged, CommandRefused}


moves = st.one_of(
    st.tuples(
        st.just("fill"), st.sampled_from(["buy", "sell"]), st.integers(1, 300),
        st.integers(1, 99_999), st.sampled_from(["AIG", "IBM"]), st.sampled_from(["0", "0.35"]),
    ),
    st.tuples(st.just("quote"), st.sampled_from(["AIG", "IBM"]), st.integers(1, 99_999)),
    st.tuples(st.just("deposit"), st.integers(1, 10**9)),
    st.tuples(st.just("withdraw"), st.integers(1, 10**6)),
    st.tuples(st.just("tick"), st.sampled_from([TODAY, TOMORROW])),
    st.tuples(st.just("restart")),
)  # fmt: skip


@given(st.lists(moves, max_size=25))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_books_balance_and_equity_is_explained_whatever_happens(
    happened: list[tuple[object, ...]],
) -> None:
    desk = Desk()
    for number, (what, *given_values) in enumerate(happened):
        match what, given_values:
            case "fill", [str(side), int(quantity), int(cents), str(symbol), str(fee)]:
                price = str(D(cents) / 100)
                desk.fill(side, str(quantity), price, symbol=symbol, fee=fee)
            case "quote", [str(symbol), int(cents)]:
                desk.quote(symbol, cents / 100, cents / 100 + 0.02)
            case "deposit", [int(cents)]:
                desk.deposit(str(D(cents) / 100), command_id=f"deposit-{number}")
            case "withdraw", [int(cents)]:
                desk.withdraw(str(D(cents) / 100), cause=f"w-{number}")
            case "tick", [str(session)]:
                desk.tick(session)
            case _:
                desk.restart()
        desk.expect_identity()
    before = desk.valued[-1]
    desk.restart()
    after = desk.tick(desk.row("accounts", ACCOUNT).session or TODAY)
    assert (after.cash, after.realised, after.fees) == (before.cash, before.realised, before.fees)
