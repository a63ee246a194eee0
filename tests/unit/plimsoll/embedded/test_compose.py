"""docker-compose.yml runs the same rooms on the same settings as `plimsoll up`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from plimsoll.embedded.kafka import PROPERTIES
from plimsoll.embedded.rooms import ROOMS

ROOT = Path(__file__).parents[4]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]


def test_every_room_runs_with_its_own_role() -> None:
    for room in ROOMS:
        service = SERVICES[room.name]
        assert service["command"] == ["python", "-m", room.module]
        settings = service["environment"]
        assert settings["PLIMSOLL_PROCESS"] == room.name
        password = f"${{{room.role.upper()}_PASSWORD:?}}"
        expected = f"postgresql://{room.role}:{password}@postgres:5432/plimsoll"
        assert settings["PLIMSOLL_POSTGRES"] == expected
        assert settings["PLIMSOLL_KAFKA"] == "kafka:9092"
        assert service["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_every_variable_without_a_default_is_in_the_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?\}", COMPOSE))
    example = (ROOT / ".env.example").read_text()
    assert needed == set(re.findall(r"^(\w+_PASSWORD)=$", example, re.MULTILINE))


def test_nothing_is_reached_from_other_machines() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_kafka_is_configured_as_the_embedded_one() -> None:
    lines = (ROOT / "deploy" / "kafka" / "server.properties").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    place = "listener.security.protocol.map"
    assert {key: given.get(key) for key in PROPERTIES if key != place} == {
        key: value for key, value in PROPERTIES.items() if key != place
    }
    assert given[place].startswith(PROPERTIES[place])


def test_every_mounted_file_of_ours_is_there() -> None:
    volumes = [v for service in SERVICES.values() for v in service.get("volumes", ())]
    ours = {volume.split(":")[0] for volume in volumes if volume.startswith("./")}
    assert "./deploy/kafka/server.properties" in ours
    assert [path for path in ours if not (ROOT / path).exists()] == []
