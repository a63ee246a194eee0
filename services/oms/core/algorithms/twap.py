"""Time-weighted average price: equal slices, one at the beginning of each bin.

With a price impact that is linear in the rate of trading and no view of the price, this is the
schedule of the least expected cost (Almgren and Chriss, Optimal execution of portfolio
transactions, Journal of Risk 3(2), 2000).
"""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.algorithms.interface import Progress, share
from services.oms.core.algorithms.schedule import once_a_bin
from services.oms.core.algorithms.tape import Tape
from shared.types import Algorithm, Time


def twap(plan: Algorithm, progress: Progress, tape: Tape, at: Time) -> Decimal:
    """Up to quantity * k / bins, in whole lots, once bin k has begun; the last bin has the rest."""
    return once_a_bin(target, plan, progress, at)


def target(plan: Algorithm, progress: Progress, begun: int) -> Decimal:
    """What should have been released once that many bins have begun, fewer than all."""
    return share(progress.quantity, Decimal(begun), Decimal(plan.bins), progress.lot)
