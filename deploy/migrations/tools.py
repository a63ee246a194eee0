"""What the migrations share: the tables that the loop needs in every room, grants, append-only
tables.
"""

from __future__ import annotations

from alembic import op

ROOMS = ("market_data", "risk", "oms", "venue", "portfolio", "gateway")


def run(sql: str) -> None:
    """Execute SQL as it is (colons and per cent signs mean nothing)."""
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def own(schema: str) -> None:
    """The room's role may read and write every table of its schema, and the reader may read it."""
    run(f"GRANT USAGE ON SCHEMA {schema} TO {schema}, reader, gateway")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {schema}")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO gateway")


def append_only(table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on a table, for its owner too."""
    name = table.replace(".", "_")
    run(
        f"CREATE TRIGGER {name}_rows_stay BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
    )
    run(
        f"CREATE TRIGGER {name}_table_stays BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def runtime_tables(schema: str) -> None:
    """Shard row, outbox, decided commands and quarantine of a transactional room."""
    run(
        f"""
        CREATE TABLE {schema}.shard (
            shard integer PRIMARY KEY,
            version bigint NOT NULL,
            next jsonb NOT NULL,
            last_hash jsonb NOT NULL,
            seq_in jsonb NOT NULL,
            seq_out jsonb NOT NULL,
            at timestamptz NOT NULL,
            market_at timestamptz NOT NULL,
            release text NOT NULL
        );
        CREATE TABLE {schema}.outbox (
            shard integer NOT NULL,
            version bigint NOT NULL,
            body json NOT NULL,
            PRIMARY KEY (shard, version)
        );
        CREATE TABLE {schema}.commands (
            shard integer NOT NULL,
            command_id text NOT NULL,
            body_hash text,
            kind text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (shard, command_id)
        );
        CREATE TABLE {schema}.quarantine (
            shard integer NOT NULL,
            account_id text NOT NULL,
            topic text NOT NULL,
            number text NOT NULL,
            body text NOT NULL,
            error text NOT NULL,
            PRIMARY KEY (shard, topic, number)
        );
        """
    )
