"""What the markers mean. `data`: reads ../shared. `deep`: only `make test-deep` runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"
UNIT = Path(__file__).parent / "unit"
UNIT_TEST_S_MAX = 10


def data_verdict(present: bool, required: bool) -> str:
    """What becomes of the tests marked `data`: run, skip or refuse."""
    if present:
        return "run"
    return "refuse" if required else "skip"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests marked `data` out, or refuse to run at all, where there is no data."""
    required = os.environ.get("PLIMSOLL_REQUIRE_DATA") == "1"
    verdict = data_verdict(DATA.is_dir(), required)
    if verdict == "refuse":
        raise pytest.UsageError("PLIMSOLL_REQUIRE_DATA=1, but the folder ../shared is absent")
    for item in items:
        if verdict == "skip" and item.get_closest_marker("data"):
            item.add_marker(pytest.mark.skip(reason="not run: the folder ../shared is absent"))
        if item.path.is_relative_to(UNIT) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(UNIT_TEST_S_MAX))
