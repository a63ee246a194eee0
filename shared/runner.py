"""Runs one process of a transactional room on Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence
from typing import Any

import uvloop

from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.kill import KillPoint
from shared.logs import configure, log
from shared.messages import Message
from shared.metrics import serve
from shared.room import MakeState, Room
from shared.service import Sense, Service
from shared.settings import Settings
from shared.store import PostgresStore


async def _serve(
    room: Room, make_state: MakeState, settings: Settings, senses: Sequence[Sense], listen: Any
) -> None:
    kill = KillPoint(room.name, settings.kill_at)
    store = await PostgresStore.connect(settings.postgres, room, kill)
    reader = await KafkaReader.connect(settings.kafka)
    writer = await KafkaWriter.connect(settings.kafka)
    service = Service(
        room,
        make_state,
        settings.owned(),
        store,
        reader,
        writer,
        process=settings.process,
        partitions=settings.partitions,
        kill=kill,
        senses=senses,
        listen=listen,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, setattr, service, "stopping", True)
    await service.begin()
    gc.freeze()
    await service.run()
    await writer.close()
    await reader.close()
    await store.close()


def run_room(
    room: Room,
    make_state: MakeState,
    settings: Settings,
    *,
    senses: Sequence[Sense] = (),
    listen: Callable[[Message], None] | None = None,
) -> None:
    """Run one process of a room until SIGTERM. Whatever breaks ends it with exit code 1 and a
    line that says why.
    """
    configure(settings.process, settings.log_level)
    serve(settings.metrics_port)
    try:
        uvloop.run(_serve(room, make_state, settings, senses, listen))
    except Exception as error:
        log().critical("room stops", room=room.name, error=repr(error), exc_info=True)
        raise SystemExit(1) from error
