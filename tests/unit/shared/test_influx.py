"""Points over HTTP: what is sent, and what each answer means."""

from __future__ import annotations

import socket

import pytest

from shared.influx import InfluxAway, InfluxRefused, InfluxWriter
from tests.unit.influx import taker


def test_lines_go_out_as_they_are_with_nanosecond_times() -> None:
    with taker() as influx:
        writer = InfluxWriter(influx.url, 2)
        writer.write(b"a x=1 1\nb y=2i 2")
        writer.write(b"c z=3 3")
        writer.close()
        path = "/api/v2/write?bucket=plimsoll/autogen&org=-&precision=ns"
        assert influx.asked == [(path, b"a x=1 1\nb y=2i 2"), (path, b"c z=3 3")]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_not_understood_is_refused_with_the_words_of_the_server(status: int) -> None:
    with taker() as influx:
        influx.statuses = [status]
        with pytest.raises(InfluxRefused, match=f'{status}: {{"error":"cannot parse"}}'):
            InfluxWriter(influx.url, 2).write(b"x")
        assert len(influx.asked) == 1


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_any_other_answer_may_be_better_next_time(status: int) -> None:
    with taker() as influx:
        influx.statuses = [status]
        with pytest.raises(InfluxAway, match=str(status)):
            InfluxWriter(influx.url, 2).write(b"x")
        assert len(influx.asked) == 1


def test_nobody_there_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        writer = InfluxWriter(f"http://127.0.0.1:{taken.getsockname()[1]}", 2)
        with pytest.raises(InfluxAway):
            writer.write(b"x")
