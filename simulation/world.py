"""A simulated stack: clients, market, log, and the processes of the four rooms, one step at a time.

A step is one thing that happens: a client asks, a price moves, a second goes by, a room takes a
turn (one poll of the real loop), an answer of the log arrives, something goes wrong. What happens
at a step follows from the seed, the number of the step and the state of the world, so a history
may be played with some of its steps left out (see `shrink`).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from services.venue.core.matching.terms import ExchangeTerms
from services.venue.core.observations import LinkOpened
from shared.bus.ports import Partition
from shared.messages import Command, Observation
from shared.statements import Harvest
from shared.types import SECOND_US, Time
from simulation import faults
from simulation.clients import Clients
from simulation.clock import Clock
from simulation.invariants.checks import Invariants
from simulation.log import Log
from simulation.market import Market
from simulation.process import DEATHS, Process
from simulation.rooms import Kind, rooms
from simulation.store import Database

BEGINS = int(Time.parse("2013-10-09T14:00:00Z"))
SHARDS = 2
MARKED_US = 200_000
STRUCK = 300
"""How many orders in a thousand suffer a fault of the venue."""
ACTS = ("turn", "client", "market", "answer", "fault")
WEIGHTS = (60, 18, 12, 6, 1)
PEACE = (60, 18, 12, 6, 0)


class World:
    """One history. `tell` is given a line for each step, for who wants to read it."""

    def __init__(self, seed: int, *, is_faulty: bool = True) -> None:
        self.seed, self.is_faulty, self.shards = seed, is_faulty, SHARDS
        self.dice = Random()
        self.step, self.clock, self._next_second = 0, Clock(BEGINS), BEGINS
        self.is_poisonous, self.is_settling = False, False
        self.log = Log(self._heard)
        self.market = Market(self.log.append, SHARDS, BEGINS)
        tokens: dict[str, str] = {}
        self.invariants = Invariants(
            SHARDS, self.log.of, lambda symbol: self.market.alive_at.get(symbol, 0), tokens
        )
        self.clients = Clients(
            self._asked, self.log.append, self.invariants.orders.working, self.market.price, SHARDS
        )
        self.clients.tokens = tokens
        self.clients.positions = self.invariants.fills.oms_position
        self.kinds: dict[str, Kind] = rooms(is_mended=not is_faulty)
        self.names = sorted(self.kinds)
        self.databases = {name: Database() for name in self.names}
        self.venue_faults = f"seed:{seed}:{STRUCK}" if is_faulty else ""
        self.running: dict[str, Process] = {}
        self._away: dict[str, int] = {}
        self._stopped: list[tuple[int, Process]] = []
        self._market_until = self._feed_until = 0
        self.begins = self.events = self.taken = 0

    def _heard(self, topic: str, number: int, raw: bytes) -> None:
        self.events += 1
        self.invariants.on_record(topic, number, raw)

    def _asked(self, topic: str, number: int, command: Command) -> None:
        self.invariants.on_asked(command)

    # -- processes -------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Start a process of a room; it owns every shard."""
        kind = self.kinds[name]
        self.begins += 1
        process = Process(
            name,
            kind.room,
            kind.make_state,
            range(SHARDS),
            self.log,
            self.databases[name],
            self.dice,
            self.clock,
            lambda harvests: self._committed(name, harvests),
            self._seen(name),
        )
        process.begin()
        self.running[name] = process

    def _seen(self, name: str) -> Sequence[Observation]:
        if name != "venue.paper":
            return ()
        at = Time(self.clock.wall)
        return (
            ExchangeTerms(at=at, faults=self.venue_faults),
            LinkOpened(at=at, market_at=Time(0), process=f"venue-{self.begins}"),
        )

    def _committed(self, name: str, harvests: Sequence[Harvest]) -> None:
        self.events += 1
        self.invariants.on_commit(name, harvests)

    def die(self, name: str, why: str, steps: int) -> None:
        """A process is gone; another one starts after so many steps."""
        self._away[name] = self.step + steps

    def alive(self) -> list[str]:
        """The rooms whose process has not died."""
        return [name for name in self.names if name not in self._away]

    def pause(self, name: str, steps: int) -> None:
        """A process does nothing for a while, and keeps what it has."""
        self.running[name].paused_until = self.step + steps

    def hide(self, topic: str, number: int, steps: int) -> None:
        """Nobody is given anything of a partition for a while."""
        self.log.hidden[Partition(topic, number)] = self.step + steps

    def silence_market(self, steps: int) -> None:
        """Neither feed nor clock."""
        self.market.is_silent, self._market_until = True, self.step + steps

    def kill_feed(self, steps: int) -> None:
        """No prices, and no sign of the feed."""
        self.market.is_feed_dead, self._feed_until = True, self.step + steps

    def take_over(self, name: str, *, is_cut: bool, wakes_in: int) -> None:
        """Another process owns the shards now; the old one wakes up later and goes on."""
        old = self.running[name]
        self.begin(name)
        old.store.is_cut = is_cut
        self._stopped.append((self.step + wakes_in, old))

    # -- steps -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Rooms begin, accounts are opened."""
        self.dice.seed(self.seed)
        for name in self.names:
            self.begin(name)
        self.clients.open_all(self.clock.wall)
        self.calm(2)
        self.clients.set_all_limits(self.clock.wall)
        self.calm(2)

    def take_step(self, number: int) -> str:
        """One thing happens; what it was."""
        self.events, self.taken = self.events + 1, self.taken + 1
        self.step = self.log.step = number
        dice = self.dice
        dice.seed(self.seed * 1_000_003 + number)
        self.clock.wall += dice.randrange(0, 30_000)
        self._pass_time()
        act = dice.choices(ACTS, WEIGHTS if self.is_faulty else PEACE)[0]
        if act == "turn":
            return self._turn_one(dice)
        if act == "client":
            return self.clients.act(number, self.clock.wall, dice, is_poisonous=self.is_poisonous)
        if act == "market":
            return self.market.move(self.clock.wall, dice)
        if act == "answer":
            process = self.running[dice.choice(self.names)]
            process.writer.answer()
            return f"{process.name}: the log answers"
        return faults.strike(self, dice)

    def _pass_time(self) -> None:
        if self.market.is_silent and self.step >= self._market_until:
            self.market.is_silent = False
        if self.market.is_feed_dead and self.step >= self._feed_until:
            self.market.is_feed_dead = False
        while self.clock.wall >= self._next_second:
            self.market.second(self.clock.wall)
            self._next_second = max(self._next_second, self.clock.wall - SECOND_US) + SECOND_US
        for name in [name for name, until in self._away.items() if until <= self.step]:
            del self._away[name]
            self.begin(name)
        for until, process in [one for one in self._stopped if one[0] <= self.step]:
            self._stopped.remove((until, process))
            self._wake(process)

    def _wake(self, process: Process) -> None:
        """A process that has lost its shards goes on; it must not get anything in."""
        process.writer.answer()
        for _ in range(2):
            try:
                process.turn()
            except DEATHS:
                return

    def _turn_one(self, dice: Random) -> str:
        names = self.names[:]
        dice.shuffle(names)
        for name in names:
            if self._may_turn(name):
                return f"{name} handles {self._turn(name)}"
        return "nobody has anything to do"

    def _may_turn(self, name: str) -> bool:
        process = self.running[name]
        if name in self._away or process.paused_until > self.step:
            return False
        return process.reader.has_more() or bool(process.sense.waiting)

    def _turn(self, name: str) -> str:
        process = self.running[name]
        try:
            return f"{process.turn()} records"
        except DEATHS as death:
            again = 0 if self.is_settling else self.dice.choice((0, 0, 0, 15, 80))
            self.die(name, str(death), again)
            return f"nothing more: {death}"

    def calm(self, seconds: int) -> None:
        """Let every room read all there is, again and again, while seconds go by."""
        for number in range(2 * seconds):
            self.clock.wall += SECOND_US // 2
            self._pass_time()
            self._let_read(with_the_idle=number % 4 == 3)

    def rest(self) -> None:
        """Let every room read on while no time goes by, until nothing is left."""
        for _ in range(100):
            self._let_read(with_the_idle=True)
            if not any(self.running[name].reader.has_more() for name in self.names):
                self.clock.wall += MARKED_US  # what was relayed is marked a moment later
                self._let_read(with_the_idle=True)
                return

    def _let_read(self, *, with_the_idle: bool) -> None:
        for name in self.alive():
            process = self.running[name]
            process.reader.is_whole = True
            if with_the_idle or process.reader.has_more():
                self.taken += 1
                self._turn(name)
            process.writer.answer()
            process.reader.is_whole = False

    def mend(self) -> None:
        """Faults stop. Whoever is stopped wakes up, whoever is dead starts."""
        self.is_settling, self.is_poisonous, self.step = True, False, self.step + 1_000_000
        self.log.hidden.clear()
        self.log.step = self.step
        self._pass_time()
        self.calm(2)
