"""/api/v1/quarantine over a world that answers."""

from __future__ import annotations

import httpx

from shared.commands import ReleaseAccount
from shared.events.runtime import AccountReleased
from shared.topics import OMS_ORDERS, RISK_DECISIONS
from tests.builders import ACCOUNT, NOON
from tests.contract.gateway.conftest import Served
from tests.fakes.gateway import FakeBus


def held(room: str, messages: int) -> dict[str, object]:
    """A row of the quarantine."""
    where = {"topic": "t", "offset": 1, "error": "ValueError()"}
    return {"room": room, "account": ACCOUNT, "messages": messages, **where}


def test_what_is_held_is_shown_by_room_and_account(served: Served, admin: httpx.Client) -> None:
    served.world.reads.held_rows = [held("oms", 3)]
    assert admin.get("/api/v1/quarantine").json() == [held("oms", 3)]
    assert admin.get("/api/v1/quarantine", params={"account": "nobody"}).json() == []


def test_an_account_is_released_in_every_room_that_holds_it_and_in_no_other(
    served: Served, admin: httpx.Client
) -> None:
    served.world.reads.held_rows = [held("oms", 3), held("risk", 1)]
    voices = {"risk": RISK_DECISIONS, "oms": OMS_ORDERS}

    def react(bus: FakeBus, topic: str, partition: int, command: object) -> None:
        assert isinstance(command, ReleaseAccount)
        assert topic == f"{command.room}.inbox"
        fed = {"risk": 1, "oms": 3}[command.room]
        event = AccountReleased(
            at=NOON,
            market_at=NOON,
            cause=command.command_id,
            room=command.room,
            fed=fed,
            held=fed - 1,
        )
        bus.say(voices[command.room], event, partition)

    served.world.bus.react = react
    answer = admin.delete(f"/api/v1/quarantine/{ACCOUNT}").json()
    rooms = [{"room": "risk", "fed": 1, "held": 0}, {"room": "oms", "fed": 3, "held": 2}]
    assert answer == {"account": ACCOUNT, "rooms": rooms}


def test_an_account_that_no_room_holds_is_not_found(served: Served, admin: httpx.Client) -> None:
    assert admin.delete(f"/api/v1/quarantine/{ACCOUNT}").status_code == 404
    assert served.world.bus.handed == []
