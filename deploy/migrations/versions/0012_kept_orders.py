"""What OMS keeps itself: groups with exits, algorithms at work, the session."""

from deploy.migrations import tools

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    tools.run("ALTER TABLE oms.orders ADD COLUMN ends_at timestamptz")
    tools.run(
        """
        CREATE TABLE oms.groups (
            shard integer NOT NULL,
            group_id text NOT NULL,
            account_id text NOT NULL,
            order_class text NOT NULL CHECK (order_class IN ('bracket', 'oto', 'oco')),
            entry_id text,
            take_profit_id text,
            stop_loss_id text,
            entered numeric NOT NULL,
            armed_at timestamptz,
            taken numeric NOT NULL,
            stopped numeric NOT NULL,
            chosen text,
            asked integer NOT NULL,
            PRIMARY KEY (group_id, shard)
        );
        CREATE INDEX groups_live ON oms.groups (shard)
            WHERE take_profit_id IS NOT NULL OR stop_loss_id IS NOT NULL;
        CREATE TABLE oms.works (
            shard integer NOT NULL,
            order_id text NOT NULL,
            symbol text NOT NULL,
            algorithm text NOT NULL,
            progress jsonb NOT NULL,
            tape jsonb NOT NULL,
            handed jsonb NOT NULL,
            children integer NOT NULL,
            PRIMARY KEY (order_id, shard)
        );
        CREATE TABLE oms.sessions (
            shard integer NOT NULL,
            name text NOT NULL,
            is_open boolean NOT NULL,
            next_close timestamptz NOT NULL,
            PRIMARY KEY (name, shard)
        );
        """
    )
    tools.own("oms")


def downgrade() -> None:
    tools.run("DROP TABLE oms.sessions, oms.works, oms.groups")
    tools.run("ALTER TABLE oms.orders DROP COLUMN ends_at")
