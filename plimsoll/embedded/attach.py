"""Run a supervisor here, or in a process of its own that outlives the caller.

The detached supervisor tells its starter by JSON lines on a pipe what happens, until the stack is
ready or has failed; then it closes the pipe, the only thing of the caller's it ever held.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from plimsoll.embedded.child import rotate
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State
from plimsoll.embedded.rooms import PROJECT, ROOMS, Room
from plimsoll.embedded.supervisor import Supervisor

Tell = Callable[[str], None]
OnReady = Callable[[dict[str, Any]], None]
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_here(
    state: State,
    options: Options,
    tell: Tell,
    on_ready: OnReady,
    room_list: tuple[Room, ...] = ROOMS,
) -> bool:
    """Supervise until a signal says stop; False when that came before the stack was ready."""
    ready: list[bool] = []

    def note_ready(summary: dict[str, Any]) -> None:
        ready.append(True)
        on_ready(summary)

    supervisor = Supervisor(state, options, tell, room_list)
    obey_signals(supervisor, tell)
    supervisor.run(note_ready)
    return bool(ready)


def obey_signals(supervisor: Supervisor, tell: Tell) -> None:
    """The first signal stops in order, the second at once: the kernel then ends the children."""

    def stop(number: int, frame: FrameType | None) -> None:
        if supervisor.stop:
            os._exit(128 + number)
        supervisor.stop = True
        tell("stopping")

    for number in STOPPING:
        signal.signal(number, stop)


def start_detached(
    state: State, options: Options, tell: Tell, module: str = "plimsoll.embedded.attach"
) -> dict[str, Any]:
    """Start a supervisor that stays; its summary once the stack is ready."""
    state.create()
    read_end, write_end = os.pipe()
    log = state.log("supervisor")
    rotate(log)
    arguments = [str(state.root), json.dumps(asdict(options)), str(write_end)]
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, "PYTHONPATH": path},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(write_end,),
        )
    os.close(write_end)
    try:
        return listen(read_end, tell, log)
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise


def listen(read_end: int, tell: Tell, log: Path) -> dict[str, Any]:
    """Pass on what the detached supervisor says until it is ready or has failed."""
    with open(read_end) as lines:
        for line in lines:
            message = json.loads(line)
            if "ready" in message:
                summary: dict[str, Any] = message["ready"]
                return summary
            if "failed" in message:
                raise EmbeddedError(message["failed"])
            tell(message["told"])
    raise EmbeddedError(f"the supervisor ended without a word (see {log})")


class Voice:
    """The detached supervisor's: to its log always, to its starter as long as that listens."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def tell(self, text: str) -> None:
        """One line of what happens."""
        print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)
        self._send({"told": text})

    def finish(self, message: dict[str, Any]) -> None:
        """The last message; the pipe is closed."""
        self._send(message)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _send(self, message: dict[str, Any]) -> None:
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except BrokenPipeError:  # the starter is gone; the stack stays
            os.close(self._descriptor)
            self._descriptor = None


def main(root: str, options: str, descriptor: str, room_list: tuple[Room, ...] = ROOMS) -> int:
    """The detached supervisor."""
    os.set_inheritable(int(descriptor), False)
    voice = Voice(int(descriptor))
    given = Options(**json.loads(options))
    try:
        run_here(
            State(Path(root)),
            given,
            voice.tell,
            lambda summary: voice.finish({"ready": summary}),
            room_list,
        )
    except EmbeddedError as error:
        voice.tell(str(error))
        voice.finish({"failed": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    root_given, options_given, descriptor_given = sys.argv[1:]
    os._exit(
        main(root_given, options_given, descriptor_given)
    )  # a thread may still be fetching; what it does can be thrown away
