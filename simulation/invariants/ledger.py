"""Double entry: the lines of every journal entry sum to zero per currency, and each entry is
written whole, in one transaction. The identity of equity: flows + realised + unrealised - fees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from shared.statements import Harvest
from simulation.errors import require

NAME = "double entry"


def check_commit(harvests: Sequence[Harvest]) -> None:
    """The entries that a commit of portfolio writes."""
    for shard, _, _ in harvests:
        entries, _ = shard.state.journal_entries.changed()  # type: ignore[attr-defined]
        lines, _ = shard.state.journal_lines.changed()  # type: ignore[attr-defined]
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in lines:
            sums[line.journal_id, line.currency] += line.amount
        crooked = {name: total for name, total in sums.items() if total}
        require(not crooked, NAME, lambda: f"entries that do not balance: {crooked}")
        heads = {entry.journal_id for entry in entries}
        require(
            heads == {name for name, _ in sums}, NAME, lambda: f"entries without lines in {heads}"
        )
        valued, _ = shard.state.valuations.changed()  # type: ignore[attr-defined]
        for row in valued:
            account = shard.state.accounts.get(row.account_id)  # type: ignore[attr-defined]
            wanted = account.flows + row.realised + row.unrealised - row.fees
            require(
                row.equity == wanted,
                "equity",
                lambda: f"{row.account_id}: {row.equity}, not {wanted}",
            )
