"""Keys in memory."""

from __future__ import annotations

import asyncio

import pytest

from services.gateway.core.problems import Problem
from services.gateway.keyring import FRESH_S, Keyring
from services.gateway.ports import Unavailable
from tests.fakes.gateway_rows import ADMIN_KEY, SECRET, TRADER_KEY, FakeOwn


@pytest.mark.parametrize(
    ("key", "secret"),
    [(None, SECRET), (TRADER_KEY, None), (TRADER_KEY, "no"), ("PKNO", SECRET), ("x" * 65, "y"),
     ("\x00", SECRET), ("é", SECRET)],
)  # fmt: skip
def test_who_has_no_key_is_nobody(key: str | None, secret: str | None) -> None:
    with pytest.raises(Problem) as refused:
        asyncio.run(Keyring(FakeOwn()).identify(key, secret))
    assert refused.value.status == 401


def test_a_known_key_needs_no_database_for_a_while() -> None:
    now = [0.0]
    own = FakeOwn()
    ring = Keyring(own, lambda: now[0])

    async def body() -> None:
        await ring.identify(TRADER_KEY, SECRET)
        own.is_down = True
        now[0] = FRESH_S - 0.1
        assert (await ring.identify(TRADER_KEY, SECRET)).key_id == TRADER_KEY
        now[0] = FRESH_S + 0.1
        with pytest.raises(Unavailable):
            await ring.identify(TRADER_KEY, SECRET)

    asyncio.run(body())


def test_a_revoked_key_is_forgotten_and_told() -> None:
    ring, told = Keyring(FakeOwn()), list[str]()
    ring.on_revoked.append(told.append)

    async def body() -> None:
        await ring.identify(TRADER_KEY, SECRET)
        assert await ring.revoke(TRADER_KEY)
        with pytest.raises(Problem):
            await ring.identify(TRADER_KEY, SECRET)
        assert not await ring.revoke("PKNO")

    asyncio.run(body())
    assert told[0] == TRADER_KEY


def test_a_made_key_has_a_random_secret_of_256_bits() -> None:
    ring = Keyring(FakeOwn())

    async def body() -> set[str]:
        pairs = [await ring.create("ada", ("read",), None) for _ in range(3)]
        for key, secret in pairs:
            assert (await ring.identify(key.key_id, secret)).owner == "ada"
        return {secret for _, secret in pairs}

    secrets = asyncio.run(body())
    assert len(secrets) == 3
    assert {len(secret) for secret in secrets} == {43}


def test_the_administrators_key_may_do_everything() -> None:
    ring = Keyring(FakeOwn())

    async def body() -> None:
        await ring.register(ADMIN_KEY, "from-the-file", "grace")
        key = await ring.identify(ADMIN_KEY, "from-the-file")
        assert (key.owner, key.scopes) == ("grace", ("read", "trade", "risk", "admin"))

    asyncio.run(body())
