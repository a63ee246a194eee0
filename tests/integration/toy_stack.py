"""A real supervisor over the real servers with two toy rooms, to try what happens to processes.

`python -m tests.integration.toy_stack STATE` supervises. The rooms are a gateway that is always
ready and opens any account, and one that waits; TOY_KILL_AT and TOY_BROKEN bring that to grief.
`detach STATE` starts a supervisor that stays.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from plimsoll.embedded import attach
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State
from plimsoll.embedded.rooms import GATEWAY, Room

ROOMS = (
    Room("risk", "tests.integration.toy_idle", "risk"),
    Room(GATEWAY, "tests.integration.toy_gateway", GATEWAY),
)
BROKEN = Room("risk", "tests.integration.toy_broken", "risk")
ACCOUNT = {"account_id": "a1", "firm_id": "f1", "key": "PK1", "secret": "s1"}


class ToyGateway(BaseHTTPRequestHandler):
    """Ready at once if the other room lives; every account opens."""

    def do_GET(self) -> None:
        """/health/ready."""
        ready = "TOY_BROKEN" not in os.environ
        self.answer({"ready": ready, "rooms": {}, "market_time": None, "feed": "toy"})

    def do_POST(self) -> None:
        """/api/v1/accounts, for whoever has the admin key."""
        key = json.loads(Path(os.environ["PLIMSOLL_ADMIN_KEY_FILE"]).read_text())
        assert self.headers["APCA-API-KEY-ID"] == key["key"]
        assert self.headers["Idempotency-Key"]
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(ACCOUNT | {"asked": asked})

    def answer(self, body: object) -> None:
        """200 with JSON."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""


def gateway() -> None:
    """Serve until told to stop."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    HTTPServer(("127.0.0.1", int(os.environ["PLIMSOLL_PORT"])), ToyGateway).serve_forever()


def main(state: str) -> int:
    """Supervise the toy rooms."""

    def tell(text: str) -> None:
        print(text, flush=True)

    try:
        attach.run_here(
            State(Path(state)),
            Options(kill_at=os.environ.get("TOY_KILL_AT")),
            tell,
            lambda summary: tell("ready " + json.dumps(summary)),
            (BROKEN, *ROOMS[1:]) if "TOY_BROKEN" in os.environ else ROOMS,
        )
    except EmbeddedError as error:
        tell(f"failed {error}")
        return 1
    return 0


def detach(state: str) -> None:
    """Start a supervisor of the toy rooms that stays."""
    attach.start_detached(State(Path(state)), Options(), print, "tests.integration.toy_stack")


if __name__ == "__main__":
    if sys.argv[1] == "detach":
        detach(sys.argv[2])
    elif len(sys.argv) > 2:
        os._exit(attach.main(*sys.argv[1:], room_list=ROOMS))  # type: ignore[misc]
    else:
        os._exit(main(sys.argv[1]))
