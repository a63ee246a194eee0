"""Ticks in columns: joined in time, numbered within their microsecond."""

from __future__ import annotations

import numpy as np

from services.market_data.core.block import EMPTY, Block, joined, ordinals, stacked
from tests.unit.services.market_data.ticks import block


def test_blocks_are_joined_by_time_and_equal_times_keep_their_order() -> None:
    first = block([(10, 1.0), (20, 2.0)], symbol=0)
    second = block([(10, 3.0), (15, 4.0)], symbol=1)
    whole = joined([first, EMPTY, second])
    assert whole.time_us.tolist() == [10, 10, 15, 20]
    assert whole.bid.tolist() == [1.0, 3.0, 4.0, 2.0]
    assert whole.symbol.tolist() == [0, 1, 1, 0]


def test_blocks_are_stacked_as_they_are() -> None:
    assert stacked([block([(5, 1.0)]), block([(1, 2.0)])]).time_us.tolist() == [5, 1]


def test_a_part_is_the_same_columns_at_those_places() -> None:
    whole: Block = block([(1, 1.0), (2, 2.0), (3, 3.0)])
    assert whole.part(slice(1, 3)).bid.tolist() == [2.0, 3.0]
    assert whole.part(whole.time_us < 3).size == 2


def test_ticks_of_one_microsecond_are_numbered_from_zero() -> None:
    assert ordinals(np.array([5, 5, 6, 8, 8, 8])).tolist() == [0, 1, 0, 0, 1, 2]
    assert ordinals(np.array([], dtype=np.int64)).tolist() == []
