"""The older rows that a message names."""

from __future__ import annotations

from decimal import Decimal

from services.oms.names import names_of_decision, names_of_report
from shared.events.venue import ReportKind, VenueReport
from shared.types import Leg, OrderType
from tests.builders import ACCOUNT, NOON, approved
from tests.unit.services.oms.desk import an_execution


def test_a_decision_names_its_order_and_the_cancels_of_it_and_its_legs() -> None:
    leg = Leg(order_id="leg", client_order_id="leg", type=OrderType.LIMIT, limit_price=Decimal(1))
    assert list(names_of_decision(approved(1, "order-1", legs=(leg,)))) == [
        ("orders", ("order-1",)),
        ("remembered_cancels", (ACCOUNT, "order-1")),
        ("remembered_cancels", (ACCOUNT, "leg")),
    ]


def test_a_correction_names_what_it_corrects() -> None:
    execution = an_execution("e2", 1, 1, "order-1", NOON, execution_ref="e1")
    report = VenueReport(
        link="paper", kind=ReportKind.CORRECTED, order_id="order-1", execution=execution
    )
    assert list(names_of_report(report)) == [
        ("orders", ("order-1",)),
        ("executions", ("e2",)),
        ("orphans", ("e2",)),
        ("executions", ("e1",)),
        ("amendments", ("e1",)),
    ]
