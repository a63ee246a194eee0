"""The paper exchange in depth: queues, auctions, icebergs, fees, positions and halts."""

from deploy.migrations import tools

revision = "0011"
down_revision = "0010"

COLUMNS = (
    "auction_at timestamptz",
    "post_only boolean NOT NULL DEFAULT false",
    "display_quantity numeric CHECK (display_quantity > 0)",
    "shown numeric CHECK (shown >= 0)",
    "ahead numeric CHECK (ahead >= 0)",
    "displayed numeric CHECK (displayed >= 0)",
    "amount numeric NOT NULL DEFAULT 0",
    "fee numeric NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    for column in COLUMNS:
        tools.run(f"ALTER TABLE venue.paper_orders ADD COLUMN {column}")
    tools.run("ALTER TABLE venue.paper_executions ADD COLUMN fee numeric NOT NULL DEFAULT 0")
    _positions()
    tools.run(
        """
        CREATE TABLE venue.halts (
            shard integer NOT NULL,
            symbol text NOT NULL,
            halted_at timestamptz NOT NULL,
            resumed_at timestamptz,
            PRIMARY KEY (shard, symbol)
        )
        """
    )
    tools.own("venue")


def _positions() -> None:
    """What the executions so far have led to."""
    tools.run(
        """
        CREATE TABLE venue.paper_positions (
            shard integer NOT NULL,
            account_id text NOT NULL,
            symbol text NOT NULL,
            firm_id text NOT NULL,
            quantity numeric NOT NULL,
            PRIMARY KEY (shard, account_id, symbol)
        );
        INSERT INTO venue.paper_positions (shard, account_id, symbol, firm_id, quantity)
            SELECT shard, account_id, symbol, min(firm_id),
                trim_scale(sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END))
            FROM venue.paper_executions GROUP BY shard, account_id, symbol;
        """
    )


def downgrade() -> None:
    for table in ("halts", "paper_positions"):
        tools.run(f"DROP TABLE venue.{table}")
    tools.run("ALTER TABLE venue.paper_executions DROP COLUMN fee")
    for column in reversed(COLUMNS):
        tools.run(f"ALTER TABLE venue.paper_orders DROP COLUMN {column.split()[0]}")
