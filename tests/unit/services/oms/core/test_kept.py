"""Orders that OMS keeps: taken in, triggered, canceled, replaced, ended by their time."""

from __future__ import annotations

from decimal import Decimal

from shared.events.venue import ReportKind
from shared.types import OrderType, Side, Time, TimeInForce
from tests.unit.services.oms.desk import X, alerts, standing, told
from tests.unit.services.oms.keeping import CLOSE, Floor, at, sent

T = OrderType
HOUR_MS = 3_600_000


def kept(**fields: object) -> Floor:
    """A floor with a sell stop at 48."""
    floor = Floor()
    floor.second(0)
    floor.keep(T.STOP, **{"stop_price": 48, **fields})
    return floor


def test_a_stop_is_accepted_at_once_and_sent_to_nobody() -> None:
    floor = Floor()
    (event,) = floor.keep(T.STOP, stop_price=48)
    assert told([event]) == ["OrderAccepted"]
    assert event.state.held  # type: ignore[attr-defined]
    assert floor.stands() == standing("new", 100, 0, 100, 0)
    assert floor.second(11_000) == []  # nobody's answer is awaited


def test_a_triggered_stop_is_committed_to_be_sent_and_waits_for_an_answer() -> None:
    floor = kept()
    (event,) = floor.ticks(("t", 5, 47.99, 100))
    assert told([event]) == ["OrderTriggered"]
    state = event.state  # type: ignore[attr-defined]
    assert (state.held, state.triggered_at) == (False, at(6))
    assert floor.accept() == []
    floor.wait(11)
    assert floor.second(20_000) == []
    assert told(floor.fill("e1", 100, "47.98")) == ["OrderFilled"]
    assert floor.stands() == standing("filled", 100, 100, 0, "47.98")


def test_a_triggered_order_that_nobody_answers_for_is_told_of() -> None:
    floor = kept()
    floor.ticks(("t", 5, 47.99, 100))
    assert alerts(floor.second(11_000)) == ["unknown_outcome"]


def test_an_order_that_has_triggered_does_not_trigger_again() -> None:
    floor = kept()
    floor.ticks(("t", 5, 47.99, 100))
    assert floor.ticks(("t", 7, 47.90, 100)) == []


def test_it_triggers_after_a_restart() -> None:
    floor = kept()
    floor.restart()
    assert sent(floor.ticks(("t", 5, 48, 100))) == [(X, Decimal(100))]


def test_ticks_outside_the_session_trigger_only_orders_with_extended_hours() -> None:
    floor = kept()
    floor.second(1, is_open=False)
    assert floor.ticks(("t", 5, 40, 100)) == []
    other = kept(extended_hours=True)
    other.second(1, is_open=False)
    assert sent(other.ticks(("t", 5, 40, 100))) == [(X, Decimal(100))]


def test_a_cancel_is_done_at_once() -> None:
    floor = kept()
    events = floor.cancel("c1")
    assert told(events) == ["CancelPending", "OrderCanceled"]
    assert events[1].cause == "c1"
    assert floor.stands() == standing("canceled", 100, 0, 0, 0)
    assert floor.ticks(("t", 5, 40, 100)) == []


def test_a_cancel_after_the_trigger_goes_to_the_venue() -> None:
    floor = kept()
    floor.ticks(("t", 5, 48, 100))
    assert told(floor.cancel("c1")) == ["CancelPending"]


def test_a_replace_is_done_at_once_and_the_new_price_counts() -> None:
    floor = kept()
    changes = {"type": T.STOP, "side": Side.SELL, "stop_price": Decimal(47)}
    events = floor.replace("order-2", **changes)
    assert told(events) == ["ReplacePending", "OrderReplaced"]
    assert (floor.state_of(X), floor.state_of("order-2")) == ("replaced kept", "new kept")
    assert floor.ticks(("t", 5, 47.50, 100)) == []
    assert sent(floor.ticks(("t", 7, 47, 100))) == [("order-2", Decimal(100))]


def test_a_trailing_stop_shows_its_best_price_and_its_stop_and_keeps_them_over_a_restart() -> None:
    floor = Floor()
    floor.keep(T.TRAILING_STOP, trail_price="0.5")
    floor.ticks(("t", 5, 48.40, 100))
    floor.restart()
    floor.ticks(("t", 7, 48.00, 100))
    state = floor.order().state
    assert (state.hwm, state.stop_price) == (Decimal("48.4"), Decimal("47.9"))
    assert sent(floor.ticks(("t", 9, 47.9, 100))) == [(X, Decimal(100))]


def test_another_trail_keeps_the_best_price_and_makes_the_stop_anew() -> None:
    floor = Floor()
    floor.keep(T.TRAILING_STOP, trail_price="0.5")
    floor.ticks(("t", 5, 48.40, 100))
    trail = {"type": T.TRAILING_STOP, "side": Side.SELL, "trail_price": Decimal("0.2")}
    floor.replace("order-2", **trail)
    floor.ticks(("t", 7, 48.30, 100))
    state = floor.order("order-2").state
    assert (state.hwm, state.stop_price) == (Decimal("48.4"), Decimal("48.2"))


def test_a_day_order_ends_with_its_session_and_a_gtc_order_does_not() -> None:
    day, gtc = kept(), kept(time_in_force=TimeInForce.GTC)
    for floor in (day, gtc):
        assert floor.second(4 * HOUR_MS - 1) == []
    late = {"is_open": False, "close": Time(CLOSE + 24 * HOUR_MS * 1000)}
    assert told(day.second(4 * HOUR_MS, **late)) == ["OrderExpired"]  # type: ignore[arg-type]
    assert gtc.second(4 * HOUR_MS, **late) == []  # type: ignore[arg-type]
    assert day.stands() == standing("expired", 100, 0, 0, 0)


def test_a_day_order_that_came_before_any_clock_ends_with_the_session_it_meets() -> None:
    floor = Floor()
    floor.keep(T.STOP, stop_price=48)
    floor.second(1)
    assert floor.order().ends_at == CLOSE


def test_a_gtd_order_ends_when_it_says() -> None:
    floor = kept(time_in_force=TimeInForce.GTD, expires_at=at(5000))
    assert floor.second(4999) == []
    assert told(floor.second(5000)) == ["OrderExpired"]


def test_time_does_not_end_an_order_that_its_venue_has() -> None:
    floor = kept()
    floor.ticks(("t", 5, 48, 100))
    floor.accept()
    late = {"is_open": False, "close": Time(CLOSE + 24 * HOUR_MS * 1000)}
    assert floor.second(4 * HOUR_MS, **late) == []  # type: ignore[arg-type]


def test_a_rejection_after_the_trigger_ends_it() -> None:
    floor = kept()
    floor.ticks(("t", 5, 48, 100))
    assert told(floor.report(ReportKind.REJECTED, reason="closed")) == ["OrderRejected"]
