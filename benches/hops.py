"""Raw Kafka hops: one record produced with acks=all until a consumer has it, again and again.

`python -m benches.hops SERVERS SECONDS` is run as a process of its own beside a load, with the same
client settings as the rooms, and prints the latencies in milliseconds as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process

import uvloop
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.ports import Partition

TOPIC = "bench.hops"
PER_SECOND = 50
BYTES = 600  # about as much as an order
POLL_S = 1.0
SETTLED_S = 0.5  # until a new topic has a leader


async def start(servers: str, seconds: float) -> Process:
    """Measure in a process of its own."""
    arguments = ("-m", "benches.hops", servers, str(seconds))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)


async def finish(process: Process) -> list[float]:
    """Its latencies in milliseconds, sorted."""
    said, _ = await process.communicate()
    found: list[float] = json.loads(said)
    return sorted(found)


async def measure(servers: str, seconds: float) -> list[float]:
    """Produce at a steady rate and receive; latencies in milliseconds."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a topic that is new is no error
    await make_topic(servers)
    await asyncio.sleep(SETTLED_S)
    reader, writer = await KafkaReader.connect(servers), await KafkaWriter.connect(servers)
    place = Partition(TOPIC, 0)
    await reader.assign({place: "end"})
    found: list[float] = []
    receiving = asyncio.create_task(receive(reader, found))
    due, until = time.monotonic(), time.monotonic() + seconds
    while due < until:
        stamp = str(time.monotonic_ns()).encode()
        await writer.send(*place, "hop", stamp.ljust(BYTES))
        due += 1 / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    await asyncio.sleep(POLL_S)
    receiving.cancel()
    await writer.close()
    await reader.close()
    return found


async def receive(reader: KafkaReader, found: list[float]) -> None:
    """Note when each record came."""
    while True:
        for record in await reader.poll(POLL_S):
            found.append((time.monotonic_ns() - int(record.raw)) / 1e6)


async def make_topic(servers: str) -> None:
    """One partition, as ours are, if it is not there."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    try:
        if TOPIC not in await client.list_topics():
            await client.create_topics([NewTopic(TOPIC, 1, 1)])
    finally:
        await client.close()


if __name__ == "__main__":
    latencies = uvloop.run(measure(sys.argv[1], float(sys.argv[2])))
    sys.stdout.write(json.dumps(latencies))
