"""Which order suffers which fault: by a seed, or by a script. See docs/fault-mode.md.

`seed:7` strikes 154 orders in a thousand, by their ids: the same seed and ids, the same faults;
`seed:7:400` strikes 400.
`bust@AIG,silence@IBM:137,late_ack@*:5` strikes orders of a symbol (`*`: of any), with a colon only
those of that quantity; the first that fits counts.
"""

from __future__ import annotations

import zlib
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

import msgspec

from services.venue.core.rows import PaperOrderRow

EVERY_SYMBOL = "*"


class Fault(StrEnum):
    """What a broker has been seen to do to an order."""

    LOST_ACK = "lost_ack"
    LATE_ACK = "late_ack"
    FILL_BEFORE_ACK = "fill_before_ack"
    TWICE = "twice"
    BUST = "bust"
    CORRECT = "correct"
    CANCEL = "cancel"
    REJECT_AFTER_FILL = "reject_after_fill"
    SILENCE = "silence"
    DISCONNECT = "disconnect"
    CONFLICT = "conflict"
    ORPHAN = "orphan"


RARE = (Fault.CONFLICT, Fault.ORPHAN)
"""After these an account is halted until a person has looked."""
NAMES = frozenset(Fault)
COMMON = tuple(fault for fault in Fault if fault not in RARE)
_DRAWN = (*(fault for fault in COMMON for _ in range(15)), *(fault for fault in RARE for _ in "ab"))
"""What an order that is struck suffers, each with the same chance."""
RATE = len(_DRAWN)
"""How many orders in a thousand a seed strikes."""


class Strike(msgspec.Struct, frozen=True):
    """One line of a script: the fault, and whom it strikes (quantity None: any)."""

    fault: Fault
    symbol: str
    quantity: Decimal | None = None

    def fits(self, order: PaperOrderRow) -> bool:
        """Whether it strikes this order."""
        is_meant = self.symbol in (EVERY_SYMBOL, order.symbol)
        return is_meant and self.quantity in (None, order.quantity)


class Plan(msgspec.Struct, frozen=True):
    """A seed (`rate`: how many orders in a thousand it strikes), or the lines of a script."""

    seed: int | None = None
    rate: int = RATE
    script: tuple[Strike, ...] = ()

    def fault_of(self, order: PaperOrderRow) -> Fault | None:
        """What the order suffers; mostly nothing."""
        if self.seed is not None:
            return _drawn(self.seed, self.rate, order.order_id)
        return next((one.fault for one in self.script if one.fits(order)), None)


@lru_cache(maxsize=8)
def read(text: str) -> Plan:
    """The plan that a setting names; an empty one strikes nobody. Raises ValueError."""
    if not text:
        return Plan()
    kind, _, rest = text.partition(":")
    if kind == "seed":
        seed, colon, rate = rest.partition(":")
        if not seed.isdecimal() or (colon and not (rate.isdecimal() and int(rate) <= 1000)):
            raise ValueError(f"no seed: {text!r}; it is seed:NUMBER[:ORDERS IN A THOUSAND]")
        return Plan(seed=int(seed), rate=int(rate) if colon else RATE)
    return Plan(script=tuple(_strike(part) for part in text.split(",")))


def _strike(text: str) -> Strike:
    name, _, whom = text.strip().partition("@")
    symbol, _, quantity = whom.partition(":")
    if name not in NAMES or not symbol:
        names = ", ".join(Fault)
        raise ValueError(f"no fault: {text!r}; it is FAULT@SYMBOL[:QUANTITY], FAULT one of {names}")
    try:
        return Strike(Fault(name), symbol, Decimal(quantity) if quantity else None)
    except InvalidOperation:
        raise ValueError(f"no quantity: {text!r}") from None


def _drawn(seed: int, rate: int, order_id: str) -> Fault | None:
    chosen, number = divmod(zlib.crc32(f"{seed}/{order_id}".encode()), 1000)
    return _DRAWN[chosen % RATE] if number < rate else None
