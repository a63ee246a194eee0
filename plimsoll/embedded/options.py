"""How a stack is to run: flags over PLIMSOLL_* over what the stack ran with last over defaults."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State, read_json, write_private

REPLAY = "replay:"


@dataclass(frozen=True, kw_only=True)
class Options:
    """None: as last time, or the default. `kill_at` is for tests and is not remembered.
    `processes`: how many a room has, where that is not one.
    """

    port: int | None = None
    feed: str | None = None
    start_from: str | None = None
    speed: float | None = None
    seed: int | None = None
    partitions: int | None = None
    kill_at: str | None = None
    processes: dict[str, int] | None = None

    def over(self, other: "Options") -> "Options":
        """These options, and those of `other` where these say nothing."""
        given = {key: value for key, value in asdict(self).items() if value is not None}
        return replace(other, **given)


DEFAULTS = Options(feed="synthetic", speed=1.0, partitions=8)


def settle(state: State, given: Options) -> Options:
    """The options in force, remembered for the next start.

    A feed that is named anew forgets the start, speed and seed of the one before.
    """
    last = recall(state)
    if last.partitions and given.partitions not in (None, last.partitions):
        raise EmbeddedError(
            f"this stack has {last.partitions} trading partitions, not {given.partitions}: "
            "their number is frozen when a stack is made"
        )
    given = replace(given, feed=absolute(given.feed))
    if given.feed not in (None, last.feed):
        last = replace(last, start_from=None, speed=None, seed=None)
    given = replace(given, processes=merged(last.processes, given.processes))
    settled = given.over(last.over(DEFAULTS))
    write_private(state.options, asdict(replace(settled, port=None, kill_at=None)))
    return settled


def merged(last: dict[str, int] | None, given: dict[str, int] | None) -> dict[str, int] | None:
    """How many processes each room has: what is given, room by room, over what was."""
    if given is None:
        return last
    counts = {**(last or {}), **given}
    return {room: count for room, count in sorted(counts.items()) if count > 1}


def recall(state: State) -> Options:
    """The options of the last start."""
    known: dict[str, Any] = read_json(state.options) or {}
    names = {field.name for field in fields(Options)}
    return Options(**{key: value for key, value in known.items() if key in names})


def absolute(feed: str | None) -> str | None:
    """A feed whose files are found from any working directory."""
    if feed is None or not feed.startswith(REPLAY):
        return feed
    path = Path(feed.removeprefix(REPLAY)).expanduser().absolute()
    if not path.exists():
        raise EmbeddedError(f"there is nothing to replay at {path}")
    return f"{REPLAY}{path}"
