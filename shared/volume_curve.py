"""How a day's volume spreads over its bins: the mean of past days, for VWAP.

Volume within a day has a shape that returns day after day, high at both ends (Jain and Joh, The
dependence between hourly prices and trading volume, Journal of Financial and Quantitative Analysis
23(3), 1988). Each day counts alike, whatever its volume: the shares are averaged, not the volumes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

PLACES = 12
"""Decimal places of each share, half even; the shares add up to 1 but for that rounding."""


def volume_curve(
    volumes_by_day: Mapping[date, Sequence[Decimal]], before: date, days: int
) -> tuple[Decimal, ...]:
    """The share of a day's volume expected in each bin, from the last `days` days that are
    strictly before `before`, or as many as there are.

    volumes_by_day: the volume in each bin of each day, all of one length, in any unit. Days from
    `before` on are not read at all: a curve never knows the day that it is for.

    Raises ValueError where there is no such day, one had no volume, a volume is no number or
    negative, or days differ in their bins.
    """
    known = sorted(day for day in volumes_by_day if day < before)
    used = known[-days:] if days > 0 else []
    if not used:
        raise ValueError(f"no day of the {days} before {before}")
    shares = [_shares(day, volumes_by_day[day]) for day in used]
    if len({len(of_day) for of_day in shares}) != 1:
        raise ValueError(f"days differ in their bins: {[len(of_day) for of_day in shares]}")
    by_bin = zip(*shares, strict=True)
    return tuple(_rounded(sum(of_bin, Fraction()) / len(used)) for of_bin in by_bin)


def _shares(day: date, volumes: Sequence[Decimal]) -> list[Fraction]:
    """Each bin's part of its day, exact."""
    if not all(volume.is_finite() and volume >= 0 for volume in volumes):
        raise ValueError(f"a volume of {day} is no number or negative")
    exact = [Fraction(volume) for volume in volumes]
    total = sum(exact)
    if not total:
        raise ValueError(f"no volume on {day}")
    return [volume / total for volume in exact]


def _rounded(share: Fraction) -> Decimal:
    return Decimal(round(share * 10**PLACES)).scaleb(-PLACES)
