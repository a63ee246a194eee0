"""What an order gets from one quote or one print: the exchange's whole price formation.

An order that *takes* pays the far side, at most the displayed size. An order that *rests* gets its
limit price: when the opposite quote reaches its limit, when a print goes strictly through it, and
by a print at its limit, as far as the queue before it leaves something over; at most that size.
Nothing trades against a quote that is missing, one-sided or crossed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from services.venue.core.matching.quote import Quote
from services.venue.core.rows import PaperOrderRow
from shared.instruments import Instrument
from shared.types import Side

_BUY = Side.BUY


class Level(NamedTuple):
    """One side of a quote."""

    price: Decimal
    size: Decimal


def far_side(order: PaperOrderRow, quote: Quote, instrument: Instrument) -> Level:
    """What an order trades against: ask for a buy, bid for a sell."""
    return _ask(quote, instrument) if order.side is _BUY else _bid(quote, instrument)


def near_side(order: PaperOrderRow, quote: Quote, instrument: Instrument) -> Level:
    """What an order queues on: bid for a buy, ask for a sell."""
    return _bid(quote, instrument) if order.side is _BUY else _ask(quote, instrument)


def _bid(quote: Quote, instrument: Instrument) -> Level:
    return Level(instrument.price(quote.bid), instrument.size(quote.bid_size))


def _ask(quote: Quote, instrument: Instrument) -> Level:
    return Level(instrument.price(quote.ask), instrument.size(quote.ask_size))


def reaches(order: PaperOrderRow, price: Decimal) -> bool:
    """Whether the far side's price is no worse than the order's limit (a market order has none)."""
    if order.limit_price is None:
        return True
    if order.side is _BUY:
        return price <= order.limit_price
    return price >= order.limit_price


def goes_through(order: PaperOrderRow, print_price: Decimal) -> bool:
    """Whether a print is strictly beyond the order's limit: who traded there would have hit us."""
    if order.limit_price is None:
        return False
    if order.side is _BUY:
        return print_price < order.limit_price
    return print_price > order.limit_price


def is_at(order: PaperOrderRow, print_price: Decimal) -> bool:
    """Whether a print is at the order's limit: who traded there may have been before us."""
    return print_price == order.limit_price


def priority(order: PaperOrderRow) -> tuple[Decimal, int]:
    """Market orders first, then the better limit, then the earlier."""
    if order.limit_price is None:
        return (Decimal("-Infinity"), order.number)
    better = -order.limit_price if order.side is _BUY else order.limit_price
    return (better, order.number)
