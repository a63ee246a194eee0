"""One process of a room: the real loop, driven turn by turn, that can die at every named point."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any

from shared.messages import Observation
from shared.relay import RelayFailed
from shared.room import MakeState, Room
from shared.service import Service
from shared.shard import ReaderStopped
from shared.start import StartRefused
from simulation.clock import Clock
from simulation.errors import Crashed, Violated
from simulation.log import Log, LogReader, LogWriter
from simulation.store import Committed, Database, DatabaseStore

DEATHS = (Crashed, RelayFailed)
GAP_TEXT = "numbers are missing"


class Points:
    """The kill points of one process: dies at the nth time that `point` is reached."""

    def __init__(self) -> None:
        self.point, self.left = "", 0

    def arm(self, point: str, nth: int) -> None:
        """Die there."""
        self.point, self.left = point, nth

    def is_next(self, point: str) -> bool:
        """Whether reaching `point` now would kill."""
        return point == self.point and self.left == 1

    def reached(self, point: str) -> None:
        """Die here, or count."""
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                raise Crashed(point)


class Sense:
    """What a room sees outside the log; the simulation puts it in."""

    def __init__(self, seen: Sequence[Observation]) -> None:
        self.waiting = list(seen)

    def look(self) -> Sequence[Observation]:
        """What is new."""
        seen, self.waiting = self.waiting, []
        return seen


class Process:
    """A running process. `begin` may already die."""

    def __init__(
        self,
        name: str,
        room: Room,
        make_state: MakeState,
        shards: Sequence[int],
        log: Log,
        database: Database,
        dice: Random,
        clock: Clock,
        committed: Committed,
        seen: Sequence[Observation] = (),
    ) -> None:
        self.name, self.room, self.points, self.sense = name, room, Points(), Sense(seen)
        self.paused_until = 0
        self.reader, self.writer = LogReader(log, dice, clock.wait), LogWriter(log)
        self.store = DatabaseStore(database, self.points.reached, committed)
        self.service = Service(
            room,
            make_state,
            shards,
            self.store,
            self.reader,
            self.writer,
            process=name,
            partitions=len(shards),
            kill=self.points,  # type: ignore[arg-type]
            senses=(self.sense,),
            now_s=clock.now_s,
        )

    def begin(self) -> None:
        """Own the shards and load them. Raises Violated where the room refuses to start."""
        self.reader.is_whole = True
        try:
            drive(self.service.begin())
        except StartRefused as error:
            raise Violated("start", str(error)) from error
        self.reader.is_whole = False

    def turn(self) -> int:
        """One poll; how many records it held. Raises one of DEATHS, or Violated where the process
        dies of anything that nobody wished for.
        """
        try:
            return int(drive(self.service.turn(0)))
        except (*DEATHS, Violated):
            raise
        except ReaderStopped as error:
            if GAP_TEXT in str(error):
                raise Crashed(str(error)) from error
            raise Violated("process", f"{self.name} stops: {error}") from error
        except Exception as error:
            raise Violated("process", f"{self.name} dies: {error!r}") from error


def drive(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits: everything it asks for is in memory."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise Violated("process", "the loop waits for something that does not come")
