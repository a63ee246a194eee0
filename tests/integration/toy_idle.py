"""A room that does nothing until SIGTERM; with PLIMSOLL_KILL_AT it dies at once."""

import os
import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    if os.environ.get("PLIMSOLL_KILL_AT"):
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        signal.pause()
