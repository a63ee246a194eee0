"""Everything a route may use, made once by the wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.gateway.asking import Asking
from services.gateway.core.problems import not_found
from services.gateway.core.sheet import Sheet
from services.gateway.governing import Governing
from services.gateway.hub import Hub
from services.gateway.keyring import Keyring
from services.gateway.opening import Opening
from services.gateway.ports import Calendar, MarketReads, Reads
from services.gateway.releasing import Releasing
from services.gateway.streams.updates import TradeUpdates
from services.gateway.trading import Trading
from shared.clock import monotonic_s
from shared.instruments import Instrument
from shared.types import Account

BOOKED_S_MAX = 0.4
BOOKED_STEP_S = 0.01


@dataclass
class Services:
    """One for the process. Accounts never change, so they are remembered."""

    hub: Hub
    reads: Reads
    asking: Asking
    keyring: Keyring
    trading: Trading
    opening: Opening
    governing: Governing
    releasing: Releasing
    market: MarketReads
    calendar: Calendar
    updates: TradeUpdates
    instruments: Mapping[str, Instrument]
    _accounts: dict[str, Account] = field(default_factory=dict)

    async def sheet(self, account_id: str) -> Sheet:
        """An account by its last valuation; a fill that OMS shows is in it, unless portfolio needs
        longer than BOOKED_S_MAX for it. Raises Problem (404).
        """
        until = monotonic_s() + BOOKED_S_MAX
        while True:
            sheet = await self.reads.sheet(account_id)
            if sheet is None:
                raise not_found(f"account {account_id} was not valued yet")
            if not sheet.behind or monotonic_s() > until:
                return sheet
            await asyncio.sleep(BOOKED_STEP_S)

    async def account(self, account_id: str) -> Account:
        """An account. Raises Problem (404)."""
        known = self._accounts.get(account_id)
        if known is not None:
            return known
        found = None
        if len(account_id) <= 64 and account_id.isprintable():
            found = await self.reads.account(account_id)
        if found is None:
            raise not_found(f"account not found for {account_id[:64]!r}")
        self._accounts[account_id] = found
        return found
