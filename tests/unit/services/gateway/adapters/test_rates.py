"""Rates, shared and alone."""

from __future__ import annotations

import asyncio
import socket

from limits.aio.storage import MemoryStorage

from services.gateway.adapters.rates import SharedRates, shared_counts


def used(rates: SharedRates, times: int) -> list[bool]:
    return [rates.take("PK")[0] for _ in range(times)]


def test_so_many_pass_and_no_more() -> None:
    rates = SharedRates(3, MemoryStorage())
    assert used(rates, 4) == [True, True, True, False]
    assert rates.take("PK2")[:2] == (True, 2)


def test_gateways_that_share_a_storage_share_the_count() -> None:
    async def body() -> None:
        storage = MemoryStorage()
        one, other = SharedRates(4, storage), SharedRates(4, storage)
        used(one, 2)
        used(other, 1)
        await one.share()
        await other.share()  # hears of both of one's
        await one.share()
        assert used(other, 2) == [True, False]

    asyncio.run(body())


def test_without_redis_each_counts_for_itself_and_the_loss_is_noted() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    rates = SharedRates(2, shared_counts(f"redis://127.0.0.1:{port}/0"))
    assert used(rates, 1) == [True]
    asyncio.run(rates.share())
    assert rates.is_degraded
    assert used(rates, 2) == [True, False]
