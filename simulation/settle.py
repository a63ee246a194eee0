"""The end of a history: faults stop, what was broken is mended, everybody reads all there is. Then
the whole is judged: nothing may be missing anywhere, the gate must open again, and every room's
log must decide itself again in the same bytes and make the same tables.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared import codec
from shared.bus.ports import Partition, Record
from shared.commands import ReleaseAccount, SubmitOrder
from shared.events.oms import OrderFlagged
from shared.events.risk import OrderDenied
from shared.replay import Replay
from shared.start import inputs, written
from shared.topics import OMS_INBOX, RISK_INBOX
from shared.types import ZERO, Order, OrderStatus, OrderType, Side, Time
from simulation.errors import require
from simulation.invariants.venue import check_venue
from simulation.owners import OWNERS, Owner
from simulation.rooms import rooms

if TYPE_CHECKING:
    from simulation.world import World

CLOSED = frozenset(
    {
        "COMMAND_TOO_OLD",
        "LIMITS_MISSING",
        "REFERENCE_PRICE_MISSING",
        "REFERENCE_PRICE_STALE",
        "ROOM_SILENT",
        "VALUATION_MISSING",
        "VALUATION_STALE",
    }
)
"""Why a gate denies that cannot decide. A stack that is well has none of these."""


def settle(world: World) -> None:
    """Mend everything and let it come to rest."""
    world.mend()
    world.kinds, world.venue_faults = rooms(is_mended=True), ""
    for name in world.names:
        world.begin(name)
    world.calm(4)
    for owner in OWNERS:
        fields = {"command_id": f"release-{owner.account_id}", **_whose(world, owner)}
        world.clients.ask(OMS_INBOX, ReleaseAccount(**fields, room="oms"))
    world.calm(6)
    for owner in OWNERS:
        world.clients.free(owner, world.clock.wall)
    world.calm(3)
    for owner in OWNERS:
        world.clients.confirm(owner, world.clock.wall)
    world.calm(2)
    for owner in OWNERS:
        _probe(world, owner)
    world.calm(5)
    world.rest()


def _whose(world: World, owner: Owner) -> dict[str, Any]:
    at = Time(world.clock.wall)
    return {
        "at": at,
        "market_at": at,
        "actor": "ada",
        "firm_id": owner.firm_id,
        "account_id": owner.account_id,
    }


def _probe(world: World, owner: Owner) -> None:
    """A small order, to see whether the gate can decide."""
    name = f"probe-{owner.account_id}"
    order = Order(
        order_id=name,
        account_id=owner.account_id,
        firm_id=owner.firm_id,
        client_order_id=name,
        symbol="AIG",
        side=Side.BUY,
        quantity=Decimal(1),
        type=OrderType.LIMIT,
        limit_price=Decimal(1),
        actor="ada",
    )
    fields = {"command_id": name, **_whose(world, owner)}
    world.clients.ask(RISK_INBOX, SubmitOrder(**fields, order=order))


def judge(world: World) -> None:
    """Everything that must hold once all has come to rest."""
    world.invariants.check_whole()
    _check_rest(world)
    _check_gate(world)
    _check_books(world)
    _check_unknown(world)
    for number in range(world.shards):
        check_venue(*(_tables(world, name, number) for name in ("venue.paper", "oms", "portfolio")))


def _tables(world: World, name: str, number: int) -> dict[str, Any]:
    names = [table.name for table in world.running[name].service.shards[number].tables]
    return {table: world.databases[name].rows[(number, table)] for table in names}


def _check_rest(world: World) -> None:
    """Nothing waits anywhere."""
    for name in world.names:
        process, database = world.running[name], world.databases[name]
        require(
            not process.reader.has_more(), "liveness", lambda: f"{name} has not read everything"
        )
        require(
            not database.outbox, "liveness", lambda: f"{name} has not relayed {database.outbox}"
        )
        for number in range(world.shards):
            held = database.rows[(number, "quarantine")]
            require(not held, "liveness", lambda: f"{name} holds {list(held.values())}")


def _check_gate(world: World) -> None:
    """The gate can decide again."""
    for owner in OWNERS:
        verdict = world.invariants.orders.judged.get(f"probe-{owner.account_id}")
        require(
            verdict is not None,
            "liveness",
            lambda: f"nobody judged the probe of {owner.account_id}",
        )
        if isinstance(verdict, OrderDenied):
            codes = {one.code for one in verdict.violations} & CLOSED
            require(
                not codes,
                "liveness",
                lambda: f"the gate stays closed for {owner.account_id}: {codes}",
            )


def _check_books(world: World) -> None:
    """Risk, OMS, portfolio and the reckoning beside them have the same positions and cash."""
    ours, gate = world.invariants.fills, world.invariants.gate
    for number in range(world.shards):
        risk = world.databases["risk"].rows
        positions = {k: r.quantity for k, r in risk[(number, "positions")].items() if r.quantity}
        _same("risk.positions", positions, ours.position, number, world)
        book = world.databases["portfolio"].rows
        held = {k: r.quantity for k, r in book[(number, "positions")].items() if r.quantity}
        _same("portfolio.positions", held, ours.position, number, world)
        for (account,), row in book[(number, "accounts")].items():
            cash = risk[(number, "accounts")][(account,)].cash
            require(
                row.cash == cash == ours.cash[account],
                "books",
                lambda: f"{account}: {row.cash} {cash}",
            )
    for owner in OWNERS:
        _check_flat(world, owner, is_flat=gate.is_flat(owner.account_id))
    tripped = {
        (row.account_id, row.breaker)
        for number in range(world.shards)
        for row in world.databases["risk"].rows[(number, "breakers")].values()
        if row.state == "tripped"
    }
    world.invariants.halts.check_latched(tripped)


def _same(what: str, found: Any, wanted: Any, number: int, world: World) -> None:
    mine = {
        key: quantity
        for key, quantity in wanted.items()
        if quantity and world.clients.shard_of(key[0]) == number
    }
    require(found == mine, "books", lambda: f"{what}/{number} has {found}, fills make {mine}")


def _check_flat(world: World, owner: Owner, *, is_flat: bool) -> None:
    """Exposure is zero where nothing is held and nothing works."""
    if not is_flat:
        return
    shard = world.running["risk"].service.shards[world.clients.shard_of(owner.account_id)]
    book = shard.state.books.of(owner.account_id)  # type: ignore[attr-defined]
    sums = (book.gross, book.extra, book.buy_notional, book.withdrawn, Decimal(book.open_count))
    require(
        sums == (ZERO,) * 5, "exposure", lambda: f"{owner.account_id} is flat, its book has {sums}"
    )


def _check_unknown(world: World) -> None:
    """Every order that OMS sent was answered, or a person was told that it was not."""
    flagged = set()
    for number in range(world.shards):
        for raw in world.log.of(Partition("oms.orders", number)):
            message = codec.decode("oms.orders", raw)
            if isinstance(message, OrderFlagged):
                flagged.add(message.order_id)
    for order_id, status in world.invariants.orders.status.items():
        if status is OrderStatus.PENDING_NEW:
            is_known = order_id in flagged
            require(
                is_known, "liveness", lambda: f"order {order_id} is unknown and nobody was told"
            )


def decide_again(world: World, name: str) -> None:
    """P8: a room's log, decided again, says the same bytes and makes the same tables."""
    kind, database = world.kinds[name], world.databases[name]
    for number in range(world.shards):
        log: dict[Partition, list[Record]] = {}
        for topic in (*inputs(kind.room), *written(kind.room)):
            raws = world.log.of(Partition(topic, number))
            records = [Record(topic, number, offset, raw) for offset, raw in enumerate(raws)]
            log[Partition(topic, number)] = records
        replay = Replay(kind.room, kind.make_state, number, log)
        for difference in replay.run():
            require(False, "replay", difference)
        for table in replay.shard.tables:
            again = {table.key_of(row): row for row in table.rows()}
            stored = database.rows[(number, table.name)]
            require(
                again == stored,
                "replay",
                lambda: f"{name}.{table.name}/{number}: {_first_difference(again, stored)}",
            )


def _first_difference(again: dict[Any, Any], stored: dict[Any, Any]) -> str:
    for key in sorted(again.keys() | stored.keys()):
        if again.get(key) != stored.get(key):
            return f"{key}: {_fields(stored.get(key), again.get(key))}"
    return "the same"


def _fields(stored: Any, again: Any) -> str:
    if stored is None or again is None:
        return f"is {stored}, decided again {again}"
    names = stored.__struct_fields__
    pairs = ((name, getattr(stored, name), getattr(again, name)) for name in names)
    return ", ".join(f"{name} {one}, decided again {two}" for name, one, two in pairs if one != two)
