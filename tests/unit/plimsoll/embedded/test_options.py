"""Flags over the environment over the last run over defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options, settle
from plimsoll.embedded.paths import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A new state directory."""
    place = State(tmp_path / "state")
    place.create()
    return place


def test_a_new_stack_has_the_synthetic_market_at_speed_one_and_eight_partitions(
    state: State,
) -> None:
    assert settle(state, Options()) == Options(feed="synthetic", speed=1.0, partitions=8)


def test_a_second_start_goes_on_with_the_options_of_the_first(state: State, tmp_path: Path) -> None:
    feed = f"replay:{tmp_path}"
    given = Options(feed=feed, start_from="2013-10-09T13:59:58Z", speed=10.0)
    settle(state, given)
    again = settle(state, Options())
    assert (again.feed, again.start_from, again.speed) == (feed, "2013-10-09T13:59:58Z", 10.0)


def test_another_feed_forgets_the_start_and_speed_of_the_one_before(
    state: State, tmp_path: Path
) -> None:
    settle(state, Options(feed=f"replay:{tmp_path}", start_from="2013-10-09T13:59:58Z", speed=10.0))
    assert settle(state, Options(feed="synthetic", seed=3)) == Options(
        feed="synthetic", speed=1.0, seed=3, partitions=8
    )


def test_a_port_and_a_kill_point_are_for_one_run(state: State) -> None:
    settle(state, Options(port=8123, kill_at="risk:K3:1"))
    again = settle(state, Options())
    assert (again.port, again.kill_at) == (None, None)


def test_the_processes_of_each_room_are_remembered_until_others_are_named(state: State) -> None:
    settle(state, Options(processes={"risk": 2, "oms": 3}))
    assert settle(state, Options()).processes == {"oms": 3, "risk": 2}
    assert settle(state, Options(processes={"oms": 1})).processes == {"risk": 2}
    assert settle(state, Options(processes={"risk": 1})).processes == {}


def test_the_partition_count_of_a_stack_is_frozen(state: State) -> None:
    settle(state, Options(partitions=2))
    assert settle(state, Options()).partitions == 2
    with pytest.raises(EmbeddedError, match="has 2 trading partitions, not 4"):
        settle(state, Options(partitions=4))


def test_files_to_replay_are_found_from_any_working_directory(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ticks").mkdir()
    assert settle(state, Options(feed="replay:ticks")).feed == f"replay:{tmp_path}/ticks"


def test_nothing_to_replay_is_refused(state: State, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=f"nothing to replay at {tmp_path}/absent"):
        settle(state, Options(feed=f"replay:{tmp_path}/absent"))
