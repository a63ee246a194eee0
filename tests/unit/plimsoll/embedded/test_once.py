"""A slow thing is done once, whole, however many ask."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from plimsoll.embedded import once


def test_of_many_that_ask_one_makes_it_and_all_get_it(tmp_path: Path) -> None:
    product, made = tmp_path / "product", []
    gate = threading.Barrier(4)

    def make(draft: Path) -> None:
        made.append(draft)
        draft.write_text("whole")

    def ask() -> None:
        gate.wait()
        assert once.ensure(product, make).read_text() == "whole"

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_was_not_finished_is_made_again(tmp_path: Path) -> None:
    product = tmp_path / "product"

    def fail(draft: Path) -> None:
        draft.write_text("half")
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        once.ensure(product, fail)
    assert not product.exists()
    assert once.ensure(product, lambda draft: draft.write_text("whole") and None) == product
    assert product.read_text() == "whole"
