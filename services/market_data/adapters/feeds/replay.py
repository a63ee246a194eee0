"""Replays files of ticks or bars, plain or gzip CSV, several merged in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from services.market_data.adapters.feeds.layouts import Layout, layout_of, times
from services.market_data.core.block import EMPTY, Block, joined
from services.market_data.core.calendar import Calendar
from services.market_data.settings import MarketDataSettings
from shared.instruments import Instrument
from shared.logs import log
from shared.types import Time

ROWS_PER_CHUNK = 100_000
FOREVER = 2**62


class ReplayFailed(Exception):
    """There is nothing there to replay; the text says why."""


class _File:
    """One file as a stream of blocks. Files of one symbol are read piece by piece, others whole."""

    def __init__(self, path: Path, spread: float) -> None:
        self.path, self._spread = path, spread
        self.numbers: dict[str, int] = {}
        columns = pd.read_csv(path, nrows=0).columns.tolist()
        layout = layout_of(columns)
        if layout is None:
            raise ReplayFailed(f"{path}: no known layout has the columns {', '.join(columns)}")
        self._layout: Layout = layout
        self._named = "symbol" if "symbol" in columns else "contract"
        self.symbols = sorted(set(pd.read_csv(path, usecols=[self._named], dtype=str)[self._named]))
        self.bad_rows = 0
        self._blocks = self._whole() if len(self.symbols) > 1 else self._pieces()
        self._waiting: Block = EMPTY
        self._is_over = False

    def _whole(self) -> Iterator[Block]:
        yield joined(list(self._pieces()))

    def _pieces(self) -> Iterator[Block]:
        first_row = 0
        text: Any = {self._named: str, "conditions": str, "ts": str, "date": str}
        with pd.read_csv(self.path, chunksize=ROWS_PER_CHUNK, dtype=text) as chunks:
            for frame in chunks:
                yield self._ticks(frame, first_row)
                first_row += len(frame)

    def _ticks(self, frame: pd.DataFrame, first_row: int) -> Block:
        moments, good = times(frame)
        row = np.arange(first_row, first_row + len(frame))
        frame, moments, row = frame[good], moments[good], row[good]
        block = self._layout.ticks(frame, moments, row, self._spread)
        if len(self.symbols) > 1:
            known = frame[self._named].map(self.numbers).to_numpy(np.int64)
            place = block.row - first_row if good.all() else np.searchsorted(row, block.row)
            block = block._replace(symbol=known[place])
        else:
            block = block._replace(symbol=block.symbol + self.numbers[self.symbols[0]])
        whole = block.part((~block.trade) | (block.bid > 0))
        self.bad_rows += int((~good).sum()) + block.size - whole.size
        return whole

    def _fill(self, until: int) -> None:
        """Read on until something later than `until` waits, or the file ends."""
        while not self._is_over and (
            not self._waiting.size or int(self._waiting.time_us[-1]) <= until
        ):
            block = next(self._blocks, None)
            if block is None:
                self._is_over = True
                if self.bad_rows:
                    log().warning("rows skipped", file=self.path.name, rows=self.bad_rows)
            else:
                self._waiting = joined([self._waiting, block])

    def take(self, until: int) -> Block:
        """Every tick up to a time."""
        self._fill(until)
        place = int(np.searchsorted(self._waiting.time_us, until, side="right"))
        taken, self._waiting = (
            self._waiting.part(slice(0, place)),
            self._waiting.part(slice(place, None)),
        )
        return taken

    def next_time(self) -> int | None:
        """The time of the next tick."""
        if not self._waiting.size:
            self._fill(-1)
        return int(self._waiting.time_us[0]) if self._waiting.size else None

    def reach(self, ticks: int) -> int:
        """The time of about the `ticks`-th tick that waits."""
        if self.next_time() is None:
            return FOREVER
        return int(self._waiting.time_us[min(ticks, self._waiting.size) - 1])


class Replay:
    """Files merged. Ticks of the same time come in the order of the files' names."""

    simulated = False

    def __init__(self, path: Path, begin: Time | None, spread: float) -> None:
        self.source = "replay"
        paths = _files(path)
        self._files = [_File(path, spread) for path in paths]
        self.symbols = tuple(sorted({name for file in self._files for name in file.symbols}))
        for file in self._files:
            file.numbers = {name: number for number, name in enumerate(self.symbols)}
        first = min(t for f in self._files if (t := f.next_time()) is not None)
        self.begins_at = begin if begin is not None else Time(first)
        self._standing = self._last_quotes(int(self.begins_at) - 1)

    def _last_quotes(self, until: int) -> Block:
        if until < 0:
            return EMPTY
        last: dict[int, Block] = {}
        for file in self._files:
            before = file.take(until)
            quotes = before.part(~before.trade)
            for symbol in np.unique(quotes.symbol):
                mine = quotes.part(quotes.symbol == symbol)
                last[int(symbol)] = mine.part(slice(mine.size - 1, None))
        return joined(list(last.values()))

    def standing(self) -> Block:
        """The last quote before the beginning, of each symbol."""
        return self._standing

    def take(self, until: Time) -> Block:
        """Every tick up to a time."""
        return joined([file.take(int(until)) for file in self._files])

    def next_time(self) -> Time | None:
        """The time of the next tick, None at the end of all files."""
        waiting = [t for file in self._files if (t := file.next_time()) is not None]
        return Time(min(waiting)) if waiting else None

    def reach(self, ticks: int) -> Time:
        """A time up to which about that many ticks wait."""
        return Time(min(file.reach(ticks) for file in self._files))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.name.endswith((".csv", ".csv.gz")))
        if not found:
            raise ReplayFailed(f"{path}: no .csv or .csv.gz file in this folder")
        return found
    if not path.exists():
        raise ReplayFailed(f"{path}: no such file or folder")
    return [path]


def make(
    settings: MarketDataSettings,
    argument: str,
    instruments: dict[str, Instrument],
    calendar: Calendar,
    resume_at: Time | None,
) -> Replay:
    """The feed `replay:PATH`, from the settings' time or from where the clock stopped, whichever
    is later.
    """
    if not argument:
        raise ReplayFailed("say what to replay: replay:PATH")
    begins = [time for time in (settings.begin, resume_at) if time is not None]
    return Replay(Path(argument).expanduser(), max(begins, default=None), settings.spread_bps)
