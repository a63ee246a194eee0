"""OMS, whose handler raises for an approved order of the strategy `poison` while the file `poison`
lies in the state directory at its start. Without that file it is OMS.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.oms.adapters.influx import points
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from services.oms.wiring import main
from shared.events.risk import OrderApproved
from shared.messages import Message
from shared.runner import run_room
from shared.settings import Settings
from shared.table import At


def on_order_approved(message: OrderApproved, state: OmsState, at: At) -> Sequence[Message]:
    """As OMS does, but for what is marked."""
    if message.order.strategy == "poison":
        raise ValueError("poison")
    return ROOM.handlers[OrderApproved](message, state, at)


if __name__ == "__main__":
    settings = Settings()
    if (settings.state / "poison").exists():
        handlers = {**ROOM.handlers, OrderApproved: on_order_approved}
        room = msgspec.structs.replace(ROOM, handlers=handlers)
        run_room(room, lambda latest, _: OmsState(latest), settings, points=points)
    else:
        main()
