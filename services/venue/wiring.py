"""Connects the paper link: instruments and terms, its book on PostgreSQL, the kill flag, its voice
on Kafka.
"""

from __future__ import annotations

import os

from services.venue.adapters.kill_flag import KillFlagSense, LinkSense
from services.venue.adapters.terms import TermsSense
from services.venue.core.state import VenueState
from services.venue.handlers import ROOM
from services.venue.settings import VenueSettings
from shared.instruments import load
from shared.runner import run_room


def main() -> None:
    """Run one process of the paper link until SIGTERM."""
    settings = VenueSettings()
    instruments = load(settings.instruments)
    run_room(
        ROOM,
        lambda latest, number: VenueState(latest, instruments, number),
        settings,
        senses=lambda: (
            TermsSense(settings.terms),
            KillFlagSense(settings.state / "kill"),
            LinkSense(f"{settings.process}-{os.getpid()}"),
        ),
    )
