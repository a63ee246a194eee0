"""What a room is told: its own role, and nothing of the caller's settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.embedded import rooms
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options
from plimsoll.embedded.rooms import ROOMS, Room, Surroundings

AROUND = Surroundings(
    state=Path("/state"),
    kafka="127.0.0.1:9092",
    redis="redis://127.0.0.1:6379/0",
    influx="http://127.0.0.1:8086",
    gateway_port=8000,
    admin_key_file=Path("/state/admin.key"),
    options=Options(feed="synthetic", speed=2.0, seed=7, partitions=8, kill_at="risk:K3:1"),
)
COMMON = {
    "PLIMSOLL_STATE": "/state",
    "PLIMSOLL_KAFKA": "127.0.0.1:9092",
    "PLIMSOLL_REDIS": "redis://127.0.0.1:6379/0",
    "PLIMSOLL_INFLUX": "http://127.0.0.1:8086",
    "PLIMSOLL_PARTITIONS": "8",
    "PLIMSOLL_KILL_AT": "risk:K3:1",
    "PLIMSOLL_POSTGRES": "postgresql://one",
    "PLIMSOLL_METRICS_PORT": "9100",
}


def told(name: str) -> dict[str, str]:
    """The PLIMSOLL_* settings of a room."""
    room = next(room for room in ROOMS if room.name == name)
    environment = rooms.environment(room, AROUND, "postgresql://one", 9100)
    return {key: value for key, value in environment.items() if key.startswith("PLIMSOLL_")}


def test_every_room_is_told_where_the_servers_are() -> None:
    assert told("risk") == COMMON | {"PLIMSOLL_PROCESS": "risk"}


def test_the_gateway_alone_is_told_its_port_and_the_admin_key() -> None:
    own = {"PLIMSOLL_PORT": "8000", "PLIMSOLL_ADMIN_KEY_FILE": "/state/admin.key"}
    assert told("gateway") == COMMON | {"PLIMSOLL_PROCESS": "gateway"} | own


def test_market_data_alone_is_told_its_feed_and_only_what_was_chosen() -> None:
    own = {"PLIMSOLL_FEED": "synthetic", "PLIMSOLL_SPEED": "2.0", "PLIMSOLL_SEED": "7"}
    assert told("market_data") == COMMON | {"PLIMSOLL_PROCESS": "market_data"} | own


def test_the_processes_of_a_room_are_numbered_and_told_their_slice() -> None:
    options = replace(AROUND.options, processes={"risk": 2})
    named = {room.name: room for room in rooms.shared_out(ROOMS, options)}
    assert list(named) == [
        *("market_data", "risk", "risk-2", "oms", "venue-paper", "portfolio", "gateway")
    ]
    first, second = (
        rooms.environment(named[name], AROUND, "postgresql://one", 9100)
        for name in ("risk", "risk-2")
    )
    names = ("PROCESS", "SLICES", "SLICE_OWN", "KILL_AT")
    assert [first.get(f"PLIMSOLL_{name}") for name in names] == ["risk", "2", "1", "risk:K3:1"]
    assert [second.get(f"PLIMSOLL_{name}") for name in names] == ["risk-2", "2", "2", None]
    assert named["risk-2"].role == "risk"


@pytest.mark.parametrize(
    ("processes", "why"),
    [
        ({"gateway": 2}, "gateway has one process; oms, portfolio, risk, venue-paper may share"),
        ({"venue": 2}, "venue has one process"),
        ({"risk": 9}, "risk may have 1 to 8 processes"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(processes: dict[str, int], why: str) -> None:
    with pytest.raises(EmbeddedError, match=why):
        rooms.shared_out(ROOMS, replace(AROUND.options, processes=processes))


def test_the_callers_settings_do_not_reach_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_ACCOUNT", "a1")
    monkeypatch.setenv("PLIMSOLL_LOG_LEVEL", "DEBUG")
    environment = rooms.environment(ROOMS[1], AROUND, "postgresql://one", 0)
    assert "PLIMSOLL_ACCOUNT" not in environment
    assert environment["PLIMSOLL_LOG_LEVEL"] == "DEBUG"


def test_the_venue_alone_is_told_the_terms_of_its_exchange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLIMSOLL_QUEUE_MODEL", "optimistic")
    common = COMMON | {"PLIMSOLL_PROCESS": "venue-paper"}
    assert told("venue-paper") == common | {"PLIMSOLL_QUEUE_MODEL": "optimistic"}
    assert told("risk") == COMMON | {"PLIMSOLL_PROCESS": "risk"}


def test_rooms_compute_on_one_thread() -> None:
    environment = rooms.environment(ROOMS[1], AROUND, "postgresql://one", 0)
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_each_room_has_the_role_of_its_schema() -> None:
    assert {room.name: room.role for room in ROOMS} == {
        "market_data": "market_data",
        "risk": "risk",
        "oms": "oms",
        "venue-paper": "venue",
        "portfolio": "portfolio",
        "gateway": "gateway",
    }


def test_a_room_that_is_not_installed_is_named() -> None:
    with pytest.raises(EmbeddedError, match=r"not installed: services\.absent"):
        rooms.check_installed((Room("absent", "services.absent", "absent"),))
