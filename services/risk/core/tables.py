"""A table that tells every change of a row to whoever derives something from it.

Loading, putting, deleting and taking back all pass through `_set`, so what is derived is right
whatever the loop does. A row that leaves memory is told as gone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import msgspec

from shared.table import Key, Table

Row = TypeVar("Row", bound=msgspec.Struct)


class WatchedTable(Table[Row]):
    """A table with a watcher: `watch(old, new)`, None for no row."""

    def __init__(
        self,
        name: str,
        row: type[Row],
        key: tuple[str, ...],
        watch: Callable[[Any, Any], None],
        indexes: dict[str, Callable[[Row], Hashable | None]] | None = None,
        **how: Any,
    ) -> None:
        super().__init__(name, row, key, indexes=indexes, **how)
        self._watch = watch

    def _set(self, key: Key, old: Row | None, new: Row | None) -> None:
        super()._set(key, old, new)
        if old is not new:
            self._watch(old, new)
