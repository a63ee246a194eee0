"""Telemetry of OMS: one `execution` point for each fill."""

from __future__ import annotations

from shared.events.oms import OrderFilled
from shared.messages import Message
from shared.telemetry import tags


def points(message: Message) -> list[str]:
    """Lines of measurement `execution` (tags account, strategy, symbol, order_type): price,
    quantity, leaves.
    """
    if not isinstance(message, OrderFilled):
        return []
    order, fill = message.state.order, message.execution
    named = tags(
        "execution",
        account=order.account_id,
        strategy=order.strategy,
        symbol=order.symbol,
        order_type=order.type,
    )
    fields = f"price={fill.price},quantity={fill.quantity},leaves={message.state.leaves_quantity}"
    return [f"{named} {fields} {int(message.at) * 1000 + message.seq % 1000}"]
