"""Firms are isolated: what is said of an account is said in its firm's partition and names its
firm.
"""

from __future__ import annotations

from shared.messages import Event, Message
from shared.topics import partition_of
from simulation.errors import require
from simulation.owners import OWNERS

NAME = "firms"
FIRM = {owner.account_id: owner.firm_id for owner in OWNERS}


def check(number: int, message: Message, shards: int) -> None:
    """One message of a trading topic."""
    if not isinstance(message, Event) or message.account_id not in FIRM:
        return
    firm = FIRM[message.account_id]
    if message.firm_id:
        require(message.firm_id == firm, NAME, lambda: f"{message.account_id} in {message.firm_id}")
    wanted = partition_of(firm, shards)
    require(
        number == wanted, NAME, lambda: f"{message.account_id} in partition {number}, not {wanted}"
    )
