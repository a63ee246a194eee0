"""Volume-weighted average price: slices in proportion to the volume expected in each bin.

Trading in proportion to the market's volume buys at the market's volume-weighted price up to the
spread (Berkowitz, Logue and Noser, Journal of Finance 43(1), 1988); a static curve is the best
schedule where volume and price move independently (Konishi, Journal of Financial Markets 5(2),
2002). The curve comes with the plan: see `shared/volume_curve.py`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce

from services.oms.core.algorithms.interface import Progress, share
from services.oms.core.algorithms.schedule import once_a_bin
from services.oms.core.algorithms.tape import Tape
from services.oms.core.numbers import plus
from shared.types import ZERO, Algorithm, Time


def vwap(plan: Algorithm, progress: Progress, tape: Tape, at: Time) -> Decimal:
    """Up to quantity * the curve's share of bins 1..k, in whole lots, once bin k has begun; the
    last bin has the rest.
    """
    return once_a_bin(target, plan, progress, at)


def target(plan: Algorithm, progress: Progress, begun: int) -> Decimal:
    """What should have been released once that many bins have begun, fewer than all."""
    expected = reduce(plus, plan.curve[:begun], ZERO)
    whole = reduce(plus, plan.curve[begun:], expected)
    return share(progress.quantity, expected, whole, progress.lot)
