"""The import contracts hold here, and each is broken by a tree that deserves it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

GOOD = {
    "shared/__init__.py": "",
    "shared/times.py": "import datetime",
    "shared/types.py": "import shared.times",
    "shared/messages.py": "import shared.types",
    "shared/commands.py": "import shared.messages",
    "shared/events/__init__.py": "",
    "shared/events/risk.py": "import shared.messages",
    "shared/topics.py": "import shared.commands, shared.events.risk",
    "shared/codec.py": "import shared.topics",
    "shared/bus/__init__.py": "",
    "shared/bus/kafka.py": "import aiokafka, shared.codec",
    **{f"shared/{name}.py": "" for name in ("clock", "logs", "metrics", "settings", "telemetry")},
    "shared/store.py": "import psycopg, shared.codec, shared.bus",
    "shared/service.py": "import asyncio, shared.store, shared.bus.kafka",
    "services/__init__.py": "",
    "services/risk/__init__.py": "",
    "services/risk/__main__.py": "import services.risk.wiring",
    "services/risk/wiring.py": "import services.risk.handlers, shared.service",
    "services/risk/handlers.py": "import services.risk.core.gate, shared.commands",
    "services/risk/core/__init__.py": "",
    "services/risk/core/gate.py": "import decimal, shared.types",
    "services/oms/__init__.py": "",
    "services/oms/core/__init__.py": "",
    "services/oms/core/order.py": "import shared.events.risk",
    "simulation/__init__.py": "",
    "simulation/world.py": "import services.risk.handlers, services.oms.core.order",
    "plimsoll/__init__.py": "",
    "plimsoll/cli.py": "import httpx, shared.topics",
}
BAD = {
    "Rooms are strangers": ("services/risk/handlers.py", "import services.oms.core.order"),
    "Inside a room imports point inwards": ("services/risk/core/gate.py", "from .. import wiring"),
    "Services stand on shared, never the other way round": (
        "shared/service.py",
        "import services.oms",
    ),
    "Inside shared imports point inwards": ("shared/commands.py", "import shared.codec"),
    "Cores and messages are pure": ("services/oms/core/order.py", "import time"),
    "Nothing imports the simulation or the tests": ("services/risk/wiring.py", "import simulation"),
    "The client knows the rooms by their interfaces only": (
        "plimsoll/cli.py",
        "import services.risk.handlers",
    ),
}


def lint(folder: Path) -> tuple[int, set[str]]:
    """The exit code of lint-imports there, and the names of the broken contracts."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True)
    return done.returncode, set(re.findall(r"^(.+?) BROKEN", done.stdout, re.MULTILINE))


def tree(folder: Path, *extra: tuple[str, str]) -> None:
    """The good tree under the project's contracts, with lines added to some files."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path, text in [*GOOD.items(), *((path, GOOD[path] + "\n" + line) for path, line in extra)]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text + "\n")


def test_the_contracts_hold_in_the_project() -> None:
    assert lint(ROOT) == (0, set())


def test_the_contracts_let_a_good_tree_pass(tmp_path: Path) -> None:
    tree(tmp_path)
    assert lint(tmp_path) == (0, set())


@pytest.mark.parametrize("contract", BAD)
def test_each_contract_is_broken_by_the_import_it_forbids(contract: str, tmp_path: Path) -> None:
    tree(tmp_path, BAD[contract])
    code, broken = lint(tmp_path)
    assert (code, contract in broken) == (1, True)


def test_every_contract_has_its_bad_tree() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(BAD)
