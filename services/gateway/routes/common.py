"""What routes have in common: whose request, which account, bodies in, answers out."""

from __future__ import annotations

from typing import Any, TypeVar, get_args
from uuid import UUID

import msgspec
from fastapi import Request, Response

from services.gateway.core import bodies
from services.gateway.core.bodies import decode
from services.gateway.core.keys import ApiKey, Scope
from services.gateway.core.problems import invalid, unauthorized
from services.gateway.services import Services
from shared.types import Account, Time

Body = TypeVar("Body")


def _other(value: Any) -> Any:
    return str(value)


_ENCODER = msgspec.json.Encoder(enc_hook=_other, decimal_format="string")


def services(request: Request) -> Services:
    """What there is to use."""
    found: Services = request.app.state.services
    return found


def key_of(request: Request, scope: Scope) -> ApiKey:
    """Whose request it is, allowed to do this. Raises Problem."""
    key: ApiKey | None = request.scope.get("state", {}).get("key")
    if key is None:
        raise unauthorized()
    key.require(scope)
    return key


async def account_of(request: Request, scope: Scope, named: str | None = None) -> Account:
    """The account that is meant: the key's own, or the one that is named. Raises Problem."""
    key = key_of(request, scope)
    return await services(request).account(
        key.account(named or request.query_params.get("account"))
    )


async def body_of(request: Request, decoder: msgspec.json.Decoder[Body]) -> tuple[Body, bytes]:
    """The body as a struct, and as it came. Raises Problem."""
    raw = await request.body()
    return decode(decoder, raw), raw


def again(request: Request) -> str | None:
    """The Idempotency-Key of a request."""
    return request.headers.get("idempotency-key")


def answer(value: Any, status: int = 200) -> Response:
    """JSON; decimals as strings."""
    return Response(_ENCODER.encode(value), status, media_type="application/json")


def flag(request: Request, name: str) -> bool:
    """A boolean of the query: true, True, 1."""
    return request.query_params.get(name, "").lower() in ("true", "1")


def whole(request: Request, name: str, default: int, most: int) -> int:
    """A whole number of the query, from 1. Raises Problem."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= most:
        raise invalid(f"{name} must be a whole number from 1 to {most}")
    return int(given)


def moment(request: Request, name: str) -> Time | None:
    """A time of the query: RFC 3339, or a date. Raises Problem."""
    given = request.query_params.get(name)
    if not given:
        return None
    wanted = given.replace(" ", "+")  # a plus sign that was not escaped
    if len(wanted) == len("2013-10-09"):
        wanted += "T00:00:00Z"
    return bodies.moment(wanted, name)


def choice(request: Request, name: str, default: str | None, words: tuple[str, ...]) -> Any:
    """One of some words of the query. Raises Problem."""
    given = request.query_params.get(name, default)
    if given is not None and given not in words:
        raise invalid(f"{name} may be {', '.join(words)}")
    return given


def uuid_of(given: str) -> str | None:
    """A UUID in its plain form, None for what is none."""
    try:
        return str(UUID(given))
    except ValueError:
        return None


def described(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The body of a route, for /docs: a number may be a JSON number or a string of digits."""
    return {"requestBody": {"content": {"application/json": {"schema": _fields(kind)}}}}


def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    fields = {f.name: _schema(f.type) for f in msgspec.structs.fields(kind)}
    return {"title": kind.__name__, "type": "object", "properties": fields}


def _schema(kind: Any) -> dict[str, Any]:
    if kind is msgspec.Raw:
        return {"type": ["string", "number", "null"]}
    for one in get_args(kind) or (kind,):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return _fields(one)
        if get_args(one) == (msgspec.Raw,):
            return {"type": "array", "items": _schema(msgspec.Raw)}
    return dict(msgspec.json.schema(kind))
