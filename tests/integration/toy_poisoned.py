"""A supervisor of the real rooms, but for an OMS that can be poisoned."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from plimsoll.embedded import attach
from plimsoll.embedded.rooms import ROOMS

POISONED = tuple(
    replace(room, module="tests.integration.toy_oms") if room.name == "oms" else room
    for room in ROOMS
)

if __name__ == "__main__":
    root, options, descriptor = sys.argv[1:]
    os._exit(attach.main(root, options, descriptor, room_list=POISONED))
