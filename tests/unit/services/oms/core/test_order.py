"""The life of an order: the table, requests on top of it, and numbers that stay in step."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from services.oms.core.order import (
    ENDED,
    TRANSITIONS,
    IllegalMove,
    Move,
    advance,
    is_ended,
    is_live,
    new_row,
    restate,
    target,
)
from services.oms.core.rows import OrderRow
from shared.types import OrderStatus, Time, TimeInForce
from tests.builders import NOON, order

S, M = OrderStatus, Move
LATER = NOON.plus(5_000_000)
PENDING = (S.PENDING_CANCEL, S.PENDING_REPLACE)


def a_row(status: OrderStatus = S.PENDING_NEW, **fields: object) -> OrderRow:
    return new_row(order(**fields), status, NOON)


def with_request(row: OrderRow, shown: OrderStatus = S.PENDING_CANCEL) -> OrderRow:
    row = msgspec.structs.replace(row, request_id="request")
    return restate(row, shown, row.under, NOON)


def test_every_status_there_is_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(OrderStatus)


def test_every_target_is_a_status_of_the_table_or_what_lies_under_a_request() -> None:
    for status, moves in TRANSITIONS.items():
        for move, found in moves.items():
            assert found in TRANSITIONS or (found is None and status in PENDING), (status, move)


def test_only_pending_statuses_have_something_under_them() -> None:
    uncover = {(s, m) for s, moves in TRANSITIONS.items() for m, t in moves.items() if t is None}
    assert uncover == {
        (S.PENDING_CANCEL, M.CANCEL_REFUSED),
        (S.PENDING_REPLACE, M.REPLACE_REFUSED),
    }


def test_a_fill_is_possible_in_every_status_because_it_is_a_fact() -> None:
    for status, moves in TRANSITIONS.items():
        assert {M.FILLED_PART, M.FILLED_WHOLE} <= set(moves), status


def test_nothing_can_be_asked_of_an_order_that_ended() -> None:
    for status in ENDED:
        assert not {M.CANCEL_ASKED, M.REPLACE_ASKED} & set(TRANSITIONS[status])


def test_no_second_request_is_possible_while_one_is_outstanding() -> None:
    for status in PENDING:
        assert not {M.CANCEL_ASKED, M.REPLACE_ASKED} & set(TRANSITIONS[status])


def test_an_order_that_ended_is_reopened_by_busts_and_corrections_only() -> None:
    opening = {M.AMENDED_NONE, M.AMENDED_PART, M.RESTATED_NONE, M.RESTATED_PART}
    for status in ENDED:
        for move, found in TRANSITIONS[status].items():
            is_day_over = (status, move) == (S.FILLED, M.DONE_FOR_DAY)
            is_opened = status is S.FILLED and move in opening
            assert found in ENDED or is_opened or is_day_over, (status, move)


@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_a_filled_order_that_is_done_for_the_day_has_ended_for_any_time_in_force(
    time_in_force: TimeInForce,
) -> None:
    row = advance(a_row(S.NEW, time_in_force=time_in_force), M.FILLED_WHOLE, LATER,
                  cum_quantity=Decimal(100))  # fmt: skip
    after = advance(row, M.DONE_FOR_DAY, LATER)
    assert (after.status, after.leaves_quantity, is_ended(after)) == (S.DONE_FOR_DAY, 0, True)


@pytest.mark.parametrize(
    ("end", "wanted"),
    [(M.CANCELED, S.CANCELED), (M.EXPIRED, S.EXPIRED), (M.REJECTED, S.CANCELED)],
)
def test_a_bust_of_a_late_fill_leads_back_to_the_end_that_it_hid(
    end: Move, wanted: OrderStatus
) -> None:
    row = advance(a_row(S.NEW), end, LATER)
    row = advance(row, M.FILLED_WHOLE, LATER, cum_quantity=Decimal(100))
    assert row.status is S.FILLED
    after = advance(row, M.AMENDED_NONE, LATER, cum_quantity=Decimal(0))
    assert (after.status, after.leaves_quantity, is_ended(after)) == (wanted, 0, True)
    for move in (M.RESTATED_PART, M.DONE_FOR_DAY):
        with pytest.raises(IllegalMove, match=f"{move} while {wanted}"):
            advance(row, move, LATER)


@pytest.mark.parametrize(
    ("status", "move"),
    [
        (S.NEW, M.CANCEL_REFUSED),
        (S.REJECTED, M.ACCEPTED),
        (S.PARTIALLY_FILLED, M.REJECTED),
        (S.DENIED, M.CANCELED),
        (S.FILLED, M.CANCELED),
        (S.CANCELED, M.EXPIRED),
        (S.PENDING_CANCEL, M.REPLACED),
        (S.PENDING_NEW, M.AMENDED_PART),
    ],
)
def test_an_illegal_move_is_one_named_error(status: OrderStatus, move: Move) -> None:
    with pytest.raises(IllegalMove, match=f"{move} while {status}"):
        target(status, move)


def test_an_illegal_move_changes_nothing() -> None:
    row = a_row(S.REJECTED)
    before = msgspec.structs.asdict(row)
    with pytest.raises(IllegalMove):
        advance(row, M.EXPIRED, LATER)
    assert msgspec.structs.asdict(row) == before


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ((S.CANCELED, M.FILLED_PART), S.CANCELED),
        ((S.CANCELED, M.FILLED_WHOLE), S.FILLED),
        ((S.EXPIRED, M.FILLED_PART), S.EXPIRED),
        ((S.EXPIRED, M.FILLED_WHOLE), S.FILLED),
        ((S.DONE_FOR_DAY, M.FILLED_WHOLE), S.DONE_FOR_DAY),
        ((S.SUSPENDED, M.FILLED_PART), S.SUSPENDED),
        ((S.SUSPENDED, M.FILLED_WHOLE), S.FILLED),
        ((S.DONE_FOR_DAY, M.SUSPENDED), S.DONE_FOR_DAY),
        ((S.REJECTED, M.FILLED_PART), S.CANCELED),
        ((S.PENDING_CANCEL, M.FILLED_WHOLE), S.PENDING_CANCEL),
        ((S.PENDING_REPLACE, M.DONE_FOR_DAY), S.PENDING_REPLACE),
    ],
)
def test_the_status_of_highest_precedence_shows(
    statuses: tuple[OrderStatus, Move], wanted: OrderStatus
) -> None:
    assert target(*statuses) is wanted


def test_what_lies_under_a_request_goes_on_moving() -> None:
    row = with_request(a_row(S.NEW))
    after = advance(row, M.FILLED_PART, LATER, cum_quantity=Decimal(40))
    assert (after.status, after.under) == (S.PENDING_CANCEL, S.PARTIALLY_FILLED)
    assert (after.leaves_quantity, after.request_id) == (Decimal(60), "request")


def test_an_end_by_the_venue_ends_the_request_too() -> None:
    row = with_request(a_row(S.NEW))
    after = advance(row, M.EXPIRED, LATER)
    assert (after.status, after.under, after.request_id) == (S.EXPIRED, S.EXPIRED, None)
    assert after.state.expired_at == LATER


def test_a_whole_fill_under_a_cancel_leaves_the_order_waiting_for_the_answer() -> None:
    row = with_request(a_row(S.NEW))
    after = advance(row, M.FILLED_WHOLE, LATER, cum_quantity=Decimal(100))
    assert (after.status, after.under, after.leaves_quantity) == (S.PENDING_CANCEL, S.FILLED, 0)
    assert is_ended(after) and is_live(after)


def test_leaves_are_never_below_zero() -> None:
    after = advance(a_row(S.NEW), M.FILLED_WHOLE, LATER, cum_quantity=Decimal(130))
    assert after.leaves_quantity == 0


@pytest.mark.parametrize(
    ("time_in_force", "leaves", "ended"),
    [(TimeInForce.DAY, 0, True), (TimeInForce.GTC, 60, False)],
)
def test_done_for_day_ends_a_day_order_and_only_pauses_others(
    time_in_force: TimeInForce, leaves: int, ended: bool
) -> None:
    row = a_row(S.NEW, time_in_force=time_in_force)
    row = advance(row, M.FILLED_PART, LATER, cum_quantity=Decimal(40))
    after = advance(row, M.DONE_FOR_DAY, LATER)
    assert (after.leaves_quantity, is_ended(after)) == (leaves, ended)


def test_each_end_has_its_time() -> None:
    ends = {
        M.CANCELED: "canceled_at",
        M.EXPIRED: "expired_at",
        M.REJECTED: "failed_at",
        M.REPLACED: "replaced_at",
    }
    for move, field in ends.items():
        state = advance(a_row(S.NEW), move, LATER).state
        times = {name for name in (*ends.values(), "filled_at") if getattr(state, name) is not None}
        assert times == {field}
        assert getattr(state, field) == LATER


def test_a_new_row_tells_the_whole_order_in_columns() -> None:
    row = a_row(limit_price=Decimal("48.5"), quantity=Decimal(7))
    assert (row.order_id, row.chain_id, row.symbol) == ("order-1", "order-1", "AIG")
    assert (row.quantity, row.leaves_quantity, row.limit_price) == (7, 7, Decimal("48.5"))
    assert row.state.created_at == row.state.submitted_at == row.created_at == Time(NOON)
