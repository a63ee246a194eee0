"""The reference of the gate: nautilus_trader's RiskEngine, in an environment of its own.

The environment is made once, under the system's temporary directory. Where it cannot be made (no
package index), twelve checks in plain Python on ints and dicts stand in, and the name says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Protocol

PACKAGE = "nautilus_trader==1.221.0"
SCRIPT = Path(__file__).with_name("nautilus_script.py")
ENGINE = Path(__file__).with_name("nautilus_engine.py")
INSTALL_S_MAX = 300


class Peer(Protocol):
    """Something to measure beside ours."""

    @property
    def name(self) -> str:
        """What it is."""

    def measure(self) -> float:
        """Microseconds an order, now."""


def environment() -> Path | None:
    """The Python that has the package, made where it is missing; None where that fails."""
    folder = Path(tempfile.gettempdir()) / f"plimsoll-bench-nautilus-{os.getuid()}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists() and not _make(folder, python):
        return None
    return python


def _make(folder: Path, python: Path) -> bool:
    uv = [sys.executable, "-m", "uv"]
    steps = (
        [*uv, "venv", "--quiet", "--python", sys.executable, "--clear", str(folder)],
        [*uv, "pip", "install", "--quiet", "--python", str(python), PACKAGE],
    )
    try:
        for step in steps:
            subprocess.run(step, check=True, timeout=INSTALL_S_MAX, capture_output=True)
    except (subprocess.SubprocessError, OSError):
        return False
    (folder / "ready").touch()
    return True


class Nautilus(NamedTuple):
    """The real one."""

    python: Path
    name: str = f"{PACKAGE} RiskEngine, cash account, market and limit orders"
    script: Path = SCRIPT

    def measure(self) -> float:
        """Its own process each time, so that nothing of ours is in its way."""
        ran = subprocess.run(
            [str(self.python), str(self.script)], check=True, capture_output=True, text=True
        )
        return float(json.loads(ran.stdout)["us_per_order"])


class Floor(NamedTuple):
    """Twelve checks in plain Python on ints and dicts: no Decimal, no view, no reasons."""

    name: str = "12 checks in plain Python on ints (nautilus_trader could not be installed)"

    def measure(self) -> float:
        """Microseconds an order."""
        count = 100_000
        limits = dict.fromkeys(range(50), (10_000, 10**9, 10**6, 10**13))
        last = dict.fromkeys(range(500), 10_000)
        held: dict[tuple[int, int], int] = {}
        gross: dict[int, int] = {}
        seen: set[int] = set()
        began = time.process_time()
        for number in range(count):
            account, symbol, quantity, price = number % 50, number % 499, 100, 10_000
            quantity_max, notional_max, position_max, gross_max = limits[account]
            if number in seen or quantity <= 0 or quantity > quantity_max:
                continue
            known = last.get(symbol)
            if known is None or abs(price - known) * 10_000 > 500 * known:
                continue
            notional = quantity * price
            position = held.get((account, symbol), 0) + quantity
            total = gross.get(account, 0) + notional
            if notional > notional_max or position > position_max or total > gross_max:
                continue
            seen.add(number)
            held[account, symbol], gross[account] = position, total
        return (time.process_time() - began) / count * 1e6


def reference(state: Path) -> Peer:
    """The real one where it can be had."""
    python = environment()
    return Floor() if python is None else Nautilus(python)


def engine_reference() -> Peer | None:
    """Its backtest engine, a market order a quote, from order to fill; None where it cannot be."""
    python = environment()
    name = f"{PACKAGE} BacktestEngine, a market order a quote, less the quote"
    return None if python is None else Nautilus(python, name, ENGINE)
