"""All ticks to InfluxDB: a bounded backlog of batches, a thread of its own, oldest dropped and
counted. What InfluxDB refuses for good is dropped and counted too: one unreadable point must not
hold up all that follow.
"""

from __future__ import annotations

import threading
from collections import deque

from services.market_data.core.batches import lines
from shared.events.market import BarClosed, TickBatch
from shared.influx import InfluxAway, InfluxRefused, InfluxWriter
from shared.logs import log
from shared.metrics import DROPPED

LINES_PER_WRITE = 20_000
LINES_BEHIND = 5 * LINES_PER_WRITE
PAUSE_S, TIMEOUT_S = 0.2, 10.0


class TickRecorder:
    """Keeps batches until InfluxDB has them; `lines_max` ticks at most."""

    def __init__(self, url: str, lines_max: int) -> None:
        self._url, self._lines_max = url, lines_max
        self._waiting: deque[tuple[int, TickBatch | str]] = deque()
        self._count, self.dropped, self.written = 0, 0, 0
        self._is_taken = False
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticks", daemon=True)
        if url:
            self._thread.start()

    @property
    def is_behind(self) -> bool:
        """Whether InfluxDB takes points more slowly than they come: a feed that goes as fast as it
        can should wait. False while it takes none.
        """
        return self._is_taken and self._count > LINES_BEHIND

    def add(self, batch: TickBatch) -> None:
        """Record the ticks of a batch."""
        self._put(len(batch.time_us), batch)

    def add_bar(self, bar: BarClosed, run: str) -> None:
        """Record a bar as `bars_1s` or `bars_1m`."""
        name = "bars_1s" if bar.seconds == 1 else "bars_1m"
        fields = (
            f"open={bar.open},high={bar.high},low={bar.low},close={bar.close},"
            f"volume={bar.volume},trades={bar.trades}i"
        )
        tags = f"{name},run={run},source={bar.source},symbol={bar.symbol}"
        self._put(1, f"{tags} {fields} {int(bar.start) * 1000}")

    def add_line(self, line: str) -> None:
        """Record any other line."""
        self._put(1, line)

    def _put(self, count: int, what: TickBatch | str) -> None:
        if not self._url:
            return
        with self._lock:
            self._waiting.append((count, what))
            self._count += count
            while self._count > self._lines_max and len(self._waiting) > 1:
                lost, _ = self._waiting.popleft()
                self._forget(lost)

    def _forget(self, lost: int) -> None:
        self._count -= lost
        self.dropped += lost
        DROPPED.labels("ticks").inc(lost)

    def _some(self) -> list[tuple[int, TickBatch | str]]:
        some, size = [], 0
        with self._lock:
            while self._waiting and size < LINES_PER_WRITE:
                some.append(self._waiting.popleft())
                size += some[-1][0]
        return some

    def _run(self) -> None:
        influx = InfluxWriter(self._url, TIMEOUT_S)
        while not (self._stop.is_set() and not self._waiting):
            if not self._write(influx):
                if self._stop.is_set():
                    break
                self._stop.wait(PAUSE_S * 5)
            self._stop.wait(PAUSE_S)
        influx.close()

    def _write(self, influx: InfluxWriter) -> bool:
        while some := self._some():
            text = "\n".join(w if isinstance(w, str) else lines(w) for _, w in some)
            size = sum(count for count, _ in some)
            try:
                influx.write(text.encode())
            except InfluxRefused as error:
                log().error("InfluxDB refuses points", points=size, error=str(error))
                with self._lock:
                    self._forget(size)
            except InfluxAway as error:
                self._keep(some, error)
                return False
            else:
                with self._lock:
                    self._count -= size
                self.written += size
                self._is_taken = True
        return True

    def _keep(self, some: list[tuple[int, TickBatch | str]], error: InfluxAway) -> None:
        if self._is_taken:
            log().warning("InfluxDB takes no points", error=str(error))
        self._is_taken = False
        with self._lock:
            self._waiting.extendleft(reversed(some))

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop after one more try."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
