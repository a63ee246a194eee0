"""Logs: one JSON object a line on stdout, with the process, and order and account ids where there
are any.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

SECRET_WORDS = ("secret", "password", "token", "key_secret")


def _redact(_: Any, __: str, event: Any) -> Any:
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "***"
    return event


def configure(process: str, level: str = "INFO") -> None:
    """Set up logging for this process; the standard library's loggers go the same way."""
    shared_steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    structlog.configure(
        processors=[
            *shared_steps,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_steps, processor=structlog.processors.JSONRenderer()
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(process=process)


def log() -> Any:
    """The logger."""
    return structlog.get_logger()
