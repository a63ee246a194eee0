"""One measurement, as `plimsoll bench --json` prints it."""

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is what was measured; `ratio` is value / reference_value, where there is a reference.

    `goal` says what must hold, of the ratio where there is one, else of the value.
    """

    name: str
    value: float
    unit: str
    reference: str | None = None
    reference_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None


def against(
    name: str, value: float, unit: str, reference: str, reference_value: float, ratio_max: float
) -> Result:
    """A value that may be at most so many times its reference."""
    ratio = value / reference_value
    return Result(
        name=name,
        value=round(value, 4),
        unit=unit,
        reference=reference,
        reference_value=round(reference_value, 4),
        ratio=round(ratio, 3),
        goal=f"ratio <= {ratio_max:g}",
        met=ratio <= ratio_max,
    )


def at_least(name: str, value: float, unit: str, floor: float) -> Result:
    """A value with a floor."""
    met = value >= floor
    return Result(name=name, value=round(value, 4), unit=unit, goal=f">= {floor:g}", met=met)


def at_most(name: str, value: float, unit: str, ceiling: float) -> Result:
    """A value with a ceiling."""
    met = value <= ceiling
    return Result(name=name, value=round(value, 4), unit=unit, goal=f"<= {ceiling:g}", met=met)


def told(name: str, value: float, unit: str) -> Result:
    """A value without a goal: it explains the others."""
    return Result(name=name, value=round(value, 4), unit=unit)


def quantile(sorted_values: list[float], share: float) -> float:
    """The value that so large a share of the values does not pass (nearest rank)."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]
