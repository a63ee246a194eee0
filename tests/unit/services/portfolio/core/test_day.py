"""The market day of an account: what it starts with, and what belongs to which day."""

from __future__ import annotations

from decimal import Decimal as D

from tests.unit.services.portfolio.desk import TODAY, TOMORROW, Desk


def test_the_first_session_that_the_clock_names_is_only_noted() -> None:
    desk = Desk()
    desk.fill("buy", "100", "50", fee="10")
    valued = desk.tick(TODAY)
    assert (valued.day_start_equity, valued.day_flows) == (D(100000), D(0))
    assert valued.equity == D(99990)


def test_a_new_session_starts_at_the_last_valuation_of_the_one_before() -> None:
    desk = Desk()
    desk.quote("AIG", 49.99, 50.01)
    desk.fill("buy", "100", "50")
    desk.tick(TODAY)
    desk.quote("AIG", 51.99, 52.01)
    closing = desk.tick(TODAY)
    assert (closing.equity, closing.day_start_equity) == (D(100200), D(100000))
    # The gap over night is of the new day: its first quote says 51.
    desk.quote("AIG", 50.99, 51.01)
    opening = desk.tick(TOMORROW)
    assert (opening.day_start_equity, opening.equity) == (D(100200), D(100100))
    assert opening.day == desk.at.market
    assert opening.positions[0].lastday_price == D(52)


def test_flows_are_counted_from_the_start_of_the_day_and_in_the_peak() -> None:
    desk = Desk()
    desk.tick(TODAY)
    desk.deposit("500")
    assert desk.tick(TODAY).day_flows == D(500)
    valued = desk.tick(TOMORROW)
    assert (valued.day_start_equity, valued.day_flows) == (D(100500), D(0))
    desk.withdraw("200")
    assert (desk.last.day_flows, desk.last.peak_equity) == (D(-200), D(100300))


def test_a_position_opened_again_has_no_closing_price_of_the_day_before() -> None:
    desk = Desk()
    desk.quote("AIG", 49.99, 50.01)
    desk.fill("buy", "10", "50")
    desk.tick(TODAY)
    assert desk.tick(TOMORROW).positions[0].lastday_price == D(50)
    desk.fill("sell", "10", "50")
    desk.fill("buy", "10", "51")
    assert desk.last.positions[0].lastday_price is None


def test_a_day_survives_a_restart() -> None:
    desk = Desk()
    desk.tick(TODAY)
    desk.deposit("1")
    before = desk.tick(TOMORROW)
    desk.restart()
    after = desk.tick(TOMORROW)
    assert (after.day, after.day_start_equity) == (before.day, before.day_start_equity)
