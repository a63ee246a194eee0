"""The application: FastAPI for everything, behind the front that knows keys and the hot route."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.gateway.core.problems import (
    CODE_INTERNAL,
    CODE_METHOD,
    CODE_NOT_FOUND,
    Problem,
    invalid,
    unavailable,
)
from services.gateway.front import Front
from services.gateway.ports import RateLimiter, Unavailable
from services.gateway.routes import account, control, desk, health, market, orders, quarantine
from services.gateway.routes.common import answer
from services.gateway.services import Services
from services.gateway.streams import socket

TITLE = "Plimsoll"
ABOUT = (
    "Orders, accounts and risk. `/v2` is Alpaca-compatible; `/api/v1` is our own format. Every"
    " request carries `APCA-API-KEY-ID` and `APCA-API-SECRET-KEY`. See docs/api.md."
)
CODES = {404: CODE_NOT_FOUND, 405: CODE_METHOD}


def application(services: Services, rates: RateLimiter) -> Front:
    """The ASGI application over these services."""
    app = FastAPI(title=TITLE, description=ABOUT, version="1", redoc_url=None)
    app.state.services = services
    for module in (orders, account, market, desk, control, quarantine, health, socket):
        app.include_router(module.router)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(Exception, on_error)
    return Front(app, services.keyring, rates, orders.Hot(services))


async def on_problem(_: Request, error: Exception) -> Response:
    """A documented answer that is not what was asked for."""
    assert isinstance(error, Problem)
    return answer(error.body(), error.status)


async def on_unavailable(_: Request, error: Exception) -> Response:
    """A server that is needed does not answer."""
    return answer(unavailable(str(error)).body(), 503)


async def on_http_error(_: Request, error: Exception) -> Response:
    """No such path, no such method: in the shape that clients read."""
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, error.status_code * 100_000)
    body = {"code": code, "message": str(error.detail).lower()}
    made = answer(body, error.status_code)
    made.headers.update(error.headers or {})
    return made


async def on_validation_error(_: Request, error: Exception) -> Response:
    """A parameter that does not fit."""
    assert isinstance(error, RequestValidationError)
    problem = invalid("; ".join(str(one["msg"]) for one in error.errors()))
    return answer(problem.body(), problem.status)


async def on_error(_: Request, __: Exception) -> Response:
    """A fault of ours; the server logs it."""
    return answer({"code": CODE_INTERNAL, "message": "internal server error"}, 500)
