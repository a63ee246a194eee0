"""Assets, clock, calendar and the last market data under /v2, all in market time."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response

from services.gateway.alpaca import market as alpaca
from services.gateway.alpaca.orders import asset, shown
from services.gateway.core.keys import Scope
from services.gateway.core.orders import find
from services.gateway.core.problems import invalid, not_found, unavailable
from services.gateway.routes.common import answer, key_of, services

router = APIRouter(prefix="/v2", tags=["market (Alpaca v2)"])

SYMBOLS_MAX = 200
DAYS_SHOWN = 30
EXCHANGE = "XNYS"
NEW_YORK = "America/New_York"


@router.get("/assets")
async def get_assets(request: Request) -> Response:
    """Every instrument that this format can show."""
    key_of(request, Scope.READ)
    wanted = request.query_params
    found = [asset(one) for one in shown(services(request).instruments)]
    for name, field in (("status", "status"), ("asset_class", "class"), ("exchange", "exchange")):
        if wanted.get(name):
            found = [one for one in found if one[field] == wanted[name]]
    return answer(found)


@router.get("/assets/{named:path}")
async def get_asset(request: Request, named: str) -> Response:
    """One instrument, by symbol or asset id."""
    key_of(request, Scope.READ)
    one = find(named, services(request).instruments)
    if one is None:
        raise not_found(f"asset not found for {named[:64]}")
    return answer(asset(one))


@router.get("/clock")
async def get_clock(request: Request) -> Response:
    """Market time, and when the session opens and closes next."""
    key_of(request, Scope.READ)
    hub = services(request).hub
    if hub.clock is None:
        raise unavailable("no market time is known yet")
    return answer(alpaca.clock(hub.clock, hub.market_at))


@router.get("/calendar")
async def get_calendar(request: Request) -> Response:
    """Sessions from `start` to `end`, both included; by default the next thirty days."""
    key_of(request, Scope.READ)
    hub = services(request).hub
    today = hub.market_at.moment.date()
    start = day(request, "start", today)
    end = day(request, "end", max(start, today) + timedelta(days=DAYS_SHOWN))
    if (end - start).days > 366 * 40:
        raise invalid("at most forty years")
    return answer(await asyncio.to_thread(sessions, start, end))


def day(request: Request, name: str, default: date) -> date:
    """A date of the query. Raises Problem."""
    given = request.query_params.get(name)
    try:
        return default if not given else date.fromisoformat(given[:10])
    except ValueError:
        raise invalid(f"{name} must be a date, YYYY-MM-DD") from None


@lru_cache(maxsize=1)
def _calendar() -> Any:
    import exchange_calendars  # slow to import and to build; only who asks for a calendar pays

    return exchange_calendars.get_calendar(EXCHANGE, start="1990-01-01")


def sessions(start: date, end: date) -> list[dict[str, str]]:
    """The sessions of NYSE with their hours in New York."""
    calendar = _calendar()
    first, last = calendar.first_session.date(), calendar.last_session.date()
    start, end = max(start, first), min(end, last)
    if start > end:
        return []
    hours = calendar.schedule.loc[start.isoformat() : end.isoformat()]
    return [
        {
            "date": session.date().isoformat(),
            "open": row["open"].tz_convert(NEW_YORK).strftime("%H:%M"),
            "close": row["close"].tz_convert(NEW_YORK).strftime("%H:%M"),
        }
        for session, row in hours.iterrows()
    ]


def symbols_of(request: Request) -> list[str]:
    """The symbols a request names; unknown ones have no data. Raises Problem."""
    given = request.query_params.get("symbols", "")
    names = [name.strip().upper() for name in given.split(",") if name.strip()]
    if not names or len(names) > SYMBOLS_MAX:
        raise invalid(f"symbols is required, at most {SYMBOLS_MAX}")
    known = services(request).instruments
    return [name for name in names if name in known]


async def quotes_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last quote of each symbol: as heard, else from the cache."""
    desk = services(request)
    heard = desk.hub.quotes
    found = {name: alpaca.quote(heard[name]) for name in symbols if name in heard}
    missing = [name for name in symbols if name not in found]
    cached = await desk.market.latest("quotes", missing)
    return found | {name: alpaca.cached_quote(one) for name, one in cached.items()}


async def trades_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last trade of each symbol."""
    cached = await services(request).market.latest("trades", symbols)
    return {name: alpaca.cached_trade(one) for name, one in cached.items()}


async def bars_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last minute bar of each symbol."""
    cached = await services(request).market.latest("bars", symbols)
    return {name: alpaca.cached_bar(one) for name, one in cached.items()}


LATEST = {"quotes": quotes_of, "trades": trades_of, "bars": bars_of}


@router.get("/stocks/{kind}/latest")
async def get_latest(request: Request, kind: str) -> Response:
    """The last quote, trade or minute bar of several symbols, or of the one in the path."""
    key_of(request, Scope.READ)
    if kind not in LATEST:
        raise not_found("endpoint not found")
    return answer({kind: await LATEST[kind](request, symbols_of(request))})


@router.get("/stocks/{symbol}/{kind}/latest")
async def get_latest_of(request: Request, symbol: str, kind: str) -> Response:
    """The last quote, trade or minute bar of one symbol."""
    key_of(request, Scope.READ)
    name = symbol.upper()
    if kind not in LATEST or name not in services(request).instruments:
        raise not_found("endpoint not found")
    found = await LATEST[kind](request, [name])
    if name not in found:
        raise not_found(f"no {kind} of {name} yet")
    return answer({"symbol": name, kind[:-1]: found[name]})


@router.get("/stocks/snapshots")
async def get_snapshots(request: Request) -> Response:
    """Last quote, trade and minute bar of several symbols."""
    key_of(request, Scope.READ)
    names = symbols_of(request)
    quotes, trades, bars = (
        await quotes_of(request, names),
        await trades_of(request, names),
        await bars_of(request, names),
    )
    return answer(
        {
            name: {
                "latestTrade": trades.get(name),
                "latestQuote": quotes.get(name),
                "minuteBar": bars.get(name),
                "dailyBar": None,
                "prevDailyBar": None,
            }
            for name in names
        }
    )
