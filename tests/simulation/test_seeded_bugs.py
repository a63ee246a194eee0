"""Each bug of `bugs/` is put into a copy of the tree; the simulator finds it within 100 seeds.
The tree as it is passes them. A patch says in its first line what the bug is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT

BUGS = sorted(Path(__file__).with_name("bugs").glob("*.patch"))
PACKAGES = ("shared", "services", "simulation", "deploy")
SEEDS = "1..100"


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the simulator runs."""
    folder = tmp_path_factory.mktemp("bugs")
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def patch(tree: Path, bug: Path, *flags: str) -> None:
    """Put a bug in, or take it out again."""
    command = ["git", "apply", "--whitespace=nowarn", *flags, str(bug)]
    subprocess.run(command, cwd=tree, check=True, env={"GIT_DIR": str(tree / "none")})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.stem)
def test_a_seeded_bug_is_found(tree: Path, bug: Path) -> None:
    patch(tree, bug)
    try:
        command = [sys.executable, "-m", "simulation", "--seeds", SEEDS, "--first", "--json"]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    finally:
        patch(tree, bug, "--reverse")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout.splitlines()[0])
    assert found["invariant"] and found["seed"] <= 100


def test_there_are_at_least_twelve_bugs_and_each_says_what_it_is() -> None:
    assert len(BUGS) >= 12
    assert all(bug.read_text().splitlines()[0].endswith(".") for bug in BUGS)
