"""Assets, clock, calendar and the last market data under /v2, all in market time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from services.gateway.alpaca import market as alpaca
from services.gateway.alpaca.orders import asset, shown
from services.gateway.core.instruments import find
from services.gateway.core.keys import Scope
from services.gateway.core.problems import invalid, not_found, unavailable
from services.gateway.routes.common import answer, key_of, services

router = APIRouter(prefix="/v2", tags=["market (Alpaca v2)"])

SYMBOLS_MAX = 200
DAYS_SHOWN = 30


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
    return answer(await services(request).calendar.sessions(start, end))


def day(request: Request, name: str, default: date) -> date:
    """A date of the query. Raises Problem."""
    given = request.query_params.get(name)
    try:
        return default if not given else date.fromisoformat(given[:10])
    except ValueError:
        raise invalid(f"{name} must be a date, YYYY-MM-DD") from None


def symbols_of(request: Request) -> list[str]:
    """The symbols a request names; unknown ones have no data. Raises Problem."""
    given = request.query_params.get("symbols", "")
    names = [name.strip().upper() for name in given.split(",") if name.strip()]
    if not names or len(names) > SYMBOLS_MAX:
        raise invalid(f"symbols is required, at most {SYMBOLS_MAX}")
    known = services(request).instruments
    return [name for name in names if name in known]


async def quotes_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last quote of each symbol: as heard, else as kept."""
    desk = services(request)
    heard = desk.hub.quotes
    found = {
        name: alpaca.quote(heard[name].market_at, heard[name]) for name in symbols if name in heard
    }
    kept = await desk.market.latest([name for name in symbols if name not in found])
    for name, row in kept.items():
        if row.quote_at is not None:
            found[name] = alpaca.quote(row.quote_at, row)
    return found


async def trades_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last trade of each symbol that had one."""
    kept = await services(request).market.latest(symbols)
    shown = {name: alpaca.trade(row) for name, row in kept.items()}
    return {name: trade for name, trade in shown.items() if trade is not None}


async def bars_of(request: Request, symbols: list[str]) -> dict[str, Any]:
    """The last minute bar of each symbol, of those closed since this gateway began."""
    heard = services(request).hub.minute_bars
    return {name: alpaca.bar(heard[name]) for name in symbols if name in heard}


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
    """Last quote, trade, minute bar and day bar of several symbols."""
    key_of(request, Scope.READ)
    names = symbols_of(request)
    kept = await services(request).market.latest(names)
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
                "dailyBar": alpaca.daily_bar(kept[name]) if name in kept else None,
                "prevDailyBar": None,
            }
            for name in names
        }
    )
