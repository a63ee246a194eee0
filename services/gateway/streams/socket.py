"""The socket /stream: authenticate, listen, then trade_updates in binary frames of JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from services.gateway.core.keys import ApiKey, Scope
from services.gateway.core.problems import Problem
from services.gateway.metrics import SOCKETS
from services.gateway.ports import Unavailable
from services.gateway.services import Services
from services.gateway.streams.updates import STREAM, Client, frame

router = APIRouter()

AUTHENTICATE_S_MAX = 10.0
CLOSE_S_MAX = 1.0
POLICY = 1008


@router.websocket("/stream")
@router.websocket("/stream/")
async def stream(socket: WebSocket) -> None:
    """One client, from its connection to its end."""
    services: Services = socket.app.state.services
    await socket.accept()
    try:
        async with asyncio.timeout(AUTHENTICATE_S_MAX):
            key = await authenticate(socket, services)
        if key is not None:
            account_id = key.account_id or socket.query_params.get("account")
            await serve(socket, services, Client(key.key_id, account_id))
    except (WebSocketDisconnect, TimeoutError, RuntimeError):
        pass  # it went away, or never said who it is
    await close(socket, POLICY)


async def authenticate(socket: WebSocket, services: Services) -> ApiKey | None:
    """Whose socket it is; None after telling that it is nobody's."""
    message = await read(socket)
    if message is None:
        return None
    action = message.get("action")
    data = message.get("data") if action == "authenticate" else message
    data = data if isinstance(data, dict) else {}
    key_id = data.get("key_id") or data.get("key")
    secret = data.get("secret_key") or data.get("secret")
    try:
        if action not in ("authenticate", "auth"):
            key = None
        else:
            key = await services.keyring.identify(text(key_id), text(secret))
            key.require(Scope.READ)
    except (Problem, Unavailable):
        key = None
    status = "unauthorized" if key is None else "authorized"
    await socket.send_bytes(frame("authorization", {"status": status, "action": "authenticate"}))
    return key


def text(value: Any) -> str | None:
    """A text, or None."""
    return value if isinstance(value, str) else None


async def read(socket: WebSocket) -> dict[str, Any] | None:
    """The next message, text or binary; None for what is no JSON object."""
    message = await socket.receive()
    if message["type"] != "websocket.receive":
        raise WebSocketDisconnect
    try:
        said = json.loads(message.get("bytes") or message.get("text") or "")
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


async def serve(socket: WebSocket, services: Services, client: Client) -> None:
    """Obey what the client says, and push, until either ends."""
    tasks = [
        asyncio.create_task(obey(socket, services, client)),
        asyncio.create_task(push(socket, client)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leave(services, client)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def obey(socket: WebSocket, services: Services, client: Client) -> None:
    """The list of streams that a client listens to replaces the one before."""
    while True:
        message = await read(socket)
        if message is None:
            return
        if message.get("action") != "listen":
            continue
        data = message.get("data")
        asked = data.get("streams") if isinstance(data, dict) else None
        streams = [STREAM] if isinstance(asked, list) and STREAM in asked else []
        client.push(frame("listening", {"streams": streams}))
        if streams:
            join(services, client)
        else:
            leave(services, client)


def join(services: Services, client: Client) -> None:
    """From now on it hears."""
    services.updates.clients.add(client)
    SOCKETS.labels(STREAM).set(len(services.updates.clients))


def leave(services: Services, client: Client) -> None:
    """It hears no more."""
    services.updates.clients.discard(client)
    SOCKETS.labels(STREAM).set(len(services.updates.clients))


async def push(socket: WebSocket, client: Client) -> None:
    """Send what is queued."""
    while True:
        raw = await client.queue.get()
        if raw is None:
            return
        await socket.send_bytes(raw)


async def close(socket: WebSocket, code: int) -> None:
    """Close, without waiting long for one that does not read."""
    if socket.application_state is not WebSocketState.CONNECTED:
        return
    try:
        async with asyncio.timeout(CLOSE_S_MAX):
            await socket.close(code)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        pass  # it is gone
