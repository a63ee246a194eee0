"""What the room needs of a feed, of every feed: order, completeness, going on where it stopped."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from services.market_data.adapters.feeds.replay import Replay, ReplayFailed
from services.market_data.adapters.feeds.synthetic import SYMBOLS, Synthetic
from services.market_data.core.block import joined
from services.market_data.ports import Feed
from shared.types import Time

BEGIN = Time.parse("2013-10-09T14:00:00Z")
SECOND = 1_000_000
NBBO = "symbol,ts,bid,bid_size,bid_exchange,ask,ask_size,ask_exchange,suspicious\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two symbols' quotes and one's trades, some at the same time, one row damaged."""
    quotes = [
        "AIG,2013-10-09T13:59:59.500Z,47.5,200,P,47.6,300,P,0",
        "AIG,2013-10-09T14:00:00.000Z,47.6,200,P,47.7,300,P,0",
        "AIG,2013-10-09T14:00:00.000Z,47.7,200,P,47.8,300,P,0",
        "AIG,not a time,47.7,200,P,47.8,300,P,0",
        "AIG,2013-10-09T14:00:02.250Z,47.8,200,P,47.9,300,P,0",
    ]
    (tmp_path / "a.csv").write_text(NBBO + "\n".join(quotes) + "\n")
    ibm = "IBM,2013-10-09T14:00:01.000Z,180,1,P,181,2,P,0\n"
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress((NBBO + ibm).encode()))
    (tmp_path / "c.csv").write_text(
        "symbol,ts,price,size,exchange,conditions,suspicious\n"
        "AIG,2013-10-09T14:00:00.000Z,47.65,100,N,1,0\n"
        "AIG,2013-10-09T14:00:01.500Z,47.75,100,N,40,0\n"
    )
    return tmp_path


@pytest.fixture(params=["replay", "synthetic"])
def make(request: pytest.FixtureRequest, folder: Path) -> Callable[[Time], Feed]:
    if request.param == "replay":
        return lambda begin: Replay(folder, begin, 2.0)
    return lambda begin: Synthetic(5, begin, SYMBOLS)


def test_ticks_come_in_the_order_of_time_each_once(make: Callable[[Time], Feed]) -> None:
    whole = make(BEGIN).take(Time(BEGIN + 3 * SECOND))
    feed = make(BEGIN)
    steps = [feed.take(Time(BEGIN + n * SECOND // 7)) for n in range(1, 22)]
    assert (whole.time_us[1:] >= whole.time_us[:-1]).all()
    assert whole.size > 0
    for column, pieces in zip(whole, joined(steps), strict=True):
        assert column.tolist() == pieces.tolist()


def test_a_standing_quote_is_from_before_the_beginning(make: Callable[[Time], Feed]) -> None:
    standing = make(BEGIN).standing()
    assert standing.size >= 1
    assert (standing.time_us < int(BEGIN)).all()
    assert not standing.trade.any()


def test_a_feed_goes_on_where_another_stopped(make: Callable[[Time], Feed]) -> None:
    later = Time(BEGIN + SECOND)
    whole = make(BEGIN).take(Time(BEGIN + 3 * SECOND))
    rest = make(later).take(Time(BEGIN + 3 * SECOND))
    assert rest.time_us.tolist() == [t for t in whole.time_us.tolist() if t >= int(later)]


def test_quotes_have_both_sides_and_trades_a_price(make: Callable[[Time], Feed]) -> None:
    whole = make(BEGIN).take(Time(BEGIN + 3 * SECOND))
    quotes = whole.part(~whole.trade)
    assert (quotes.bid > 0).all() and (quotes.ask > quotes.bid).all()
    assert (whole.part(whole.trade).bid > 0).all()


def test_a_replay_keeps_row_numbers_of_the_file_and_skips_what_it_cannot_read(
    folder: Path,
) -> None:
    feed = Replay(folder, BEGIN, 2.0)
    aig = feed.symbols.index("AIG")
    ticks = feed.take(Time(BEGIN + 3 * SECOND))
    quotes = ticks.part((ticks.symbol == aig) & ~ticks.trade)
    assert quotes.row.tolist() == [1, 2, 4]
    assert ticks.part(ticks.trade).regular.tolist() == [True, False]
    assert feed.next_time() is None


def test_what_cannot_be_replayed_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(ReplayFailed, match="no such file"):
        Replay(tmp_path / "nothing", None, 2.0)
    with pytest.raises(ReplayFailed, match=r"no \.csv"):
        Replay(tmp_path, None, 2.0)
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReplayFailed, match="no known layout"):
        Replay(tmp_path / "odd.csv", None, 2.0)


def test_a_trade_bar_is_played_open_near_extreme_far_extreme_close(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text(
        "symbol,ts,open,high,low,close,volume\nAIG,2013-10-09T14:00:00Z,10,10.5,9,9.5,1003\n"
    )
    ticks = Replay(tmp_path / "bars.csv", BEGIN, 20.0).take(Time(BEGIN + 60 * SECOND))
    prints = ticks.part(ticks.trade)
    assert prints.bid.tolist() == [10.0, 10.5, 9.0, 9.5]
    assert prints.bid_size.tolist() == [250.0, 250.0, 250.0, 253.0]
    assert [(t - BEGIN) // SECOND for t in prints.time_us.tolist()] == [0, 20, 40, 59]
    quotes = ticks.part(~ticks.trade)
    assert (quotes.ask - quotes.bid).round(6).tolist() == [0.02, 0.021, 0.018, 0.019]
