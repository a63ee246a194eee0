"""What is set aside comes back in the order in which it came, whatever topics it came from."""

from __future__ import annotations

from shared.bus.ports import Record
from shared.quarantine import HELD, Quarantine


def test_an_account_is_released_in_the_order_in_which_its_messages_came() -> None:
    quarantine = Quarantine(3)
    records = [
        Record("risk.decisions", 3, 90, b"first"),
        Record("venue.paper.reports", 3, 7, b"second"),
        Record("risk.decisions", 3, 91, b"third"),
    ]
    quarantine.put(records[0], "account-a", "ValueError('x')")
    quarantine.put(Record("risk.decisions", 3, 5, b"another's"), "account-b", HELD)
    quarantine.put(records[1], "account-a", HELD)
    quarantine.put(records[2], "account-a", HELD)
    assert quarantine.holds("account-a")
    assert quarantine.release("account-a") == records
    assert not quarantine.holds("account-a")
    assert quarantine.holds("account-b")
