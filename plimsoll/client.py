"""The SDK: what the gateway offers under /api/v1, as methods of one object.

    with Client("http://127.0.0.1:8000", Key.read(Path("account.key"))) as client:
        client.submit({"account": "...", "symbol": "AIG", "side": "buy", "quantity": "100"})

Answers are plain JSON values. A refusal raises `Refused` with everything that the gateway said;
`Unreachable` means that nobody can say what became of the request.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from plimsoll.refusals import ClientError, Refused, Unreachable

__all__ = ["Client", "ClientError", "Key", "Refused", "Unreachable"]
TIMEOUT_S = 15.0


@dataclass(frozen=True)
class Key:
    """An API key: who asks."""

    key: str
    secret: str

    @classmethod
    def read(cls, path: Path) -> "Key":
        """From a key file, JSON with `key` and `secret`."""
        try:
            content = json.loads(path.read_text())
            return cls(content["key"], content["secret"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClientError(f"no key in {path}: {error}") from None

    def headers(self) -> dict[str, str]:
        """As the gateway wants it."""
        return {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}


class Client:
    """One gateway, one key. Every change carries an Idempotency-Key of its own."""

    def __init__(self, url: str, key: Key, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url, headers=key.headers(), timeout=TIMEOUT_S, transport=transport
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(
        self, method: str, path: str, body: Any = None, **query: str | int | bool | None
    ) -> Any:
        """One request; its JSON answer, None where there is none."""
        given = {name: value for name, value in query.items() if value is not None}
        changes = {} if method == "GET" else {"Idempotency-Key": str(uuid.uuid4())}
        try:
            answer = self._http.request(method, path, json=body, params=given, headers=changes)
        except httpx.HTTPError as error:
            raise Unreachable(f"no answer from {self._http.base_url}: {error!r}") from error
        return parsed(answer)

    # Accounts and their cash

    def open_account(self, wanted: Mapping[str, Any]) -> Any:
        """Open an account: its ids and its key, shown this once."""
        return self.ask("POST", "/api/v1/accounts", dict(wanted))

    def accounts(self) -> Any:
        """Every account this key may see."""
        return self.ask("GET", "/api/v1/accounts")

    def move_cash(self, account: str, amount: str, kind: str) -> Any:
        """`deposit` or `withdraw`."""
        body = {"account": account, "amount": amount, "kind": kind}
        return self.ask("POST", "/api/v1/cash", body)

    # Orders and positions

    def submit(self, order: Mapping[str, Any]) -> Any:
        """Post an order; the order as its first event gives it."""
        return self.ask("POST", "/api/v1/orders", dict(order))

    def orders(
        self, account: str, status: str = "open", limit: int = 50, parent: str | None = None
    ) -> Any:
        """Orders of an account, newest first; with `parent` the legs or children of that order."""
        return self.ask(
            "GET", "/api/v1/orders", account=account, status=status, limit=limit, parent=parent
        )

    def order(self, order_id: str) -> Any:
        """One order."""
        return self.ask("GET", f"/api/v1/orders/{order_id}")

    def replace(self, order_id: str, changes: Mapping[str, Any]) -> Any:
        """Change an open order: the new one."""
        return self.ask("PATCH", f"/api/v1/orders/{order_id}", dict(changes))

    def cancel(self, order_id: str) -> Any:
        """Ask that an order end."""
        return self.ask("DELETE", f"/api/v1/orders/{order_id}")

    def cancel_all(self, account: str) -> Any:
        """Ask that all open orders of an account end."""
        return self.ask("DELETE", "/api/v1/orders", account=account)

    def positions(self, account: str) -> Any:
        """What an account holds."""
        return self.ask("GET", "/api/v1/positions", account=account)

    # Limits, halts, breakers

    def limits(self, account: str) -> Any:
        """Limits in force and how much of each is used."""
        return self.ask("GET", "/api/v1/limits", account=account)

    def set_limits(self, account: str, values: Mapping[str, str], reason: str) -> Any:
        """Change limits; answered when they are in force."""
        body = {"account": account, "values": dict(values), "reason": reason}
        return self.ask("PUT", "/api/v1/limits", body)

    def halts(self) -> Any:
        """What is not ACTIVE, by whom and why."""
        return self.ask("GET", "/api/v1/halts")

    def halt(self, scope: Mapping[str, str], reason: str, state: str, cancel: bool) -> Any:
        """Stop new risk in a scope."""
        body = {"scope": dict(scope), "reason": reason, "state": state, "cancel": cancel}
        return self.ask("POST", "/api/v1/halts", body)

    def resume(self, scope: Mapping[str, str], reason: str) -> Any:
        """Take a halt of a person off a scope; a tripped breaker stays."""
        return self.ask("DELETE", "/api/v1/halts", {"scope": dict(scope), "reason": reason})

    def breakers(self, account: str) -> Any:
        """Every breaker of an account with its numbers."""
        return self.ask("GET", "/api/v1/breakers", account=account)

    def rearm(self, name: str, account: str, reason: str, token: str | None = None) -> Any:
        """First step: the numbers and a token. Second step, with the token: armed again."""
        body = {"account": account, "reason": reason, "token": token}
        return self.ask("POST", f"/api/v1/breakers/{name}/rearm", body)

    # Quarantine

    def quarantine(self) -> Any:
        """Accounts whose messages a room has set aside."""
        return self.ask("GET", "/api/v1/quarantine")

    def release(self, account: str) -> Any:
        """Feed them to their rooms again: `fed` and `held` of each room."""
        return self.ask("DELETE", f"/api/v1/quarantine/{account}")


def parsed(answer: httpx.Response) -> Any:
    """The JSON of an answer; raises `Refused` from 400 on."""
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = {"message": answer.text[:500]}
    if answer.status_code >= 400:
        raise Refused(answer.status_code, body if isinstance(body, dict) else {"answer": body})
    return body
