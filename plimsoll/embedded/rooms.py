"""The rooms of a stack and what each is told: nothing but its environment."""

import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import plimsoll
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options

PROJECT = Path(plimsoll.__file__).parents[1]
PREFIX = "PLIMSOLL_"
# More threads than cores made nearly everything slower.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
GATEWAY = "gateway"
MARKET_DATA = "market_data"
VENUE = "venue"
EXCHANGE_SETTINGS = ("QUEUE_MODEL", "FEES", "LATENCY_US", "LATENCY_JITTER_US", "LATENCY_SEED",
                     "QUOTE_AGE_MS_MAX", "AUCTION_MS", "BORROW", "VENUE_FAULTS")  # fmt: skip
WITHOUT_JOURNAL = (MARKET_DATA, GATEWAY)


@dataclass(frozen=True)
class Room:
    """One process: its name, the module it runs, the database role it has, and which of how many
    processes of the room it is.
    """

    name: str
    module: str
    role: str
    number: int = 1
    count: int = 1


ROOMS = (
    Room(MARKET_DATA, "services.market_data", "market_data"),
    Room("risk", "services.risk", "risk"),
    Room("oms", "services.oms", "oms"),
    Room("venue-paper", "services.venue", VENUE),
    Room("portfolio", "services.portfolio", "portfolio"),
    Room(GATEWAY, "services.gateway", GATEWAY),
)


def shared_out(room_list: tuple[Room, ...], options: Options) -> tuple[Room, ...]:
    """Every process of these rooms: `risk`, `risk-2`, ... Raises EmbeddedError for a room that may
    not have so many.
    """
    wanted = options.processes or {}
    check_shared({room.name for room in room_list}, wanted, options.partitions or 1)
    found: list[Room] = []
    for room in room_list:
        count = wanted.get(room.name, 1)
        names = [room.name, *(f"{room.name}-{number}" for number in range(2, count + 1))]
        found += (
            replace(room, name=name, number=number, count=count)
            for number, name in enumerate(names, 1)
        )
    return tuple(found)


def check_shared(names: set[str], wanted: Mapping[str, int], partitions: int) -> None:
    """Say what is wrong with a number of processes."""
    may = sorted(names - set(WITHOUT_JOURNAL))
    for name, count in wanted.items():
        if name not in may:
            raise EmbeddedError(f"--processes: {name} has one process; {', '.join(may)} may share")
        if not 1 <= count <= partitions:
            raise EmbeddedError(
                f"--processes: {name} may have 1 to {partitions} processes, one for each trading "
                f"partition at most, not {count}"
            )


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all rooms of a stack have in common."""

    state: Path
    kafka: str
    redis: str
    influx: str
    gateway_port: int
    admin_key_file: Path
    options: Options


def command(room: Room, around: Surroundings, postgres: str, metrics_port: int) -> Command:
    """The process of a room."""
    return Command(
        arguments=(sys.executable, "-m", room.module),
        environment=environment(room, around, postgres, metrics_port),
        directory=PROJECT,
    )


def verification(room: Room, state: Path, kafka: str, partitions: int) -> Command:
    """The process that decides everything again that a room has decided; it writes nothing."""
    settings = {"STATE": str(state), "KAFKA": kafka, "PARTITIONS": str(partitions)}
    return Command(
        arguments=(sys.executable, "-m", room.module, "verify"),
        environment=with_settings(settings),
        directory=PROJECT,
    )


def rebuilding(
    room: Room, state: Path, kafka: str, postgres: str, partitions: int, *, replace: bool
) -> Command:
    """The process that folds a room's log into tables again. It is told the URL of the role that
    owns the tables; with `replace` of the superuser, and puts its tables in place.
    """
    settings = {"STATE": str(state), "KAFKA": kafka, "PARTITIONS": str(partitions)}
    return Command(
        arguments=(sys.executable, "-m", room.module, "rebuild", *["--replace"] * replace),
        environment=with_settings(settings | {"POSTGRES": postgres}),
        directory=PROJECT,
    )


def environment(
    room: Room, around: Surroundings, postgres: str, metrics_port: int
) -> dict[str, str]:
    """The whole environment of a room's process."""
    settings = {
        "STATE": str(around.state),
        "KAFKA": around.kafka,
        "POSTGRES": postgres,
        "REDIS": around.redis,
        "INFLUX": around.influx,
        "PROCESS": room.name,
        "PARTITIONS": str(around.options.partitions),
        "METRICS_PORT": str(metrics_port),
        **own_settings(room, around),
    }
    return with_settings(settings)


def with_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without its PLIMSOLL_* names, and these settings."""
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return {
        **outer_environment(os.environ),
        **ONE_THREAD,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        **{PREFIX + name: value for name, value in settings.items()},
    }


def own_settings(room: Room, around: Surroundings) -> dict[str, str]:
    """What only this room is told."""
    options = around.options
    own: dict[str, object] = {"KILL_AT": options.kill_at if room.number == 1 else None}
    if room.count > 1:
        own |= {"SLICES": room.count, "SLICE_OWN": room.number}
    if room.name == GATEWAY:
        own |= {"PORT": around.gateway_port, "ADMIN_KEY_FILE": around.admin_key_file}
    if room.name == MARKET_DATA:
        own |= {"FEED": options.feed, "FROM": options.start_from}
        own |= {"SPEED": options.speed, "SEED": options.seed}
    if room.role == VENUE:
        own |= {name: os.environ.get(PREFIX + name) for name in EXCHANGE_SETTINGS}
    return {name: str(value) for name, value in own.items() if value is not None}


def outer_environment(given: Mapping[str, str]) -> dict[str, str]:
    """What a room inherits from the caller. Log level is a setting of every room."""
    kept = PREFIX + "LOG_LEVEL"
    return {k: v for k, v in given.items() if k == kept or not k.startswith(PREFIX)}


def check_installed(rooms: tuple[Room, ...]) -> None:
    """Say at once which room is missing, rather than start it again and again."""
    missing = [room.module for room in rooms if not is_importable(room.module)]
    if missing:
        raise EmbeddedError(f"not installed: {', '.join(missing)}")


def is_importable(module: str) -> bool:
    """Whether `python -m MODULE` would find something to run."""
    try:
        found = importlib.util.find_spec(module)
        if found is not None and found.submodule_search_locations is not None:
            found = importlib.util.find_spec(f"{module}.__main__")
    except ModuleNotFoundError:
        return False
    return found is not None
