"""An algorithm as asked for: how an order is to be worked between two market times."""

from __future__ import annotations

from decimal import Decimal

from services.gateway.core.bodies import moment
from services.gateway.core.numbers import number, plain, positive
from services.gateway.core.problems import invalid
from services.gateway.core.wanted import Plan, word
from shared.types import SECOND_US, ZERO, Algorithm, Time

NAMES = {name: name for name in ("twap", "vwap", "pov")}
BINS_MAX = 1_000
BINS = Algorithm(name="", starts_at=Time(0), ends_at=Time(0)).bins


def algorithm_of(plan: Plan, at: Time) -> Algorithm:
    """The algorithm of an order that is posted at market time `at`, which is when it begins unless
    it says so; a VWAP may lack its curve. Raises Problem.
    """
    name = word(plan.name, "algorithm.name", NAMES)
    starts_at = at if plan.starts_at is None else moment(plan.starts_at, "algorithm.starts_at")
    if plan.ends_at is None:
        raise invalid("algorithm.ends_at is required")
    ends_at = moment(plan.ends_at, "algorithm.ends_at")
    if ends_at <= starts_at:
        raise invalid(f"algorithm.ends_at {ends_at} is not after starts_at {starts_at}")
    if ends_at <= at:
        raise invalid(f"algorithm.ends_at {ends_at} is in the past: it is {at}")
    bins = _bins(plan, name)
    if name != "pov" and ends_at - starts_at < bins * SECOND_US:
        raise invalid(f"algorithm.bins: {bins} bins are shorter than a second each")
    return Algorithm(
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
        bins=bins,
        curve=_curve(plan, name, bins),
        rate=_rate(plan, name),
    )


def _bins(plan: Plan, name: str) -> int:
    if plan.bins is None:
        return len(plan.curve) if plan.curve else BINS
    if name == "pov":
        raise invalid("pov takes no algorithm.bins: it follows the market minute by minute")
    if not 1 <= plan.bins <= BINS_MAX:
        raise invalid(f"algorithm.bins must be a whole number from 1 to {BINS_MAX}")
    return plan.bins


def _curve(plan: Plan, name: str, bins: int) -> tuple[Decimal, ...]:
    if plan.curve is None:
        return ()
    if name != "vwap":
        raise invalid(f"{name} takes no algorithm.curve")
    found = [number(raw, "algorithm.curve") for raw in plan.curve]
    volumes = tuple(one for one in found if one is not None and one >= 0)
    if len(volumes) != len(found) or not sum(volumes, ZERO):
        raise invalid("algorithm.curve must be volumes: none below zero, not all zero")
    if len(volumes) != bins or bins > BINS_MAX:
        raise invalid(f"algorithm.curve has {len(volumes)} volumes for {bins} bins")
    return volumes


def _rate(plan: Plan, name: str) -> Decimal | None:
    rate = positive(plan.rate, "algorithm.rate")
    if name == "pov" and rate is None:
        raise invalid("pov requires algorithm.rate: the share of the market's volume, at most 1")
    if name != "pov" and rate is not None:
        raise invalid(f"{name} takes no algorithm.rate")
    if rate is not None and rate > 1:
        raise invalid(f"algorithm.rate must be at most 1, not {plain(rate)}")
    return rate
