"""Exits of a group: one row counts for them (of nothing, as long as its entry has not filled), and
the rows of the legs name it and count nothing.
"""

from importlib import import_module

from deploy.migrations import tools

revision = "0013"
down_revision = "0012"

ACCOUNTS = import_module("deploy.migrations.versions.0008_views").ACCOUNTS
LIVE = "FROM risk.live_orders"


def upgrade() -> None:
    tools.run(
        """
        ALTER TABLE risk.live_orders ADD COLUMN leg_of text;
        ALTER TABLE risk.live_orders DROP CONSTRAINT live_orders_quantity_check;
        ALTER TABLE risk.live_orders ADD CONSTRAINT live_orders_quantity_check
            CHECK (quantity >= 0);
        """
    )
    counted = ACCOUNTS.replace(LIVE, f"{LIVE} WHERE leg_of IS NULL")
    tools.run(f"CREATE OR REPLACE VIEW views.accounts AS {counted}")


def downgrade() -> None:
    tools.run(f"CREATE OR REPLACE VIEW views.accounts AS {ACCOUNTS}")
    tools.run(
        """
        ALTER TABLE risk.live_orders DROP CONSTRAINT live_orders_quantity_check;
        ALTER TABLE risk.live_orders ADD CONSTRAINT live_orders_quantity_check
            CHECK (quantity > 0);
        ALTER TABLE risk.live_orders DROP COLUMN leg_of;
        """
    )
