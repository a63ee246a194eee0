"""What can go wrong with a running stack. Each fault is a function of the world and its dice that
says what it did; all of them pass by themselves or are mended before a history is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from shared.kill import POINTS
from shared.topics import TOPICS, Kind

if TYPE_CHECKING:
    from simulation.world import World

Fault = Callable[["World", Random], str]
EVENTS = sorted(name for name, topic in TOPICS.items() if topic.kind is not Kind.OBSERVATION)


def crash_at_point(world: World, dice: Random) -> str:
    """A process dies at a named point of its loop, some turns from now."""
    process = world.running[dice.choice(world.names)]
    point, nth = dice.choice(POINTS), dice.choice((1, 1, 2, 5))
    process.points.arm(point, nth)
    process.store.arrives = dice.random() < 0.5
    return f"{process.name} will die at {point}, time {nth}"


def crash(world: World, dice: Random) -> str:
    """A process dies between two turns, and stays away for a while."""
    name = dice.choice(world.names)
    world.die(name, "killed", dice.choice((0, 0, 10, 60)))
    return f"{name} is killed"


def fail_sends(world: World, dice: Random) -> str:
    """The log does not take some records; those after them may get in."""
    process = world.running[dice.choice(world.names)]
    process.writer.fails += dice.choice((1, 1, 2, 5))
    process.writer.slow += dice.choice((0, 1, 4))
    return f"{process.name}: {process.writer.fails} sends will fail"


def answer_late(world: World, dice: Random) -> str:
    """The log takes records, but says so only later."""
    process = world.running[dice.choice(world.names)]
    process.writer.slow += dice.randrange(1, 8)
    return f"{process.name}: {process.writer.slow} answers are late"


def write_twice(world: World, dice: Random) -> str:
    """Records are in the log twice, as after a relay that was repeated."""
    process = world.running[dice.choice(world.names)]
    process.writer.twice += dice.randrange(1, 6)
    return f"{process.name}: {process.writer.twice} records come twice"


def delay(world: World, dice: Random) -> str:
    """Nobody is given anything of one topic partition for a while."""
    topic, number = dice.choice(EVENTS), dice.randrange(world.shards)
    world.hide(topic, number, dice.randrange(5, 60))
    return f"{topic}/{number} is late"


def two_owners(world: World, dice: Random) -> str:
    """A process is stopped, another takes its shards over, and the first one wakes up."""
    name = dice.choice(world.names)
    if name not in world.alive():
        return f"{name} would have two owners, but it is dead"
    world.take_over(name, is_cut=dice.random() < 0.5, wakes_in=dice.randrange(1, 40))
    return f"{name} has two owners"


def silence(world: World, dice: Random) -> str:
    """A room does nothing for some seconds."""
    name = dice.choice(world.names)
    world.pause(name, dice.choice((20, 80, 200)))
    return f"{name} is silent"


def silence_market(world: World, dice: Random) -> str:
    """Feed and clock say nothing for a while."""
    world.silence_market(dice.choice((20, 100, 250)))
    return "market_data is silent"


def kill_feed(world: World, dice: Random) -> str:
    """The feed is dead for a while; the clock goes on."""
    world.kill_feed(dice.choice((100, 250)))
    return "the feed is dead"


def jump_clock(world: World, dice: Random) -> str:
    """The wall clock jumps forward."""
    jump_ms = dice.choice((300, 1500, 4000, 12_000))
    world.clock.wall += jump_ms * 1000
    return f"the clock jumps by {jump_ms} ms"


def set_clock_back(world: World, dice: Random) -> str:
    """The wall clock is set back a little."""
    world.clock.wall -= dice.choice((50, 400)) * 1000
    return "the clock is set back"


def poison(world: World, dice: Random) -> str:
    """From now on some orders make OMS raise."""
    world.is_poisonous = True
    return "poison"


FAULTS: tuple[tuple[int, Fault], ...] = (
    (10, crash_at_point),
    (4, crash),
    (4, fail_sends),
    (6, answer_late),
    (5, write_twice),
    (6, delay),
    (4, two_owners),
    (2, silence),
    (1, silence_market),
    (2, kill_feed),
    (2, jump_clock),
    (1, set_clock_back),
    (2, poison),
)
WEIGHTS = [weight for weight, _ in FAULTS]


def strike(world: World, dice: Random) -> str:
    """Something goes wrong."""
    (_, fault) = dice.choices(FAULTS, WEIGHTS)[0]
    return fault(world, dice)
