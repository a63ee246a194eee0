"""A room whose tables and log do not belong together does not start, says why and names the remedy;
`plimsoll rebuild --replace` mends what the log can mend. Real servers, one shard, rooms alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_database, create_topics
from tests.integration.one_shard import ROOMS, World, put_in_place, records, send

pytestmark = pytest.mark.timeout(400)
SAYS = "plimsoll rebuild --replace"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Some life, twice; `earlier` is the database as it was between."""
    made = World(tmp_path_factory.mktemp("checks"))
    try:
        made.start()
        create_database(made.servers.postgres)
        with made.rooms("plimsoll"):
            made.live("plimsoll")
            dump = made.dump("plimsoll")
            made.live("plimsoll")
        made.restore("earlier", dump)
        yield made
    finally:
        made.servers.stop()


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another cluster, with the same topics and nothing in them."""
    with Servers(tmp_path_factory.mktemp("foreign"), ("kafka",)) as servers:
        create_topics(servers.kafka, 1)
        yield servers.kafka


def test_one_record_less_and_another_in_its_place_is_refused_by_every_room(
    world: World, foreign: str
) -> None:
    empty = world.refusals("plimsoll", foreign)
    for schema, said in empty.items():
        assert f"{ROOMS[schema]} does not start: " in said, said
        assert "is empty, this state has read up to" in said
        assert "PLIMSOLL_KAFKA" in said and SAYS in said
    for topic, found in asyncio.run(records(world.servers.kafka)).items():
        others = [*found[:-1], *(raw.replace(b'"2013-', b'"2014-') for raw in found[-1:])]
        asyncio.run(send(foreign, [(topic, raw) for raw in others]))
    for said in world.refusals("plimsoll", foreign).values():
        assert "the last record read of" in said and "is not there any more" in said
        assert SAYS in said


def test_a_database_some_commits_back_is_refused_by_every_room_and_mended(world: World) -> None:
    for schema, said in world.refusals("earlier").items():
        assert "holds number" in said and "this state has said" in said, (schema, said)
        assert SAYS in said
    lived = world.rows("plimsoll")
    world.execute(
        "ALTER DATABASE plimsoll RENAME TO whole", "ALTER DATABASE earlier RENAME TO plimsoll"
    )
    assert world.rows("plimsoll") != lived
    put_in_place(world.servers, world.folder)
    assert world.rows("plimsoll") == lived


def test_an_empty_database_before_a_log_is_refused_by_every_room_and_mended(world: World) -> None:
    lived = world.rows("plimsoll")
    world.execute("DROP DATABASE plimsoll")
    create_database(world.servers.postgres)
    for said in world.refusals("plimsoll").values():
        assert "the database has no shard 0, but" in said and "has records" in said
        assert SAYS in said
    world.rebuild()
    assert world.rows("plimsoll") == lived
    assert len(lived["portfolio.accounts"]) == 2
    with world.rooms("plimsoll"):
        world.live("plimsoll")
    assert len(world.rows("plimsoll")["portfolio.accounts"]) == 3
