"""The tables of venue: the paper exchange's own book, as a broker would keep it."""

from deploy.migrations import tools

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _book()
    _link()
    tools.append_only("venue.paper_executions")
    tools.own("venue")


def _book() -> None:
    tools.run(
        """
        CREATE TABLE venue.paper_orders (
            shard integer NOT NULL,
            order_id text NOT NULL,
            venue_order_id text NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            type text NOT NULL,
            time_in_force text NOT NULL,
            quantity numeric NOT NULL,
            limit_price numeric,
            extended_hours boolean NOT NULL,
            status text NOT NULL CHECK (status IN ('waiting', 'taking', 'resting', 'filled',
                'canceled', 'expired', 'rejected', 'replaced')),
            number bigint NOT NULL,
            cum_quantity numeric NOT NULL CHECK (cum_quantity >= 0 AND cum_quantity <= quantity),
            fills bigint NOT NULL,
            arrived_at timestamptz NOT NULL,
            expires_at timestamptz,
            reason text,
            PRIMARY KEY (order_id, shard)
        );
        CREATE INDEX paper_orders_live ON venue.paper_orders (shard)
            WHERE status IN ('waiting', 'taking', 'resting');
        CREATE TABLE venue.paper_executions (
            shard integer NOT NULL,
            execution_id text NOT NULL,
            order_id text NOT NULL,
            venue_order_id text NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            quantity numeric NOT NULL CHECK (quantity > 0),
            price numeric NOT NULL,
            transact_at timestamptz NOT NULL,
            quote_at timestamptz,
            quote_row bigint,
            liquidity text NOT NULL CHECK (liquidity IN ('maker', 'taker')),
            PRIMARY KEY (execution_id, shard)
        );
        CREATE INDEX paper_executions_by_order ON venue.paper_executions (order_id);
        """
    )


def _link() -> None:
    tools.run(
        """
        CREATE TABLE venue.taken (
            shard integer NOT NULL,
            firm_id text NOT NULL,
            symbol text NOT NULL,
            quote_at timestamptz NOT NULL,
            quote_row bigint NOT NULL,
            bid_taken numeric NOT NULL CHECK (bid_taken >= 0),
            ask_taken numeric NOT NULL CHECK (ask_taken >= 0),
            PRIMARY KEY (shard, firm_id, symbol)
        );
        CREATE TABLE venue.paper_clock (
            shard integer NOT NULL,
            name text NOT NULL,
            is_open boolean NOT NULL,
            session text NOT NULL,
            opened_at timestamptz NOT NULL,
            next_open timestamptz NOT NULL,
            next_close timestamptz NOT NULL,
            PRIMARY KEY (shard, name)
        );
        CREATE TABLE venue.sessions (
            shard integer NOT NULL,
            link text NOT NULL,
            number bigint NOT NULL,
            opened_at timestamptz NOT NULL,
            accepted bigint NOT NULL,
            rate_second bigint NOT NULL,
            rate_count bigint NOT NULL,
            PRIMARY KEY (shard, link)
        );
        """
    )


def downgrade() -> None:
    for table in ("sessions", "paper_clock", "taken", "paper_executions", "paper_orders"):
        tools.run(f"DROP TABLE venue.{table}")
