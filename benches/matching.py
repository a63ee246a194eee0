"""The paper exchange: decoded ticks of one symbol through its handler, 100 working orders in it.

The ticks are like AIG's of a busy day: a spread of a cent, 7 prints in 100, several in one
millisecond, 50 in a batch. The orders lie from 5 cents to 5 dollars away on both sides, so a few
fill and nearly all ticks touch none; for `fill` they all lie at two prices that trade all the time.
The reference is what no exchange in this language can do without: a loop over the same columns with
two comparisons of floats a tick. CPU time, in turns.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from benches.result import Result, against, at_least, told
from services.venue.core.matching.terms import ExchangeTerms, QueueModel
from services.venue.core.rows import RESTING, PaperOrderRow
from services.venue.core.state import VenueState
from services.venue.handlers import on_tick_batch
from shared.events.market import TickBatch
from shared.instruments import Instrument
from shared.table import At, Latest
from shared.types import OrderType, Side, Time, TimeInForce

QUOTES, TICKS_PER_BATCH, ORDERS, ROUNDS = 200_000, 50, 100, 7
PRINT_SHARE = 0.07
BEGIN, MIDDLE_CENTS, NEAREST_CENTS, STEP_CENTS = 1_381_327_200_000_000, 4782, 5, 10
FEW, MANY = 1000, 1_000_000_000
QUOTES_PER_SECOND_MIN = 300_000
RATIO_MAX = 8


def batches() -> list[TickBatch]:
    """A walk of a cent at a time, drawn back to the middle, so that the day has a range."""
    dice, found, cents, now, quotes = random.Random(1), [], MIDDLE_CENTS, BEGIN, 0
    while quotes < QUOTES:
        columns: tuple[list, ...] = ([], [], [], [], [])
        kinds = ""
        for _ in range(TICKS_PER_BATCH):
            now += dice.choice((0, 0, 1000, 5000))
            cents += dice.choice((-1, 0, 0, 0, 0, 1)) if dice.random() < 0.2 else 0
            cents += (cents < MIDDLE_CENTS - 20) - (cents > MIDDLE_CENTS + 20)
            is_print = dice.random() < PRINT_SHARE
            kinds += "t" if is_print else "q"
            size = 100.0 * dice.randrange(1, 40)
            ask = (0.0, 0.0) if is_print else ((cents + 1) / 100, 100.0 * dice.randrange(1, 40))
            for column, value in zip(columns, (now, cents / 100, size, *ask), strict=True):
                column.append(value)
        quotes += kinds.count("q")
        found.append(_batch(kinds, columns, quotes))
    return found


def _batch(kinds: str, columns: tuple[list, ...], row: int) -> TickBatch:
    times, bids, bid_sizes, asks, ask_sizes = columns
    return TickBatch(
        at=Time(times[-1]),
        market_at=Time(times[-1]),
        symbol="AIG",
        source="bench",
        run="bench",
        kind=kinds,
        time_us=times,
        bid=bids,
        bid_size=bid_sizes,
        ask=asks,
        ask_size=ask_sizes,
        row=list(range(row, row + len(kinds))),
        ordinal=[0] * len(kinds),
    )


def state_of(model: QueueModel, step_cents: int, quantity: int) -> VenueState:
    """100 resting orders, each of a firm of its own; half of them buy. The nearest is 5 cents from
    the middle of the walk.
    """
    latest = Latest()
    latest.set("", ExchangeTerms(queue_model=model))
    state = VenueState(latest, {"AIG": Instrument(symbol="AIG")}, 0)
    for number in range(ORDERS):
        away = NEAREST_CENTS + number // 2 * step_cents
        cents = MIDDLE_CENTS + (away if number % 2 else -away)
        state.paper_orders.put(_resting(number, Decimal(cents) / 100, quantity))
    state.paper_orders.settle()
    return state


def _resting(number: int, limit: Decimal, quantity: int) -> PaperOrderRow:
    return PaperOrderRow(
        order_id=f"order-{number}",
        venue_order_id=f"venue-{number}",
        account_id=f"account-{number}",
        firm_id=f"firm-{number}",
        symbol="AIG",
        side=Side.SELL if number % 2 else Side.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        quantity=Decimal(quantity),
        limit_price=limit,
        extended_hours=False,
        status=RESTING,
        number=number,
        arrived_at=Time(BEGIN),
    )


def played(played_batches: list[TickBatch], state: VenueState) -> tuple[float, int]:
    """(nanoseconds a tick, reports) of all batches through the handler."""
    reports = 0
    began = time.process_time_ns()
    for batch in played_batches:
        at = At(batch.at, batch.market_at)
        reports += len(on_tick_batch(batch, state, at))
    took = time.process_time_ns() - began
    return took / (len(played_batches) * TICKS_PER_BATCH), reports


def compared(played_batches: list[TickBatch]) -> float:
    """Nanoseconds a tick of two comparisons of floats."""
    low, high, found = 40.0, 60.0, 0
    began = time.process_time_ns()
    for batch in played_batches:
        bids, asks = batch.bid, batch.ask
        for index in range(len(bids)):
            if bids[index] <= low or asks[index] >= high:
                found += 1
    took = time.process_time_ns() - began
    if found:
        raise AssertionError(f"{found} ticks are outside the walk")
    return took / (len(played_batches) * TICKS_PER_BATCH)


def run(state: Path) -> Iterator[Result]:
    """The default model against its floor and the bare loop; then what the others cost."""
    ticks = batches()
    gc.collect()
    gc.freeze()
    rounds, bare, reports = [], [], 0
    for _ in range(ROUNDS):
        took, reports = played(ticks, state_of(QueueModel.CONSERVATIVE, STEP_CENTS, FEW))
        rounds.append(took)
        bare.append(compared(ticks))
    value, beside = sorted(rounds)[ROUNDS // 2], sorted(bare)[ROUNDS // 2]
    share = sum(batch.kind.count("q") for batch in ticks) / (len(ticks) * TICKS_PER_BATCH)
    yield at_least("matching.quotes", 1e9 / value * share, "quotes/s", QUOTES_PER_SECOND_MIN)
    name = "two comparisons of floats a tick"
    yield against("matching.tick", value, "ns/tick", name, beside, RATIO_MAX)
    yield told("matching.reports", reports, "reports")
    for model in (QueueModel.OPTIMISTIC, QueueModel.PROBABILISTIC):
        yield told(
            f"matching.{model}", played(ticks, state_of(model, STEP_CENTS, FEW))[0], "ns/tick"
        )
    crowded = state_of(QueueModel.PROBABILISTIC, 0, MANY)
    some = ticks[: len(ticks) // 50]
    took, fills = played(some, crowded)
    yield told("matching.fill", took * len(some) * TICKS_PER_BATCH / fills / 1000, "us/fill")
