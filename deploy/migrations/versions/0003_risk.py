"""The tables of risk: its own book, what it reserved, limits, halts, breakers, decisions."""

from deploy.migrations import tools

revision = "0003"
down_revision = "0002"

APPEND_ONLY = ("client_ids", "limit_changes", "decisions", "risk_events")
OTHERS = (
    "accounts",
    "positions",
    "live_orders",
    "withdrawals",
    "arrivals",
    "limits",
    "trading_states",
    "breakers",
    "expected_positions",
    "counters",
)


def upgrade() -> None:
    _book()
    _reserved()
    _rules()
    _decided()
    for table in APPEND_ONLY:
        tools.append_only(f"risk.{table}")
    tools.own("risk")


def _book() -> None:
    tools.run(
        """
        CREATE TABLE risk.accounts (
            shard integer NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            type text NOT NULL CHECK (type IN ('cash', 'margin', 'cfd')),
            currency text NOT NULL,
            venue text NOT NULL,
            multiplier numeric NOT NULL CHECK (multiplier > 0),
            opened_at timestamptz NOT NULL,
            cash numeric NOT NULL CHECK (cash <> 'NaN'),
            valued boolean NOT NULL,
            PRIMARY KEY (account_id, shard)
        );
        CREATE TABLE risk.positions (
            shard integer NOT NULL,
            account_id text NOT NULL,
            symbol text NOT NULL,
            quantity numeric NOT NULL CHECK (quantity <> 'NaN'),
            price numeric NOT NULL,
            oms_seq bigint NOT NULL,
            PRIMARY KEY (account_id, symbol, shard)
        );
        CREATE TABLE risk.expected_positions (
            shard integer NOT NULL,
            account_id text NOT NULL,
            symbol text NOT NULL,
            oms_seq bigint NOT NULL,
            quantity numeric NOT NULL,
            PRIMARY KEY (account_id, symbol, shard)
        );
        """
    )


def _reserved() -> None:
    tools.run(
        """
        CREATE TABLE risk.live_orders (
            shard integer NOT NULL,
            order_id text NOT NULL,
            account_id text NOT NULL,
            firm_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            strategy text NOT NULL,
            quantity numeric NOT NULL CHECK (quantity > 0),
            cum_quantity numeric NOT NULL CHECK (cum_quantity >= 0),
            price numeric NOT NULL CHECK (price >= 0),
            exit boolean NOT NULL,
            replacement_id text,
            replacement_quantity numeric,
            replacement_price numeric,
            ended boolean NOT NULL,
            approved_at timestamptz NOT NULL,
            body jsonb NOT NULL,
            PRIMARY KEY (order_id, shard)
        );
        CREATE INDEX live_orders_by_account ON risk.live_orders (account_id);
        CREATE TABLE risk.withdrawals (
            shard integer NOT NULL,
            withdrawal_id text NOT NULL,
            account_id text NOT NULL,
            amount numeric NOT NULL CHECK (amount > 0),
            currency text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (withdrawal_id, shard)
        );
        CREATE TABLE risk.client_ids (
            shard integer NOT NULL,
            account_id text NOT NULL,
            client_order_id text NOT NULL,
            order_id text NOT NULL,
            PRIMARY KEY (account_id, client_order_id, shard)
        );
        CREATE TABLE risk.arrivals (
            shard integer NOT NULL,
            account_id text NOT NULL,
            times jsonb NOT NULL,
            PRIMARY KEY (account_id, shard)
        );
        """
    )


def _rules() -> None:
    tools.run(
        """
        CREATE TABLE risk.limits (
            shard integer NOT NULL,
            scope_key text NOT NULL,
            version bigint NOT NULL CHECK (version > 0),
            values jsonb NOT NULL,
            actor text NOT NULL CHECK (actor <> ''),
            reason text NOT NULL CHECK (reason <> ''),
            at timestamptz NOT NULL,
            PRIMARY KEY (scope_key, shard)
        );
        CREATE TABLE risk.limit_changes (
            shard integer NOT NULL,
            change_id text NOT NULL,
            scope_key text NOT NULL,
            version bigint NOT NULL,
            values jsonb NOT NULL,
            changed jsonb NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (change_id, shard),
            UNIQUE (scope_key, version, shard)
        );
        CREATE TABLE risk.trading_states (
            shard integer NOT NULL,
            scope_key text NOT NULL,
            by text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('all', 'firm', 'account', 'strategy', 'symbol')),
            name text NOT NULL,
            account_id text NOT NULL,
            state text NOT NULL CHECK (state IN ('reducing', 'halted')),
            reason text NOT NULL,
            actor text NOT NULL,
            at timestamptz NOT NULL,
            expires_at timestamptz CHECK (expires_at IS NULL OR by = 'manual'),
            PRIMARY KEY (scope_key, by, shard)
        );
        CREATE TABLE risk.breakers (
            shard integer NOT NULL,
            account_id text NOT NULL,
            breaker text NOT NULL,
            state text NOT NULL CHECK (state IN ('armed', 'tripped')),
            value numeric,
            limit_value numeric,
            at timestamptz NOT NULL,
            warned boolean NOT NULL,
            token text,
            token_expires_at timestamptz,
            reason text NOT NULL,
            rearmed_at timestamptz,
            PRIMARY KEY (account_id, breaker, shard)
        );
        """
    )


def _decided() -> None:
    tools.run(
        """
        CREATE TABLE risk.decisions (
            shard integer NOT NULL,
            order_id text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('order', 'replace', 'withdrawal')),
            account_id text NOT NULL,
            firm_id text NOT NULL,
            verdict text NOT NULL CHECK (verdict IN ('approved', 'denied')),
            exit boolean NOT NULL,
            symbol text,
            side text,
            quantity numeric,
            client_order_id text,
            actor text NOT NULL,
            violations jsonb NOT NULL,
            evidence jsonb,
            body jsonb,
            at timestamptz NOT NULL,
            market_at timestamptz NOT NULL,
            PRIMARY KEY (order_id, shard)
        );
        CREATE INDEX decisions_by_account ON risk.decisions (account_id, at);
        CREATE TABLE risk.risk_events (
            shard integer NOT NULL,
            number text NOT NULL,
            event text NOT NULL,
            code text NOT NULL,
            scope text NOT NULL,
            account_id text NOT NULL,
            body jsonb NOT NULL,
            at timestamptz NOT NULL,
            market_at timestamptz NOT NULL,
            PRIMARY KEY (number, shard)
        );
        CREATE INDEX risk_events_by_time ON risk.risk_events (at);
        CREATE TABLE risk.counters (
            shard integer NOT NULL,
            name text NOT NULL,
            value bigint NOT NULL,
            PRIMARY KEY (name, shard)
        );
        """
    )


def downgrade() -> None:
    for table in (*APPEND_ONLY, *OTHERS):
        tools.run(f"DROP TABLE risk.{table}")
