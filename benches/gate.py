"""The gate: from a decoded SubmitOrder to the verdict, view included, beside nautilus_trader's.

200 accounts x 500 symbols, a position in each and working orders on every fifth, every limit set.
One order in five is denied, one in ten is an exit; no two in a row are of one account or symbol.
CPU time, so that what else the machine does counts as little as it can; the peer's orders all pass.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

from benches.gate_world import NOW, commands, full_state
from benches.nautilus import reference
from benches.result import Result, against, at_most, quantile, told
from services.risk.core.gate import CHECKS, judge
from services.risk.core.state import RiskState
from services.risk.handlers import on_submit_order
from shared.commands import SubmitOrder

ORDERS = 20_000
ROUNDS = 9
DENIED_SHARE = 0.20
US_PER_CHECK_MAX = 0.16
RATIO_MAX = 1.1


def judge_all(state: RiskState, asked: list[SubmitOrder]) -> tuple[float, float]:
    """(microseconds an order, share denied) of one round."""
    denied = 0
    began = time.process_time()
    for command in asked:
        if judge(command.order, command.at, state, NOW).violations:
            denied += 1
    took = time.process_time() - began
    return took / len(asked) * 1e6, denied / len(asked)


def latencies(state: RiskState, asked: list[SubmitOrder]) -> list[float]:
    """Microseconds of each order by itself, sorted; each holds two readings of the clock."""
    clock, found = time.perf_counter, []
    for command in asked:
        began = clock()
        judge(command.order, command.at, state, NOW)
        found.append((clock() - began) * 1e6)
    return sorted(found)


def handled(state: RiskState, asked: list[SubmitOrder]) -> float:
    """Microseconds an order with all that follows: rows reserved and written, the event made."""
    began = time.process_time()
    for command in asked:
        on_submit_order(command, state, NOW)
    return (time.process_time() - began) / len(asked) * 1e6


def run(state: Path) -> Iterator[Result]:
    """The verdict a check and against the peer's, measured in turns; then what explains it."""
    risk, asked = full_state(), commands(ORDERS)
    judge_all(risk, asked)
    risk.latest.take_evidence()
    gc.collect()
    gc.freeze()
    peer = reference(state)
    rounds, peers = [], []
    for _ in range(ROUNDS):
        judge_all(risk, asked[: ORDERS // 6])  # as the peer's process warms up
        rounds.append(judge_all(risk, asked))
        peers.append(peer.measure())
    value = sorted(us for us, _ in rounds)[ROUNDS // 2]
    beside = sorted(peers)[ROUNDS // 2]
    share = rounds[0][1]
    if abs(share - DENIED_SHARE) > 0.01:
        raise AssertionError(f"{share:.3f} of the orders are denied, not {DENIED_SHARE}")
    yield at_most("gate.check", value / len(CHECKS), "us/check", US_PER_CHECK_MAX)
    yield against("gate.verdict", value, "us/order", peer.name, beside, RATIO_MAX)
    spread = latencies(risk, asked)
    yield told("gate.verdict_p99", quantile(spread, 0.99), "us/order")
    yield told("gate.handler", handled(risk, commands(ORDERS // 6, "kept")), "us/order")
