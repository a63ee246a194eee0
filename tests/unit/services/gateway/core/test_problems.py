"""What clients are told, with the texts and numbers they know."""

from __future__ import annotations

from services.gateway.core.problems import denied, unknown_outcome
from shared.types import Violation

STALE = Violation(code="REFERENCE_PRICE_STALE", scope="account::a", message="too old")
POWER = Violation(
    code="BUYING_POWER_INSUFFICIENT", limit="10", value="99", message="insufficient buying power"
)
SHARES = Violation(
    code="QUANTITY_EXCEEDS_AVAILABLE",
    limit="0",
    value="23",
    message="insufficient qty available for order (requested: 23, available: 0)",
)
USED = Violation(
    code="CLIENT_ORDER_ID_USED", value="mine", message="client_order_id must be unique"
)


def test_the_first_violation_gives_the_message_and_all_are_told() -> None:
    problem = denied([STALE, STALE])
    assert (problem.status, problem.code) == (403, 40310000)
    assert problem.message == "REFERENCE_PRICE_STALE: too old"
    assert problem.body()["violations"][0] == {
        "code": "REFERENCE_PRICE_STALE",
        "scope": "account::a",
        "limit": None,
        "value": None,
        "projected": None,
        "message": "too old",
    }
    assert len(problem.body()["violations"]) == 2


def test_a_text_that_clients_know_goes_before_the_first() -> None:
    problem = denied([STALE, POWER])
    assert problem.message == "insufficient buying power"
    assert (problem.body()["buying_power"], problem.body()["cost_basis"]) == ("10", "99")


def test_shares_that_are_not_there_are_told_with_the_known_text() -> None:
    problem = denied([SHARES])
    assert problem.message.startswith("insufficient qty available for order (requested: 23")
    assert problem.body()["available"] == "0"


def test_a_used_client_order_id_is_a_422_whatever_else_was_found() -> None:
    problem = denied([STALE, POWER, USED])
    assert (problem.status, problem.code) == (422, 40010001)
    assert problem.message == "client_order_id must be unique"


def test_an_unknown_outcome_names_what_may_have_been_done() -> None:
    problem = unknown_outcome("o-1", "order_id")
    assert problem.status == 503
    assert problem.body()["order_id"] == "o-1"
    assert problem.body()["outcome"] == "unknown"
