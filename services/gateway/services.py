"""Everything a route may use, made once by the wiring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.gateway.asking import Asking
from services.gateway.core.problems import not_found
from services.gateway.governing import Governing
from services.gateway.hub import Hub
from services.gateway.keyring import Keyring
from services.gateway.opening import Opening
from services.gateway.ports import Calendar, MarketReads, Reads
from services.gateway.streams.updates import TradeUpdates
from services.gateway.trading import Trading
from shared.instruments import Instrument
from shared.types import Account


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
    market: MarketReads
    calendar: Calendar
    updates: TradeUpdates
    instruments: Mapping[str, Instrument]
    _accounts: dict[str, Account] = field(default_factory=dict)

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
