"""The tables of oms: the one book of record of orders and executions."""

from deploy.migrations import tools

revision = "0004"
down_revision = "0003"

STATUSES = (
    "'pending_new', 'new', 'partially_filled', 'filled', 'done_for_day', 'pending_cancel',"
    " 'pending_replace', 'suspended', 'canceled', 'replaced', 'expired', 'rejected', 'denied'"
)


def upgrade() -> None:
    _orders()
    _executions()
    _requests()
    for table in ("executions", "amendments", "orphans"):
        tools.append_only(f"oms.{table}")
    tools.own("oms")


def _orders() -> None:
    tools.run(
        f"""
        CREATE TABLE oms.orders (
            shard integer NOT NULL,
            order_id text NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            client_order_id text NOT NULL,
            chain_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            type text NOT NULL,
            time_in_force text NOT NULL,
            status text NOT NULL CHECK (status IN ({STATUSES})),
            under text NOT NULL CHECK (under IN ({STATUSES})),
            quantity numeric NOT NULL CHECK (quantity > 0 OR status = 'denied'),
            limit_price numeric,
            cum_quantity numeric NOT NULL CHECK (cum_quantity >= 0),
            leaves_quantity numeric NOT NULL CHECK (leaves_quantity >= 0),
            average_price numeric NOT NULL,
            amount numeric NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            request_id text,
            queued_id text,
            pending_quantity numeric,
            awaiting_since timestamptz,
            state jsonb NOT NULL,
            PRIMARY KEY (order_id, shard),
            CHECK (leaves_quantity = 0 OR leaves_quantity = quantity - cum_quantity)
        );
        CREATE INDEX orders_by_account ON oms.orders (account_id, created_at);
        CREATE INDEX orders_by_client_id ON oms.orders (account_id, client_order_id);
        CREATE INDEX orders_live ON oms.orders (shard) WHERE request_id IS NOT NULL
            OR under NOT IN ('filled', 'canceled', 'expired', 'rejected', 'replaced', 'denied');
        """
    )


def _executions() -> None:
    tools.run(
        """
        CREATE TABLE oms.executions (
            shard integer NOT NULL,
            execution_id text NOT NULL,
            order_id text NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            quantity numeric NOT NULL CHECK (quantity > 0),
            price numeric NOT NULL,
            transact_at timestamptz NOT NULL,
            quote_at timestamptz,
            quote_row bigint,
            fee numeric NOT NULL,
            currency text NOT NULL,
            execution_ref text,
            kind text NOT NULL CHECK (kind IN ('fill', 'bust', 'correction')),
            booked_at timestamptz NOT NULL,
            PRIMARY KEY (execution_id, shard)
        );
        CREATE INDEX executions_by_order ON oms.executions (order_id);
        CREATE INDEX executions_by_account ON oms.executions (account_id, transact_at);
        CREATE TABLE oms.amendments (
            shard integer NOT NULL,
            execution_id text NOT NULL,
            by_id text NOT NULL,
            PRIMARY KEY (execution_id, shard)
        );
        CREATE TABLE oms.orphans (
            shard integer NOT NULL,
            execution_id text NOT NULL,
            order_id text NOT NULL,
            execution jsonb NOT NULL,
            told_at timestamptz NOT NULL,
            PRIMARY KEY (execution_id, shard)
        );
        """
    )


def _requests() -> None:
    tools.run(
        """
        CREATE TABLE oms.requests (
            shard integer NOT NULL,
            request_id text NOT NULL,
            order_id text NOT NULL,
            account_id text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('cancel', 'replace')),
            status text NOT NULL CHECK (status IN ('queued', 'pending', 'done', 'refused')),
            cause text NOT NULL,
            reason text,
            asked_at timestamptz NOT NULL,
            "order" jsonb,
            PRIMARY KEY (request_id, shard)
        );
        CREATE INDEX requests_open ON oms.requests (shard) WHERE status IN ('queued', 'pending');
        CREATE TABLE oms.remembered_cancels (
            shard integer NOT NULL,
            account_id text NOT NULL,
            order_id text NOT NULL,
            request_id text NOT NULL,
            asked_at timestamptz NOT NULL,
            PRIMARY KEY (shard, account_id, order_id)
        );
        """
    )


def downgrade() -> None:
    for table in (
        "remembered_cancels", "requests", "orphans", "amendments", "executions", "orders",
    ):  # fmt: skip
        tools.run(f"DROP TABLE oms.{table}")
