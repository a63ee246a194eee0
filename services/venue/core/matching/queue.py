"""Where a resting order stands in the queue at its price: three models of what no tape tells.

`ahead` is the quantity that must trade at the price before the order does; None while the price is
behind the best one and nothing is known of it.

- conservative: all that is displayed at the price when the order comes, or when its price first
  shows as the best, is ahead. It shrinks by prints at that price and by nothing else.
- probabilistic: the same, and what leaves the displayed size without a print was canceled, spread
  over the whole queue: `ahead` shrinks in proportion (to `PLACES` decimals). A best price worse
  than the order's says that all of its level is gone.
- optimistic: nothing is ever ahead.

Who improves the best price has nobody ahead. Prints are taken to reach us before the quote that
shows their effect: `displayed` is what the last quote showed at the price less the prints since.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import msgspec

from services.venue.core.matching.rules import Level
from services.venue.core.matching.terms import QueueModel
from services.venue.core.rows import PaperOrderRow
from shared.types import ZERO, Side, normal

PLACES = Decimal("1e-8")


def seen(order: PaperOrderRow, near: Level, model: QueueModel) -> PaperOrderRow:
    """The resting order after a quote, the one it comes to rest under included."""
    if model is QueueModel.OPTIMISTIC:
        return order if order.ahead == ZERO else _placed(order, ZERO, None)
    if order.ahead == ZERO:
        return order
    if near.price != order.limit_price:
        return _beside_the_best(order, near, model)
    if order.ahead is None:
        return _placed(order, near.size, near.size)
    if model is QueueModel.CONSERVATIVE or order.displayed == near.size:
        return order
    return _placed(order, _after_cancels(order, near.size), near.size)


def _beside_the_best(order: PaperOrderRow, near: Level, model: QueueModel) -> PaperOrderRow:
    """The best price is another one: better (nothing is learnt) or worse (ours is in front)."""
    if _is_better(near.price, order):
        return order
    if order.ahead is None or model is QueueModel.PROBABILISTIC:
        return _placed(order, ZERO, None)
    return order


def _is_better(price: Decimal, order: PaperOrderRow) -> bool:
    if order.limit_price is None:
        return False
    return price > order.limit_price if order.side is Side.BUY else price < order.limit_price


def _after_cancels(order: PaperOrderRow, size: Decimal) -> Decimal:
    ahead, before = order.ahead or ZERO, order.displayed
    if before is None or size >= before:
        return ahead
    return (ahead * size / before).quantize(PLACES, ROUND_HALF_EVEN)


def is_waiting_for_quotes(order: PaperOrderRow, model: QueueModel) -> bool:
    """Whether the next quote can change its place."""
    if order.ahead is None:
        return True
    return model is QueueModel.PROBABILISTIC and order.ahead > 0


class Passed(NamedTuple):
    """The order after a print at its price, and how much of the print got as far as it."""

    order: PaperOrderRow
    reached: Decimal


def printed(order: PaperOrderRow, size: Decimal, left: Decimal) -> Passed:
    """After a print of `size` at the limit, of which the firm's orders before it left `left`."""
    if order.ahead is None:
        return Passed(order, ZERO)
    eaten = min(order.ahead, left)
    displayed = None if order.displayed is None else max(ZERO, order.displayed - size)
    if eaten or displayed != order.displayed:
        order = _placed(order, order.ahead - eaten, displayed)
    return Passed(order, left - eaten)


def _placed(order: PaperOrderRow, ahead: Decimal, displayed: Decimal | None) -> PaperOrderRow:
    shown = None if displayed is None else normal(displayed)
    return msgspec.structs.replace(order, ahead=normal(ahead), displayed=shown)
