"""What is told when: late, lost until the next session, twice, in another order."""

from __future__ import annotations

from services.venue.core.observations import LinkOpened
from shared.events.market import ClockAdvanced
from shared.events.venue import VenueReport
from shared.types import Time
from tests.unit.services.venue.floor import Floor, X, kinds, quote

OPENS, CLOSES = Time.parse("2013-10-10T13:30:00Z"), Time.parse("2013-10-09T20:00:00Z")


class Faulty(Floor):
    """The paper link at a broker that misbehaves."""

    def __init__(self, faults: str) -> None:
        super().__init__()
        self.terms(faults=faults)
        self.ticks(quote(0, 10, 47.81, 47.82))

    def after(self, seconds: float) -> list[VenueReport]:
        """The clock tells the time, so many seconds later."""
        self.wait(seconds)
        wall, market = self.at
        return self._reports(
            self.hear(
                ClockAdvanced(
                    at=wall,
                    market_at=market,
                    seq=1,
                    market_time=market,
                    wall_time=wall,
                    is_open=True,
                    session="2013-10-09",
                    next_open=OPENS,
                    next_close=CLOSES,
                )
            )
        )

    def connect(self) -> list[VenueReport]:
        """A process opens its session."""
        wall, market = self.at
        opening = LinkOpened(at=wall, market_at=market, process="venue-paper")
        return self._reports(self.see("", opening))


def whole(reports: list[VenueReport]) -> list[tuple[str, str, int]]:
    return [(str(one.kind), one.order_id, one.session) for one in reports]


def test_a_late_ack_comes_three_seconds_later() -> None:
    floor = Faulty("late_ack@AIG")
    assert kinds(floor.submit()) == ["filled"]
    assert floor.after(2.9) == []
    assert kinds(floor.after(0.1)) == ["accepted"]
    assert floor.after(60) == []


def test_a_fill_before_the_ack_is_followed_by_it() -> None:
    floor = Faulty("fill_before_ack@AIG")
    assert kinds(floor.submit()) == ["filled", "accepted"]
    assert kinds(floor.submit("order-2", limit_price="47.50")) == []
    reports = floor.ticks(quote(5, 12, 47.40, 47.50))
    assert whole(reports) == [("filled", "order-2", 0), ("accepted", "order-2", 0)]


def test_everything_comes_twice() -> None:
    floor = Faulty("twice@AIG")
    assert kinds(floor.submit()) == ["accepted", "accepted", "filled", "filled"]


def test_a_lost_ack_comes_to_light_when_the_link_connects_anew_after_fifteen_seconds() -> None:
    floor = Faulty("lost_ack@AIG")
    assert floor.submit(limit_price="47.50") == []
    assert floor.after(14.9) == []
    assert whole(floor.after(0.1)) == [("accepted", X, 1), ("open_order", X, 1)]
    assert floor.after(60) == []


def test_of_a_silent_order_nothing_is_heard_until_the_next_session_then_all_in_order() -> None:
    floor = Faulty("silence@AIG")
    assert floor.submit(limit_price="47.50") == []
    assert floor.ticks(quote(5, 12, 47.40, 47.50, ask_size=40)) == []
    assert floor.cancel("c1") == []
    floor.restart()
    reports = floor.connect()
    assert whole(reports) == [("accepted", X, 1), ("filled", X, 1), ("canceled", X, 1)]
    assert reports[2].request_id == "c1"
    assert floor.after(60) == []


def test_in_a_partial_disconnect_only_executions_are_lost() -> None:
    floor = Faulty("disconnect@AIG")
    assert kinds(floor.submit(limit_price="47.50")) == ["accepted"]
    assert floor.ticks(quote(5, 12, 47.40, 47.50, ask_size=40)) == []
    reports = floor.cancel("c1")
    assert kinds(reports) == ["canceled"]
    assert reports[0].cum_quantity == 40
    assert kinds(floor.after(15)) == ["filled"]


def test_a_bust_is_told_three_seconds_later_and_what_follows_it_comes_after_it() -> None:
    floor = Faulty("bust@AIG")
    assert kinds(floor.submit()) == ["accepted", "filled"]
    reports = floor.after(3)
    assert kinds(reports) == ["busted", "canceled"]
    assert [one.cum_quantity for one in reports] == [0, 0]


def test_without_the_fault_mode_what_was_kept_is_told_in_the_next_session() -> None:
    floor = Faulty("silence@AIG")
    assert floor.submit() == []
    floor.terms()
    assert kinds(floor.connect()) == ["accepted", "filled"]
