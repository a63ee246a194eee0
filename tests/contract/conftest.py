"""The real servers that contract tests share: PostgreSQL with our schema, Kafka with our topics."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_database, create_topics
from plimsoll.embedded.postgres import Postgres


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Running servers; one trading partition is enough here."""
    with Servers(tmp_path_factory.mktemp("servers"), ("postgres", "kafka")) as running:
        create_topics(running.kafka, 1)
        server = running.servers["postgres"]
        assert isinstance(server, Postgres)
        create_database(server)
        yield running
