"""The backlog of ticks: nothing is lost that can be kept, and all that is lost is counted."""

from __future__ import annotations

import pytest

from services.market_data.adapters import ticks_influx
from services.market_data.adapters.ticks_influx import TickRecorder
from tests.stack import wait_for
from tests.unit.influx import taker


def test_what_was_not_taken_is_written_later_and_in_order() -> None:
    with taker() as influx:
        influx.statuses = [503, 204]
        recorder = TickRecorder(influx.url, 1000)
        for number in range(5):
            recorder.add_line(f"a x={number} {number}")
        wait_for(lambda: recorder.written, lambda written: written == 5)
        recorder.close()
        assert influx.lines()[-5:] == [f"a x={number} {number}" for number in range(5)]
        assert recorder.dropped == 0


def test_what_is_refused_for_good_is_counted_and_does_not_hold_up_what_follows() -> None:
    with taker() as influx:
        influx.statuses = [400, 204]
        recorder = TickRecorder(influx.url, 1000)
        recorder.add_line("rubbish")
        wait_for(lambda: recorder.dropped, lambda dropped: dropped == 1)
        recorder.add_line("a x=1 1")
        wait_for(lambda: recorder.written, lambda written: written == 1)
        recorder.close()
        assert influx.lines() == ["rubbish", "a x=1 1"]


def test_the_oldest_are_dropped_and_counted_while_nobody_takes_any() -> None:
    with taker() as influx:
        influx.statuses = [503]
        recorder = TickRecorder(influx.url, 10)
        for number in range(25):
            recorder.add_line(f"a x={number} {number}")
        assert recorder.dropped == 15
        influx.statuses = [204]
        wait_for(lambda: recorder.written, lambda written: written == 10)
        recorder.close()
        assert influx.lines()[-10:] == [f"a x={number} {number}" for number in range(15, 25)]


def test_a_feed_waits_only_for_an_influx_that_takes_points_too_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticks_influx, "LINES_BEHIND", 3)
    with taker() as influx:
        influx.statuses = [503]
        recorder = TickRecorder(influx.url, 1000)
        for number in range(10):
            recorder.add_line(f"a x={number} {number}")
        assert not recorder.is_behind  # nobody is there: trading goes on
        influx.statuses = [204]
        wait_for(lambda: recorder.written, lambda written: written == 10)
        influx.answers.clear()
        for number in range(10):
            recorder.add_line(f"b x={number} {number}")
        assert recorder.is_behind
        influx.answers.set()
        wait_for(lambda: recorder.is_behind, lambda behind: not behind)
        recorder.close()
