"""Quarantined messages keep the order in which they came, over all topics of their account."""

from deploy.migrations import tools

revision = "0009"
down_revision = "0008"

TRANSACTIONAL = ("risk", "oms", "venue", "portfolio")


def upgrade() -> None:
    for schema in TRANSACTIONAL:
        tools.run(f"ALTER TABLE {schema}.quarantine ADD COLUMN place bigint NOT NULL DEFAULT 0")


def downgrade() -> None:
    for schema in TRANSACTIONAL:
        tools.run(f"ALTER TABLE {schema}.quarantine DROP COLUMN place")
