"""Places in the queue, by hand: one tape of twelve events, three models."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.venue.core.matching.queue import is_waiting_for_quotes, printed, seen
from services.venue.core.matching.rules import Level
from services.venue.core.matching.terms import QueueModel
from shared.types import ZERO, Side
from tests.unit.services.venue.core.matching.test_rules import an_order
from tests.unit.services.venue.floor import Floor, Tick, fills, quote, trade

CONSERVATIVE, OPTIMISTIC = QueueModel.CONSERVATIVE, QueueModel.OPTIMISTIC
PROBABILISTIC = QueueModel.PROBABILISTIC

TAPE = (  # the buy of 300 at 47.80 comes when 500 are bid there
    trade(1, 47.80, 100),
    quote(2, 1, 47.80, 47.82, bid_size=400),  # what the print left
    quote(3, 2, 47.80, 47.82, bid_size=200),  # 200 of 400 canceled
    trade(4, 47.80, 150),
    quote(5, 3, 47.80, 47.82, bid_size=450),  # 400 have come behind
    quote(6, 4, 47.80, 47.82, bid_size=300),  # 150 of 450 canceled
    trade(7, 47.80, 100),
    quote(8, 5, 47.81, 47.82, bid_size=900),  # a better bid: nothing is learnt
    trade(9, 47.80, 120),
    quote(10, 6, 47.79, 47.82, bid_size=700),  # a worse bid: all of 47.80 is gone
    trade(11, 47.80, 60),
    trade(12, 47.79, 500),  # through it
)
AHEAD = {
    CONSERVATIVE: "500 400 400 400 250 250 250 150 150 30 30 0",
    PROBABILISTIC: "500 400 400 200 50 50 33.33333333 0 0 0 0 0",
    OPTIMISTIC: "0 0 0 0 0 0 0",
}
FILLS = {
    CONSERVATIVE: [(30, 11), (270, 12)],
    PROBABILISTIC: [(66, 7), (120, 9), (60, 11), (54, 12)],
    OPTIMISTIC: [(100, 1), (150, 4), (50, 7)],
}


def a_floor(model: QueueModel, *standing: Tick) -> Floor:
    floor = Floor()
    floor.terms(queue_model=model)
    floor.ticks(*standing)
    return floor


@pytest.mark.parametrize("model", QueueModel)
def test_twelve_events_by_hand(model: QueueModel) -> None:
    floor = a_floor(model, quote(0, 0, 47.80, 47.82, bid_size=500))
    floor.submit(limit_price="47.80", quantity=300)
    ahead, found = [], []
    for tick in TAPE:
        if floor.paper().is_live:
            ahead.append(str(floor.paper().ahead))
        found += fills(floor.ticks(tick))
    assert " ".join(ahead) == AHEAD[model]
    assert [(quantity, ms) for quantity, _, ms, _ in found] == FILLS[model]
    assert {price for _, price, _, _ in found} == {47.80}


@pytest.mark.parametrize("model", QueueModel)
def test_the_tape_in_one_batch_over_a_restart_gives_the_same(model: QueueModel) -> None:
    floor = a_floor(model, quote(0, 0, 47.80, 47.82, bid_size=500))
    floor.submit(limit_price="47.80", quantity=300)
    found = fills(floor.ticks(*TAPE[:6]))
    floor.restart()
    found += fills(floor.ticks(*TAPE[6:]))
    assert [(quantity, ms) for quantity, _, ms, _ in found] == FILLS[model]


@pytest.mark.parametrize("model", QueueModel)
def test_the_other_side_is_its_mirror(model: QueueModel) -> None:
    def mirrored(tick: Tick) -> Tick:
        if tick.kind == "t":
            return tick._replace(bid=round(95.6 - tick.bid, 2))
        return quote(
            tick.ms, tick.row, round(95.6 - tick.ask, 2), round(95.6 - tick.bid, 2),
            ask_size=tick.bid_size,
        )  # fmt: skip

    floor = a_floor(model, quote(0, 0, 47.78, 47.80, ask_size=500))
    floor.submit(limit_price="47.80", quantity=300, side=Side.SELL)
    found = fills(floor.ticks(*(mirrored(tick) for tick in TAPE)))
    assert [(quantity, ms) for quantity, _, ms, _ in found] == FILLS[model]


@pytest.mark.parametrize("model", [CONSERVATIVE, PROBABILISTIC])
def test_who_improves_the_best_price_has_nobody_ahead(model: QueueModel) -> None:
    floor = a_floor(model, quote(0, 0, 47.80, 47.82))
    floor.submit(limit_price="47.81")
    assert fills(floor.ticks(trade(1, 47.81, 60))) == [(60, 47.81, 1, None)]


@pytest.mark.parametrize("model", [CONSERVATIVE, PROBABILISTIC])
def test_behind_the_best_price_nothing_is_known_until_the_price_is_the_best(
    model: QueueModel,
) -> None:
    floor = a_floor(model, quote(0, 0, 47.80, 47.82))
    floor.submit(limit_price="47.79")
    assert floor.ticks(trade(1, 47.79, 900)) == []
    assert floor.paper().ahead is None
    floor.ticks(quote(2, 1, 47.79, 47.82, bid_size=200))
    assert floor.paper().ahead == 200
    assert fills(floor.ticks(trade(3, 47.79, 230))) == [(30, 47.79, 3, None)]


@pytest.mark.parametrize("model", QueueModel)
def test_a_trade_through_the_limit_asks_for_no_place(model: QueueModel) -> None:
    floor = a_floor(model, quote(0, 0, 47.80, 47.82, bid_size=10_000))
    floor.submit("by-print", limit_price="47.80", quantity=100)
    floor.submit("by-quote", limit_price="47.80", quantity=100, firm_id="firm-2")
    reports = floor.ticks(trade(1, 47.79, 60), quote(2, 1, 47.7, 47.8, ask_size=80))
    found = {(one.order_id, float(one.cum_quantity or 0)) for one in reports}
    assert found == {("by-print", 60), ("by-print", 100), ("by-quote", 60), ("by-quote", 100)}


def test_orders_of_one_firm_share_a_print_at_their_price_behind_the_queue() -> None:
    """100 ahead; prints of 130 and 90: 30 to the first; then 70 to it, and 20 to the second."""
    floor = a_floor(CONSERVATIVE, quote(0, 0, 47.80, 47.82, bid_size=100))
    floor.submit("first", limit_price="47.80", quantity=100)
    floor.submit("second", limit_price="47.80", quantity=100)
    floor.submit("other firm", limit_price="47.80", quantity=100, firm_id="firm-2")
    reports = floor.ticks(trade(1, 47.80, 130), trade(2, 47.80, 90))
    found = [(one.order_id, float(one.execution.quantity)) for one in reports if one.execution]
    assert found == [("first", 30), ("other firm", 30), ("first", 70), ("second", 20),
                     ("other firm", 70)]  # fmt: skip


def test_a_print_beyond_one_limit_and_at_another_fills_the_better_first() -> None:
    floor = a_floor(OPTIMISTIC, quote(0, 0, 47.79, 47.82))
    floor.submit("better", limit_price="47.80", quantity=100)
    floor.submit("at it", limit_price="47.79", quantity=100)
    reports = floor.ticks(trade(1, 47.79, 150))
    assert [(one.order_id, one.cum_quantity) for one in reports] == [("better", 100), ("at it", 50)]


def test_an_order_that_moves_to_another_price_or_grows_loses_its_place() -> None:
    floor = a_floor(CONSERVATIVE, quote(0, 0, 47.80, 47.82, bid_size=100))
    floor.submit(limit_price="47.80", quantity=300)
    floor.ticks(trade(1, 47.80, 60), quote(2, 1, 47.80, 47.82, bid_size=700))
    floor.replace("smaller", ms=2, limit_price="47.80", quantity=200)
    assert floor.paper("smaller").ahead == 40
    floor.replace("bigger", "smaller", ms=2, limit_price="47.80", quantity=300)
    assert floor.paper("bigger").ahead == 700


def test_a_crossed_quote_tells_nothing_of_the_queue() -> None:
    floor = a_floor(CONSERVATIVE, quote(0, 0, 47.80, 47.82))
    floor.submit(limit_price="47.79")
    floor.ticks(quote(1, 1, 47.79, 47.78, bid_size=100))
    assert floor.paper().ahead is None


def test_only_orders_that_a_quote_can_move_wait_for_quotes() -> None:
    order = an_order(Side.BUY, "47.80")
    placed = seen(order, Level(Decimal("47.80"), Decimal(100)), CONSERVATIVE)
    front = printed(placed, Decimal(100), Decimal(100)).order
    models = (CONSERVATIVE, PROBABILISTIC)
    found = [[is_waiting_for_quotes(one, m) for m in models] for one in (order, placed, front)]
    assert found == [[True, True], [False, True], [False, False]]


def test_a_size_that_grows_and_one_without_a_change_leave_the_order_as_it_is() -> None:
    order = seen(an_order(Side.BUY, "47.80"), Level(Decimal("47.80"), Decimal(100)), PROBABILISTIC)
    assert seen(order, Level(Decimal("47.80"), Decimal(100)), PROBABILISTIC) is order
    grown = seen(order, Level(Decimal("47.80"), Decimal(900)), PROBABILISTIC)
    assert (grown.ahead, grown.displayed) == (100, 900)
    gone = seen(grown, Level(Decimal("47.80"), ZERO), PROBABILISTIC)
    assert gone.ahead == 0
