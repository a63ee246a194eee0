"""Telemetry to InfluxDB: a bounded queue, a thread of its own, the oldest dropped and counted.
Trading never waits.

Points are lines of the line protocol with nanosecond times. While InfluxDB is not there, the
queue is the backlog.
"""

from __future__ import annotations

import threading
from collections import deque

from shared.influx import InfluxAway, InfluxRefused, InfluxWriter
from shared.logs import log
from shared.metrics import DROPPED

LINES_MAX = 200_000
_LINES_PER_WRITE = 5000
_PAUSE_S, _TIMEOUT_S = 0.5, 5.0


class Telemetry:
    """Sends lines in the background; `close` gives it a moment to finish."""

    def __init__(self, url: str, lines_max: int = LINES_MAX) -> None:
        self._lines: deque[str] = deque(maxlen=lines_max)
        self._url, self._stop, self.dropped = url, threading.Event(), 0
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        if url:
            self._thread.start()

    def add(self, line: str) -> None:
        """Queue one point."""
        if not self._url:
            return
        if len(self._lines) == self._lines.maxlen:
            self.dropped += 1
            DROPPED.labels("influx").inc()
        self._lines.append(line)

    def close(self, timeout_s: float = 2.0) -> None:
        """Stop after what is queued has been tried once more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        influx = InfluxWriter(self._url, _TIMEOUT_S)
        while not (self._stop.is_set() and not self._lines):
            if not self._send(influx) and self._stop.is_set():
                break
            self._stop.wait(_PAUSE_S)
        influx.close()

    def _send(self, influx: InfluxWriter) -> bool:
        while self._lines:
            batch = [self._lines.popleft() for _ in range(min(_LINES_PER_WRITE, len(self._lines)))]
            try:
                influx.write("\n".join(batch).encode())
            except InfluxRefused as error:
                log().error("InfluxDB refuses points", points=len(batch), error=str(error))
                self._lose(len(batch))
            except InfluxAway:
                room = (self._lines.maxlen or 0) - len(self._lines)
                lost = max(0, len(batch) - room)
                self._lose(lost)
                self._lines.extendleft(reversed(batch[lost:]))
                return False
        return True

    def _lose(self, count: int) -> None:
        self.dropped += count
        DROPPED.labels("influx").inc(count)


def tags(measurement: str, **named: str) -> str:
    """The head of a line: the measurement and its tags, escaped; empty tags are left out."""
    pairs = "".join(f",{name}={_escaped(value)}" for name, value in named.items() if value)
    return measurement + pairs


def _escaped(value: str) -> str:
    for character in (",", "=", " "):
        value = value.replace(character, "\\" + character)
    return value
