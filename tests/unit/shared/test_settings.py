"""Which shards a process owns, and which it waits for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.settings import Settings


def test_a_process_alone_owns_every_shard() -> None:
    assert Settings(partitions=3).dealt() == [[0, 1, 2]]
    assert Settings(shards="6,2").owned() == [2, 6]


def test_two_processes_own_a_half_each_and_wait_for_the_other() -> None:
    first = Settings(partitions=8, slices=2, slice_own=1)
    second = Settings(partitions=8, slices=2, slice_own=2)
    assert first.dealt() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert second.dealt() == [[4, 5, 6, 7], [0, 1, 2, 3]]


def test_shards_that_cannot_be_halved_are_dealt_out_all_the_same() -> None:
    three = Settings(partitions=8, slices=3, slice_own=3)
    assert three.dealt() == [[5, 6, 7], [0, 1], [2, 3, 4]]


@pytest.mark.parametrize(("slices", "own"), [(2, 3), (3, 1), (0, 0)])
def test_a_slice_without_shards_is_refused(slices: int, own: int) -> None:
    with pytest.raises(ValidationError):
        Settings(partitions=2, slices=slices, slice_own=own)
