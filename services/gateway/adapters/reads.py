"""The book as the rooms wrote it: one statement an answer, so every number is of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from services.gateway.adapters import sql
from services.gateway.adapters.database import Database
from services.gateway.core.sheet import Sheet
from services.gateway.ports import Decided, Executed, Found, OrderFilter
from shared import codec
from shared.types import Account, Execution, OrderState, Time, Violation

_STATE = codec.decoder(OrderState)
_ACCOUNT = codec.decoder(Account)
_SHEET = codec.decoder(Sheet)
_EXECUTION = codec.decoder(Execution)
_VIOLATIONS = codec.decoder(tuple[Violation, ...])


class _Clause(NamedTuple):
    """A condition and its values."""

    text: str
    values: list[Any]


class PostgresReads:
    """Reads with the gateway's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _one(self, text: str, *values: Any) -> dict[str, Any] | None:
        rows = await self._database.rows(text, values)
        return rows[0] if rows else None

    async def ping(self) -> None:
        await self._database.rows("SELECT 1")

    async def account(self, account_id: str) -> Account | None:
        row = await self._one(sql.ACCOUNT, account_id)
        return None if row is None else _ACCOUNT.decode(row["account"])

    async def accounts(self) -> list[dict[str, Any]]:
        return await self._database.rows(sql.ACCOUNTS)

    async def firm_account(self, firm_id: str) -> str | None:
        row = await self._one(sql.FIRM_ACCOUNT, firm_id)
        return None if row is None else str(row["account_id"])

    async def sheet(self, account_id: str) -> Sheet | None:
        row = await self._one(sql.SHEET, account_id)
        return None if row is None else _SHEET.decode(row["sheet"])

    async def order(self, order_id: str) -> Found | None:
        row = await self._one(sql.ORDER, order_id, order_id)
        return None if row is None else _found(row)

    async def order_by_client_id(self, account_id: str, client_order_id: str) -> Found | None:
        values = (account_id, client_order_id)
        row = await self._one(sql.ORDER_BY_CLIENT_ID, *values, *values)
        return None if row is None else _found(row)

    async def orders(self, account_id: str, wanted: OrderFilter) -> list[Found]:
        where = _condition(account_id, wanted)
        direction = "ASC" if wanted.ascending else "DESC"
        text = sql.ORDERS.format(where=where.text, direction=direction)
        rows = await self._database.rows(
            text, [account_id, account_id, *where.values, wanted.limit]
        )
        return [_found(row) for row in rows]

    async def legs(self, account_id: str, parent_ids: Sequence[str]) -> list[OrderState]:
        rows = await self._database.rows(sql.LEGS, (account_id, list(parent_ids)))
        return [_STATE.decode(row["state"]) for row in rows]

    async def violations(self, command_id: str) -> tuple[Violation, ...]:
        row = await self._one(sql.VIOLATIONS, command_id)
        return () if row is None else _VIOLATIONS.decode(row["violations"])

    async def decided(self, room: str, command_id: str) -> Decided | None:
        row = await self._one(sql.DECIDED[room], command_id)
        return None if row is None else msgspec.convert(row, Decided)

    async def is_judged(self, account_id: str) -> bool:
        return await self._one(sql.IS_JUDGED, account_id) is not None

    async def limits(self, account_id: str) -> dict[str, Any] | None:
        return await self._one(sql.LIMITS, f"account::{account_id}")

    async def breakers(self, account_id: str | None) -> list[dict[str, Any]]:
        return await self._database.rows(sql.BREAKERS, (account_id, account_id))

    async def halts(self) -> list[dict[str, Any]]:
        return await self._database.rows(sql.HALTS)

    async def quarantine(self, account_id: str | None) -> list[dict[str, Any]]:
        return await self._database.rows(sql.QUARANTINE, (account_id, account_id))

    async def decisions(self, account_id: str, limit: int) -> list[dict[str, Any]]:
        return await self._database.rows(sql.DECISIONS, (account_id, limit))

    async def executions(self, account_id: str, limit: int) -> list[Executed]:
        rows = await self._database.rows(sql.EXECUTIONS, (account_id, limit))
        return [
            Executed(
                execution=_EXECUTION.decode(row["execution"]),
                cum_quantity=row["cum_quantity"],
                order_quantity=row["order_quantity"],
                order_status=row["order_status"],
            )
            for row in rows
        ]

    async def cash_move(self, account_id: str, cause: str) -> dict[str, Any] | None:
        return await self._one(sql.CASH_MOVE, account_id, cause)


def _found(row: dict[str, Any]) -> Found:
    return Found(state=_STATE.decode(row["state"]), promised=row["promised"])


def _condition(account_id: str, wanted: OrderFilter) -> _Clause:
    parts: list[str] = [sql.STATUSES[wanted.status]]
    values: list[Any] = []
    if wanted.nested and wanted.status == "open":
        parts, values = [sql.OPEN_FAMILY], [account_id]
    if wanted.nested:
        parts.append(sql.NO_LEG)
    if wanted.parent_id is not None:
        parts.append("parent_id = %s")
        values.append(wanted.parent_id)
    if wanted.after is not None:
        parts.append("created_at > %s")
        values.append(_moment(wanted.after))
    if wanted.until is not None:
        parts.append("created_at < %s")
        values.append(_moment(wanted.until))
    if wanted.symbols:
        parts.append("symbol = ANY(%s)")
        values.append(list(wanted.symbols))
    if wanted.side is not None:
        parts.append("side = %s")
        values.append(wanted.side)
    return _Clause(" AND ".join(parts), values)


def _moment(time: Time) -> Any:
    return time.moment
