"""State lived equals state loaded: what a process has in memory is what another one would load, and
what is reckoned from it comes out the same. Risk's positions, cash and live orders are those of its
journal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.room import MakeState
from shared.shard import Shard
from shared.table import Latest
from simulation.errors import require
from simulation.invariants.gate import Gate
from simulation.store import Database

NAME = "loaded"
SUMS = ("cash", "withdrawn", "buy_notional", "open_count")
HELD = ("quantity", "buy_quantity", "buy_notional", "sell_quantity", "sell_notional")


def check_shard(shard: Shard, database: Database) -> None:
    """The rows of one shard, just after a commit or before any change."""
    if database.shards[shard.number].version != shard.row.version or shard.has_news():
        return
    for table in shard.tables:
        stored = database.rows[(shard.number, table.name)]
        kept = {k: row for k, row in stored.items() if table.keep is None or table.keep(row)}
        lived = {table.key_of(row): row for row in table.rows()}
        require(
            lived == kept,
            NAME,
            lambda: f"{shard.room.name}.{table.name}: {_differing(lived, kept)}",
        )


def _differing(lived: dict[Any, Any], kept: dict[Any, Any]) -> str:
    keys = [key for key in lived.keys() | kept.keys() if lived.get(key) != kept.get(key)]
    return f"in memory {lived.get(keys[0])}, stored {kept.get(keys[0])}"


def check_books(shard: Shard, make_state: MakeState) -> None:
    """The sums of risk's exposure books, against those of a state that is loaded anew."""
    fresh: Any = make_state(Latest(), shard.number)
    state: Any = shard.state
    for mine, theirs in zip(fresh.tables(), state.tables(), strict=True):
        mine.load(theirs.rows())
    for account, book in state.books.accounts.items():
        other = fresh.books.of(account)
        ours, anew = ([getattr(one, name) for name in SUMS] for one in (book, other))
        require(
            ours == anew, "exposure", lambda: f"{account}: {SUMS} are {ours}, reckoned anew {anew}"
        )
        for symbol, holding in book.holdings.items():
            again = other.holdings.get(symbol)
            ours = [getattr(holding, name) for name in HELD]
            anew = [getattr(again, name, Decimal(0)) for name in HELD]
            require(
                ours == anew,
                "exposure",
                lambda: f"{account} {symbol}: {ours}, reckoned anew {anew}",
            )


def check_gate(gate: Gate, database: Database, shards: int) -> None:
    """Risk's stored positions, cash and orders are what its journal says that it has handled."""
    rows = [database.rows[(number, "positions")] for number in range(shards)]
    stored = {key: row.quantity for part in rows for key, row in part.items() if row.quantity}
    followed = {key: quantity for key, quantity in gate.position.items() if quantity}
    require(stored == followed, "books", lambda: f"risk has {stored}, its journal makes {followed}")
    held = {key[0] for n in range(shards) for key in database.rows[(n, "live_orders")]}
    live = gate.reserved.ids()
    require(held == live, "exposure", lambda: f"risk holds {held - live}, lacks {live - held}")
    for number in range(shards):
        for (account,), row in database.rows[(number, "accounts")].items():
            cash = gate.cash[account]
            require(
                row.cash == cash, "books", lambda: f"{account}: risk has {row.cash}, journal {cash}"
            )
