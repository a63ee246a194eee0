"""One stack for all end-to-end tests: the synthetic market, every room, every server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack on the synthetic feed."""
    running = Stack(tmp_path_factory.mktemp("stack"), "--seed", "7")
    try:
        running.up()
        yield running
    finally:
        running.down()
