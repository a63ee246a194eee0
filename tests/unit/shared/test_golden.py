"""The wire form of every message is public: a change of it must be seen, and be made on purpose.

Golden files are written by `python -m tests.unit.shared.test_golden`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shared import codec
from shared.catalogue import message_types
from shared.messages import Message
from shared.topics import TOPICS
from tests.samples import sample

GOLDEN = Path(__file__).parent / "golden"


def _topic_of(kind: type[Message]) -> str:
    return next(topic.name for topic in TOPICS.values() if kind in topic.carries)


@pytest.mark.parametrize("kind", message_types(), ids=lambda kind: kind.__name__)
def test_a_message_has_its_golden_wire_form_and_comes_back_from_it(kind: type[Message]) -> None:
    golden = (GOLDEN / f"{kind.__name__}.json").read_bytes().rstrip(b"\n")
    assert codec.encode(sample(kind)) == golden
    assert codec.decode(_topic_of(kind), golden) == sample(kind)


def test_no_golden_file_is_left_of_a_message_that_is_gone() -> None:
    names = {path.stem for path in GOLDEN.glob("*.json")}
    assert names == {kind.__name__ for kind in message_types()}


def main() -> None:
    """Write the golden files anew."""
    for kind in message_types():
        (GOLDEN / f"{kind.__name__}.json").write_bytes(codec.encode(sample(kind)) + b"\n")


if __name__ == "__main__":
    main()
