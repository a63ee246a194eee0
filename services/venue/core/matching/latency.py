"""How long an order is on its way from the link to the matching, in market time."""

from __future__ import annotations

from hashlib import blake2b

from services.venue.core.matching.terms import ExchangeTerms


def delay_us(order_id: str, terms: ExchangeTerms) -> int:
    """The constant part plus one of 0 .. jitter microseconds, all equally likely over the ids; the
    same for the same seed and id.
    """
    if terms.latency_jitter_us <= 0:
        return terms.latency_us
    text = f"{terms.latency_seed}/{order_id}".encode()
    drawn = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
    return terms.latency_us + drawn % (terms.latency_jitter_us + 1)
