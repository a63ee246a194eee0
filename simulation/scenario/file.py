"""Reads scenario files. Numbers are decimals as written; whatever is not in the format is an error
that names scenario and step.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import yaml

PROFILES = ("core", "gtc", "halt", "reopen", "policy")
NOT_PLAYED = "reopen"
CLIENT = {
    "submit": {"id", "qty", "tif", "poss", "deny", "px"},
    "cancel": {"id", "orig"},
    "replace": {"id", "orig", "qty", "px", "deny", "poss"},
    "status": {"id"},
}
BROKER: dict[str, set[str]] = {
    "ack": set(),
    "reject": set(),
    "pend": set(),
    "fill": {"e", "q", "p"},
    "canceled": set(),
    "replaced": {"qty"},
    "cxl_reject": set(),
    "dfd": set(),
    "expired": set(),
    "suspended": set(),
    "restated": {"qty", "split"},
    "bust": {"e", "ref"},
    "correct": {"e", "ref", "q", "p"},
}
SYSTEM: dict[str, set[str]] = {"timeout": set(), "restart": set()}
ALWAYS = {"id", "clid", "reason"}
"""What any input of a broker may have: the request it answers, the order it names, its words."""
INPUTS = {**CLIENT, **{name: keys | ALWAYS for name, keys in BROKER.items()}, **SYSTEM}
NEEDED = {
    "submit": {"id", "qty"},
    "cancel": {"id", "orig"},
    "replace": {"id", "orig"},
    "status": {"id"},
    "fill": {"e", "q", "p"},
    "replaced": {"id"},
    "bust": {"e", "ref"},
    "correct": {"e", "ref", "q", "p"},
}


class ScenarioInvalid(Exception):
    """The file is not in the format; the text says where."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One input and what must follow: see the head of a scenario file."""

    i: dict[str, Any]
    x: Any
    o: str = "X"
    out: list[list[Any]] = []
    snd: list[list[str]] = []
    dup: bool = False
    over: bool = False
    alert: Any = None


class Scenario(msgspec.Struct, frozen=True):
    """One history. `rules` names the house rules it is about; further fields are for people."""

    id: str
    src: str
    profile: str
    ver: str
    steps: list[Step]
    neg_ok: bool = False
    rules: list[str] = []


class _Loader(yaml.SafeLoader):
    """Numbers with a point or an exponent stay as they are written."""


def _decimal(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    text = str(loader.construct_scalar(node)).replace("_", "")  # type: ignore[arg-type]
    words = {".inf": "Infinity", "+.inf": "Infinity", "-.inf": "-Infinity", ".nan": "NaN"}
    return Decimal(words.get(text.lower(), text))


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read(path: Path) -> list[Scenario]:
    """The scenarios of a file that are to be played. Raises ScenarioInvalid."""
    try:
        told = yaml.load(path.read_text(), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioInvalid(f"{path}: {error}") from error
    if not isinstance(told, dict) or not isinstance(told.get("scenarios"), list):
        raise ScenarioInvalid(f"{path}: a mapping with the list `scenarios` is expected")
    if told.get("version") != 1:
        raise ScenarioInvalid(f"{path}: version 1 is expected, it says {told.get('version')!r}")
    found = [_scenario(path, number, one) for number, one in enumerate(told["scenarios"], 1)]
    twice = {one.id for one in found if sum(one.id == other.id for other in found) > 1}
    if twice:
        raise ScenarioInvalid(f"{path}: there are two of {', '.join(sorted(twice))}")
    return [one for one in found if one.profile != NOT_PLAYED]


def _scenario(path: Path, number: int, told: Any) -> Scenario:
    where = f"{path}: scenario {told.get('id', number) if isinstance(told, dict) else number}"
    try:
        made = msgspec.convert(told, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioInvalid(f"{where}: {error}") from error
    if made.profile not in PROFILES:
        raise ScenarioInvalid(f"{where}: profile {made.profile!r} is none of {PROFILES}")
    for place, step in enumerate(made.steps, 1):
        fault = _fault(step)
        if fault is not None:
            raise ScenarioInvalid(f"{where}, step {place}: {fault}")
    return made


def _fault(step: Step) -> str | None:
    kind = step.i.get("t")
    if kind not in INPUTS:
        return f"input {kind!r} is none of {', '.join(INPUTS)}"
    given = set(step.i) - {"t"}
    if given - INPUTS[kind]:
        return f"{kind} has no {', '.join(sorted(given - INPUTS[kind]))}"
    missing = NEEDED.get(kind, set()) - given
    if missing:
        return f"{kind} needs {', '.join(sorted(missing))}"
    if step.x != "absent" and not (isinstance(step.x, list) and len(step.x) == 5):
        return "x is `absent` or [status, order_qty, cum_qty, leaves_qty, avg_px]"
    if step.alert is not None and not isinstance(step.alert, str | list):
        return "alert is a name or a list of names"
    return None
