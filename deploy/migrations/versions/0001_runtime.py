"""Schemas, roles, and what the loop needs in every transactional room."""

from deploy.migrations import tools

revision = "0001"
down_revision = None

TRANSACTIONAL = ("risk", "oms", "venue", "portfolio")


def upgrade() -> None:
    for role in (*tools.ROOMS, "reader"):
        tools.run(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
    for schema in (*tools.ROOMS, "views"):
        tools.run(f"CREATE SCHEMA {schema}")
    tools.run("GRANT USAGE ON SCHEMA views TO reader, gateway")
    tools.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    tools.run("ALTER ROLE reader SET search_path = views")
    tools.run("ALTER ROLE reader SET default_transaction_read_only = on")
    tools.run(
        """
        CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'PL001';
        END $$;
        CREATE FUNCTION public.expect(actual bigint, wanted bigint) RETURNS bigint LANGUAGE
        plpgsql AS $$
        BEGIN
            IF actual <> wanted THEN
                RAISE EXCEPTION 'stale owner: % of % shard versions match', actual, wanted
                    USING ERRCODE = 'PL002';
            END IF;
            RETURN actual;
        END $$;
        """
    )
    for schema in TRANSACTIONAL:
        tools.runtime_tables(schema)
        tools.own(schema)


def downgrade() -> None:
    for schema in (*tools.ROOMS, "views"):
        tools.run(f"DROP SCHEMA {schema} CASCADE")
    tools.run("DROP FUNCTION public.refuse_change(); DROP FUNCTION public.expect(bigint, bigint)")
