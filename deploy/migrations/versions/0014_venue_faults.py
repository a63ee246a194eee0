"""The fault mode of the paper exchange: amended executions, reports that were not told in time."""

from deploy.migrations import tools

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    tools.run("ALTER TABLE venue.sessions ADD COLUMN untold bigint NOT NULL DEFAULT 0")
    tools.run(
        """
        CREATE TABLE venue.paper_amendments (
            shard integer NOT NULL,
            execution_id text NOT NULL,
            execution_ref text NOT NULL,
            order_id text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('bust', 'correction')),
            quantity numeric NOT NULL,
            price numeric NOT NULL,
            PRIMARY KEY (shard, execution_id)
        );
        CREATE TABLE venue.untold (
            shard integer NOT NULL,
            place text NOT NULL,
            order_id text NOT NULL,
            since timestamptz NOT NULL,
            due_at timestamptz,
            report jsonb NOT NULL,
            PRIMARY KEY (shard, place)
        );
        """
    )
    tools.append_only("venue.paper_amendments")
    tools.own("venue")


def downgrade() -> None:
    tools.run("DROP TABLE venue.untold, venue.paper_amendments")
    tools.run("ALTER TABLE venue.sessions DROP COLUMN untold")
