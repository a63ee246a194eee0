"""Is it alive, is the database there, may one trade; and the numbers for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.gateway.ports import Unavailable
from services.gateway.routes.common import answer, services
from shared.clock import wall_now

router = APIRouter(tags=["health"])


@router.get("/health")
async def get_health() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@router.get("/health/database")
async def get_database(request: Request) -> Response:
    """The database answers."""
    try:
        await services(request).reads.ping()
    except Unavailable as error:
        return answer({"status": "unavailable", "message": str(error)}, 503)
    return answer({"status": "ok"})


@router.get("/health/ready")
async def get_ready(request: Request) -> Response:
    """Every room is alive, the database answers, a feed was seen: orders are judged."""
    desk = services(request)
    hub = desk.hub
    market_time = None if hub.clock is None else hub.market_at
    report = hub.readiness.report(wall_now(), market_time, desk.asking.database_alive)
    report["simulated"] = None if hub.feed is None else hub.feed.simulated
    if not hub.listening:
        report["ready"] = False
    return answer(report, 200 if report["ready"] else 503)


@router.get("/metrics")
async def get_metrics() -> Response:
    """Metrics in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
