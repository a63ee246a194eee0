"""All ticks to InfluxDB: a bounded backlog of written-out batches, a thread of its own, oldest
dropped and counted.
"""

from __future__ import annotations

import threading
from collections import deque

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi

from services.market_data.core.batches import lines
from shared.events.market import BarClosed, TickBatch
from shared.metrics import DROPPED
from shared.telemetry import BUCKET

LINES_PER_WRITE = 20_000
PAUSE_S = 0.2


class TickRecorder:
    """Keeps batches until InfluxDB has them; `lines_max` ticks at most."""

    def __init__(self, url: str, lines_max: int) -> None:
        self._url, self._lines_max = url, lines_max
        self._waiting: deque[tuple[int, TickBatch | str]] = deque()
        self._count, self.dropped, self.written = 0, 0, 0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticks", daemon=True)
        if url:
            self._thread.start()

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
        with InfluxDBClient(url=self._url, token="-", org="-", timeout=10_000) as client:
            api = client.write_api(write_options=SYNCHRONOUS)
            while not (self._stop.is_set() and not self._waiting):
                if not self._write(api):
                    if self._stop.is_set():
                        return
                    self._stop.wait(PAUSE_S * 5)
                self._stop.wait(PAUSE_S)

    def _write(self, api: WriteApi) -> bool:
        while some := self._some():
            text = "\n".join(w if isinstance(w, str) else lines(w) for _, w in some)
            try:
                api.write(bucket=BUCKET, org="-", record=text.encode())
            except Exception:  # noqa: BLE001  (whatever it is: keep the ticks, try again later)
                with self._lock:
                    self._waiting.extendleft(reversed(some))
                return False
            size = sum(count for count, _ in some)
            with self._lock:
                self._count -= size
            self.written += size
        return True

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop after one more try."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
