"""`up --processes`, and what it refuses."""

from __future__ import annotations

import pytest
import typer

from plimsoll.cli.stack import counts


def test_processes_are_named_one_by_one_or_with_commas() -> None:
    assert counts(()) is None
    assert counts(["risk=2", "oms=3"]) == {"risk": 2, "oms": 3}
    assert counts(["risk=2,oms=1", "risk=4"]) == {"risk": 4, "oms": 1}


@pytest.mark.parametrize("text", ["risk", "risk=", "risk=0", "risk=two", "=2", "risk=2,,oms=2"])
def test_what_is_no_number_of_processes_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="ROOM=N"):
        counts([text])
