"""All in its place: mirrored tests, packages known to linters, folders known to pytest."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.conftest import data_verdict
from tests.tidy.tree import ROOT, cores, expect_none, name, sources

PACKAGES = ("shared", "services", "quant", "simulation", "plimsoll")


def mirror(path: str) -> str:
    """Where the test of a source file stands."""
    folder, _, file = path.rpartition("/")
    return f"tests/unit/{folder}/test_{file}"


def holds_only_words(text: str) -> bool:
    """Whether a module defines nothing to be tested: no function, with or without a class."""
    return "def " not in text


def without_mirror(paths: list[Path], root: Path) -> list[str]:
    """The files that have something to test and no test of the same path."""
    return [
        f"{path.relative_to(root).as_posix()}: no {mirror(path.relative_to(root).as_posix())}"
        for path in paths
        if path.name != "__init__.py"
        and not holds_only_words(path.read_text())
        and not (root / mirror(path.relative_to(root).as_posix())).exists()
    ]


def settings() -> dict[str, Any]:
    tools: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    return tools


def test_every_core_file_has_a_mirrored_test() -> None:
    quant = [path for path in sources() if name(path).startswith("quant/")]
    expect_none(without_mirror([*cores(), *quant], ROOT))


def test_every_package_is_under_the_import_contracts() -> None:
    present = [p for p in PACKAGES if (ROOT / p / "__init__.py").exists()]
    assert sorted(settings()["importlinter"]["root_packages"]) == sorted(present)


def without_init(root: Path) -> list[str]:
    """Folders of a package that are no packages: the import contracts would not see them."""
    folders = {path.parent for package in PACKAGES for path in (root / package).rglob("*.py")}
    bare = (folder for folder in folders if not (folder / "__init__.py").exists())
    return sorted(folder.relative_to(root).as_posix() for folder in bare)


def test_every_folder_of_a_package_is_a_package() -> None:
    expect_none(without_init(ROOT))


def test_every_folder_of_tests_is_run() -> None:
    found = {name(path).split("/")[1] for path in sources() if _is_test(name(path))}
    known = {
        path.removeprefix("tests/") for path in settings()["pytest"]["ini_options"]["testpaths"]
    }
    assert found - known == set()


def _is_test(path: str) -> bool:
    return path.startswith("tests/") and path.rpartition("/")[2].startswith("test_")


def test_every_module_begins_with_a_docstring() -> None:
    silent = [name(p) for p in sources() if p.read_text().strip() and not _speaks(p.read_text())]
    assert silent == []


def _speaks(text: str) -> bool:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return next(lines, "").startswith(('"""', 'r"""'))


def test_the_rules_find_bad_samples_and_only_those(tmp_path: Path) -> None:
    for path in ("services/risk/core/gate.py", "services/risk/core/limits.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("def f() -> int:\n    return 1\n")
    test = tmp_path / mirror("services/risk/core/limits.py")
    test.parent.mkdir(parents=True)
    test.write_text("")
    found = without_mirror(sorted(tmp_path.glob("services/**/*.py")), tmp_path)
    assert found == [
        "services/risk/core/gate.py: no tests/unit/services/risk/core/test_gate.py",
    ]
    assert without_init(tmp_path) == ["services/risk/core"]
    assert _speaks('#!/x\n"""Says."""\n') and not _speaks("import os\n")
    assert _is_test("tests/unit/test_a.py") and not _is_test("tests/unit/stack.py")


def test_absent_data_is_skipped_by_people_and_refused_by_ci() -> None:
    assert data_verdict(present=True, required=True) == "run"
    assert data_verdict(present=False, required=False) == "skip"
    assert data_verdict(present=False, required=True) == "refuse"
