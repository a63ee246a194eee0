"""Runs one process of a transactional room on Kafka and PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

import msgspec
import uvloop

from shared import rebuild
from shared.bus.kafka import KafkaReader
from shared.events.runtime import RoomAlive
from shared.logs import configure, log
from shared.messages import Message
from shared.metrics import serve
from shared.process import MakeSenses, Process, no_senses
from shared.pulse import Pulse
from shared.replay import verify
from shared.room import MakeState, Room
from shared.settings import Settings
from shared.telemetry import Telemetry
from shared.voice import Listen

Points = Callable[[Message], list[str]]
"""points(message) -> InfluxDB lines about something this room said."""


def _no_points(message: Message) -> list[str]:
    return []


def listener(telemetry: Telemetry, points: Points, first: int) -> Listen:
    """What the room says becomes telemetry; its first shard's sign of life, the `service` point."""

    def listen(message: Message, pulse: Pulse) -> None:
        if isinstance(message, RoomAlive):
            if message.partition == first:
                telemetry.add(pulse.line(message.at, message.lag))
            return
        for line in points(message):
            telemetry.add(line)

    return listen


async def _verify(room: Room, make_state: MakeState, settings: Settings) -> int:
    reader = await KafkaReader.connect(settings.kafka)
    differs = False
    try:
        async for one in verify(room, make_state, settings.owned(), reader):
            differs = differs or bool(one.differences)
            told = {"room": room.name, **one._asdict()}
            sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    finally:
        await reader.close()
    return 1 if differs else 0


def run_room(
    room: Room,
    make_state: MakeState,
    settings: Settings,
    *,
    senses: MakeSenses = no_senses,
    points: Points = _no_points,
) -> None:
    """Run one process of a room until SIGTERM; `senses` makes those of one service. Whatever
    breaks ends it with exit code 1 and says why. With the one argument `verify` the process owns
    nothing, writes nothing and decides its shards again instead: a line of JSON for each, exit
    code 1 where any of them differs.
    """
    if sys.argv[1:] == ["verify"]:
        raise SystemExit(uvloop.run(_verify(room, make_state, settings)))
    if sys.argv[1:2] == ["rebuild"]:
        replace = sys.argv[2:] == ["--replace"]
        raise SystemExit(uvloop.run(rebuild.run(room, make_state, settings, replace=replace)))
    configure(settings.process, settings.log_level)
    serve(settings.metrics_port)
    telemetry = Telemetry(settings.influx)
    listen = partial(listener, telemetry, points)
    try:
        uvloop.run(Process(room, make_state, settings, senses, listen).run())
    except Exception as error:  # noqa: BLE001 - it is told, and the process ends
        log().critical("room stops", room=room.name, error=repr(error), exc_info=True)
        telemetry.close()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)  # what is left open would complain in the log, behind the reason
    telemetry.close()
