"""Stock splits of orders: what an order was split by, and which splits an execution came before."""

from deploy.migrations import tools

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    tools.run("ALTER TABLE oms.orders ADD COLUMN splits jsonb NOT NULL DEFAULT '[]'")
    tools.run("ALTER TABLE oms.orders ADD COLUMN parts numeric CHECK (parts >= 0)")
    tools.run("ALTER TABLE oms.executions ADD COLUMN chain_id text NOT NULL DEFAULT ''")
    tools.run("ALTER TABLE oms.executions ADD COLUMN splits bigint NOT NULL DEFAULT 0")


def downgrade() -> None:
    for column in ("splits", "chain_id"):
        tools.run(f"ALTER TABLE oms.executions DROP COLUMN {column}")
    for column in ("parts", "splits"):
        tools.run(f"ALTER TABLE oms.orders DROP COLUMN {column}")
