"""The files of the project, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = {"__pycache__", "build", "dist", "node_modules"}
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".json", ".cfg", ".ini", ".txt", ".lock", ".mako"}
TEXT |= {".sh", ".sql", ".html", ".css", ".js", ".ts", ".tsx", ".properties", ".example", ""}

Rule = Callable[[str], list[str]]
"""The text of a file -> what is wrong with it, each beginning with a line number."""


def files(root: Path = ROOT) -> Iterator[Path]:
    """Every text file of the project, in order; hidden folders other than .ci are left out."""
    for path in sorted(root.iterdir()):
        hidden = path.name.startswith(".") and path.name != ".ci"
        if path.is_dir():
            if not hidden and path.name not in LEFT_OUT and path.suffix != ".egg-info":
                yield from files(path)
        elif path.suffix in TEXT and path.name != ".DS_Store":
            yield path


def sources() -> Iterator[Path]:
    """Every Python file of the project."""
    return (path for path in files() if path.suffix == ".py")


def cores() -> Iterator[Path]:
    """Every Python file of a core."""
    return (path for path in sources() if is_core(name(path)))


def name(path: Path) -> str:
    """The path as people write it, from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def is_core(path: str) -> bool:
    """Whether the file belongs to the pure part of a room."""
    parts = path.split("/")
    return parts[0] == "services" and "core" in parts[2:-1]


def findings(paths: Iterable[Path], rule: Rule) -> list[str]:
    """What the rule finds, as path:line: text."""
    return [
        f"{name(path)}:{found}"
        for path in paths
        for found in rule(path.read_text(encoding="utf-8", errors="replace"))
    ]


def expect_none(found: list[str]) -> None:
    """Fail with everything that was found, a line each."""
    assert not found, f"{len(found)} found\n" + "\n".join(found)
