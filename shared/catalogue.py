"""Writes docs/topics.md and docs/schemas/ from `TOPICS`: `python -m shared.catalogue [FOLDER]`."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from shared.messages import Message
from shared.topics import FOREVER_MS, TOPICS, Topic
from shared.types import Time

_DAY_MS = 86_400_000
_HEAD = """# Topics

Generated from `shared/topics.py` by `make catalogue`; do not edit. Every message is one JSON object
whose `type` names it; its schema is `schemas/<type>.json`. Trading topics are keyed by firm and all
have the same partition count, market topics are keyed by symbol.

| topic | kind | written by | read by | key | kept | carries |
|---|---|---|---|---|---|---|
"""


def _kept(topic: Topic) -> str:
    if topic.retention_ms == FOREVER_MS:
        return "for ever"
    days = f"{topic.retention_ms // _DAY_MS} days"
    return f"compacted, {days}" if topic.compacted else days


def _row(topic: Topic) -> str:
    carries = ", ".join(
        f"[{kind.__name__}](schemas/{kind.__name__}.json)" for kind in topic.carries
    )
    writer = "anyone" if topic.writer == "*" else topic.writer
    cells = (topic.name, topic.kind, writer, ", ".join(topic.readers), topic.key, _kept(topic))
    return f"| `{cells[0]}` | {' | '.join(str(cell) for cell in cells[1:])} | {carries} |\n"


def _schema_of(kind: type) -> dict[str, Any]:
    if kind is Time:
        return {"type": "string", "format": "date-time"}
    return {}


def _tidied(schema: Any) -> Any:
    """The same schema with descriptions as every Python writes them (3.13 strips indentation)."""
    if isinstance(schema, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" else _tidied(value)
            for key, value in schema.items()
        }
    return [_tidied(one) for one in schema] if isinstance(schema, list) else schema


def message_types() -> list[type[Message]]:
    """Every message that travels, by name."""
    found = {kind.__name__: kind for topic in TOPICS.values() for kind in topic.carries}
    return [found[name] for name in sorted(found)]


def pages() -> dict[str, str]:
    """Path under docs/ -> content."""
    found = {"topics.md": _HEAD + "".join(_row(TOPICS[name]) for name in sorted(TOPICS))}
    for kind in message_types():
        schema = _tidied(msgspec.json.schema(kind, schema_hook=_schema_of))
        found[f"schemas/{kind.__name__}.json"] = json.dumps(schema, indent=1) + "\n"
    return found


def main(folder: str = "docs") -> None:
    """Write every page."""
    for name, content in pages().items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
