"""What is wrong with a quote: crossed, locked, zero, stale. Flags do not drop it; whoever trades
on it decides.
"""

from __future__ import annotations

from math import isfinite

from shared.events.market import QuoteFlag


def flags(bid: float, ask: float, age_us: int, stale_us: int) -> tuple[QuoteFlag, ...]:
    """The flags of a quote. `zero` covers every side that is no positive finite number; `age_us` is
    how long its feed has given no sign of life.
    """
    found = []
    if not (isfinite(bid) and isfinite(ask) and bid > 0 and ask > 0):
        found.append(QuoteFlag.ZERO)
    elif bid > ask:
        found.append(QuoteFlag.CROSSED)
    elif bid == ask:
        found.append(QuoteFlag.LOCKED)
    if age_us > stale_us:
        found.append(QuoteFlag.STALE)
    return tuple(found)
