"""What the supervisor says to the gateway: are you ready, and open the first account."""

import base64
import getpass
import json
import os
import secrets
import urllib.error
import urllib.request
import uuid
from typing import Any

from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State, read_json, write_private

TIMEOUT_S = 2.0
OPENING_TIMEOUT_S = 10.0
FIRST_ACCOUNT = {
    "name": "paper",
    "cash": "100000",
    "type": "margin",
    "currency": "USD",
    "venue": "paper",
}


def health(url: str) -> dict[str, Any]:
    """The answer of /health/ready; `{"ready": False}` where there is none."""
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=TIMEOUT_S) as answer:
            return parsed(answer.read())
    except urllib.error.HTTPError as error:
        return parsed(error.read())
    except (OSError, ValueError):
        return {"ready": False}


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object, or `{"ready": False}`."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {"ready": False}
    return answer if isinstance(answer, dict) else {"ready": False}


def make_admin_key(state: State) -> None:
    """The key of the operating-system user, made once."""
    if state.admin_key.exists():
        return
    letters = base64.b32encode(secrets.token_bytes(15)).decode()[:18]
    key = {"key": f"PK{letters}", "secret": secrets.token_urlsafe(32), "owner": owner()}
    write_private(state.admin_key, key)


def owner() -> str:
    """The name of the operating-system user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return f"uid-{os.getuid()}"


def open_first_account(state: State, url: str) -> dict[str, Any] | None:
    """Open the paper account of a new stack; its key, or None when it was opened before."""
    if state.account_key.exists():
        return None
    account = post_account(state, url)
    write_private(state.account_key, account)
    return account


def post_account(state: State, url: str) -> dict[str, Any]:
    """POST the first account, as the operating-system user."""
    admin = read_json(state.admin_key) or {}
    headers = {
        "APCA-API-KEY-ID": admin["key"],
        "APCA-API-SECRET-KEY": admin["secret"],
        "Idempotency-Key": str(uuid.uuid4()),
        "Content-Type": "application/json",
    }
    body = json.dumps(FIRST_ACCOUNT).encode()
    request = urllib.request.Request(f"{url}/api/v1/accounts", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=OPENING_TIMEOUT_S) as answer:
            account: dict[str, Any] = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        raise EmbeddedError(f"the paper account was refused ({error.code}): {text}") from None
    except OSError as error:
        raise EmbeddedError(f"the paper account was not opened: {error}") from None
    return account
