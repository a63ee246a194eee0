"""The only place where a topic is named: who writes it, who reads it, what it carries, how long
it is kept.

Trading topics are keyed by firm and share one frozen partition count, so that everything of a
firm is serial.
Market topics are keyed by symbol. `docs/topics.md` is generated from `TOPICS`.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from functools import lru_cache

import msgspec

from shared.commands import (
    CancelOrder,
    Deposit,
    HaltTrading,
    OpenAccount,
    RearmBreaker,
    ReleaseAccount,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
    Withdraw,
)
from shared.events import market, oms, portfolio, risk, runtime, venue
from shared.messages import Message

MINUTE_MS, DAY_MS = 60_000, 86_400_000
FOREVER_MS = -1

RISK_INBOX = "risk.inbox"
OMS_INBOX = "oms.inbox"
PORTFOLIO_INBOX = "portfolio.inbox"
VENUE_INBOX = "venue.inbox"
RISK_DECISIONS = "risk.decisions"
RISK_EVENTS = "risk.events"
OMS_ORDERS = "oms.orders"
VENUE_PAPER_REPORTS = "venue.paper.reports"
PORTFOLIO_POSITIONS = "portfolio.positions"
PORTFOLIO_VALUATIONS = "portfolio.valuations"
RISK_JOURNAL = "risk.journal"
OMS_JOURNAL = "oms.journal"
VENUE_PAPER_JOURNAL = "venue.paper.journal"
PORTFOLIO_JOURNAL = "portfolio.journal"
MARKET_TICKS = "market.ticks"
MARKET_QUOTES = "market.quotes"
MARKET_BARS = "market.bars"
MARKET_STATUS = "market.status"
MARKET_CLOCK = "market.clock"
ROOM_STATUS = "room.status"


class Kind(StrEnum):
    """How a reader tells what is new: an inbox by `command_id`, a voice by `seq`, a sight by its
    own time.
    """

    COMMAND = "command"
    EVENT = "event"
    OBSERVATION = "observation"


class Spread(StrEnum):
    """How many partitions: as many as there are trading shards, as market partitions, or one."""

    TRADING = "trading"
    MARKET = "market"
    ONE = "one"


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic. `writer` is a room (`*` for an inbox: many write), `readers` are rooms."""

    name: str
    kind: Kind
    spread: Spread
    key: str
    writer: str
    readers: tuple[str, ...]
    carries: tuple[type[Message], ...]
    retention_ms: int = FOREVER_MS
    compacted: bool = False


def _trading(
    name: str, kind: Kind, writer: str, readers: tuple[str, ...], *carries: type[Message]
) -> Topic:
    return Topic(
        name=name,
        kind=kind,
        spread=Spread.TRADING,
        key="firm",
        writer=writer,
        readers=readers,
        carries=carries,
    )


def _market(
    name: str,
    readers: tuple[str, ...],
    *carries: type[Message],
    spread: Spread = Spread.MARKET,
    compacted: bool = False,
) -> Topic:
    return Topic(
        name=name,
        kind=Kind.OBSERVATION,
        spread=spread,
        key="symbol",
        writer="market_data",
        readers=readers,
        carries=carries,
        retention_ms=7 * DAY_MS,
        compacted=compacted,
    )


_CONSUMED = (runtime.Consumed, runtime.Quarantined)
_EVENT, _COMMAND = Kind.EVENT, Kind.COMMAND

_ALL = (
    _trading(
        RISK_INBOX,
        _COMMAND,
        "*",
        ("risk",),
        SubmitOrder,
        ReplaceOrder,
        Withdraw,
        SetLimits,
        HaltTrading,
        ResumeTrading,
        RearmBreaker,
        ReleaseAccount,
    ),
    _trading(OMS_INBOX, _COMMAND, "*", ("oms",), CancelOrder, ReleaseAccount),
    _trading(PORTFOLIO_INBOX, _COMMAND, "*", ("portfolio",), OpenAccount, Deposit, ReleaseAccount),
    _trading(VENUE_INBOX, _COMMAND, "*", ("venue.paper",), ReleaseAccount),
    _trading(
        RISK_DECISIONS,
        _EVENT,
        "risk",
        ("oms", "portfolio", "gateway"),
        risk.OrderApproved,
        risk.OrderDenied,
        risk.ReplaceApproved,
        risk.ReplaceDenied,
        risk.CancelRequested,
        risk.TradingStateChanged,
        risk.WithdrawalApproved,
        risk.WithdrawalDenied,
        risk.LimitsChanged,
        risk.RearmOffered,
        risk.BreakerRearmed,
        risk.CommandRefused,
        runtime.AccountReleased,
    ),
    _trading(
        RISK_EVENTS,
        _EVENT,
        "risk",
        ("gateway",),
        risk.OrderDenied,
        risk.ReplaceDenied,
        risk.WithdrawalDenied,
        risk.LimitWarned,
        risk.BreakerTripped,
        risk.BreakerRearmed,
        risk.TradingStateChanged,
        risk.LimitsChanged,
        risk.AlertRaised,
    ),
    _trading(
        OMS_ORDERS,
        _EVENT,
        "oms",
        ("venue.paper", "risk", "portfolio", "gateway"),
        *oms.STATES,
        risk.OrderDenied,
        oms.CancelRefused,
        oms.ReplaceRefused,
        oms.OrderFlagged,
        risk.CommandRefused,
        runtime.AccountReleased,
    ),
    _trading(
        VENUE_PAPER_REPORTS,
        _EVENT,
        "venue.paper",
        ("oms",),
        venue.VenueReport,
        venue.ReportUnreadable,
        risk.CommandRefused,
        runtime.AccountReleased,
    ),
    _trading(
        PORTFOLIO_POSITIONS,
        _EVENT,
        "portfolio",
        ("risk", "gateway"),
        portfolio.AccountOpened,
        portfolio.CashMoved,
        portfolio.PositionChanged,
        portfolio.PositionAdjusted,
        risk.CommandRefused,
        runtime.AccountReleased,
    ),
    Topic(
        name=PORTFOLIO_VALUATIONS,
        kind=Kind.OBSERVATION,
        spread=Spread.TRADING,
        key="firm",
        writer="portfolio",
        readers=("risk", "gateway"),
        carries=(portfolio.AccountValued,),
        retention_ms=DAY_MS,
    ),
    _trading(RISK_JOURNAL, _EVENT, "risk", (), *_CONSUMED),
    _trading(OMS_JOURNAL, _EVENT, "oms", (), *_CONSUMED),
    _trading(VENUE_PAPER_JOURNAL, _EVENT, "venue.paper", (), *_CONSUMED),
    _trading(PORTFOLIO_JOURNAL, _EVENT, "portfolio", (), *_CONSUMED),
    _market(MARKET_TICKS, ("venue.paper", "oms", "recorder"), *market.TICKS),
    _market(
        MARKET_QUOTES, ("risk", "oms", "portfolio", "gateway"), market.QuoteUpdated, compacted=True
    ),
    _market(MARKET_BARS, ("gateway",), market.BarClosed),
    _market(MARKET_STATUS, ("risk", "gateway"), market.FeedReported, spread=Spread.ONE),
    Topic(
        name=MARKET_CLOCK,
        kind=_EVENT,
        spread=Spread.TRADING,
        key="partition",
        writer="market_data",
        readers=("risk", "oms", "venue.paper", "portfolio", "gateway"),
        carries=(market.ClockAdvanced,),
    ),
    Topic(
        name=ROOM_STATUS,
        kind=Kind.OBSERVATION,
        spread=Spread.ONE,
        key="room",
        writer="*",
        readers=("risk", "gateway"),
        carries=(runtime.RoomAlive,),
        retention_ms=DAY_MS,
    ),
)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}


def partition_count(topic: str, trading: int, market_partitions: int = 4) -> int:
    """How many partitions `topic` has in a stack with so many trading shards."""
    counts = {Spread.TRADING: trading, Spread.MARKET: market_partitions, Spread.ONE: 1}
    return counts[TOPICS[topic].spread]


@lru_cache(maxsize=16_384)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a firm or a symbol: CRC-32 of the key, modulo; frozen for ever."""
    return zlib.crc32(key.encode()) % partitions


def topic_config(topic: Topic) -> dict[str, str]:
    """Kafka's settings for a topic."""
    config = {"retention.ms": str(topic.retention_ms), "compression.type": "zstd"}
    if topic.compacted:
        # Read whole at every start, so kept short: only segments that are full are compacted.
        config |= {"cleanup.policy": "compact,delete", "min.cleanable.dirty.ratio": "0.1"}
        config |= {"segment.ms": str(MINUTE_MS), "segment.bytes": str(4 * 1024 * 1024)}
    return config


def read_by(room: str) -> tuple[Topic, ...]:
    """The topics a room reads, inboxes first."""
    mine = [topic for topic in _ALL if room in topic.readers]
    return tuple(sorted(mine, key=lambda topic: (topic.kind is not Kind.COMMAND, topic.name)))


def is_own(topic: str) -> bool:
    """Whether a topic has a partition per trading shard, read by that shard alone."""
    return TOPICS[topic].spread is Spread.TRADING
