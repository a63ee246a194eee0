"""The tables of gateway: API keys, and the orders whose clients were answered before a verdict."""

from deploy.migrations import tools

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    tools.run(
        """
        CREATE TABLE gateway.keys (
            key_id text PRIMARY KEY,
            secret_hash text NOT NULL CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
            owner text NOT NULL CHECK (owner <> ''),
            scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'trade', 'risk', 'admin']),
            account_id text,
            firm_id text,
            created_at timestamptz NOT NULL,
            revoked_at timestamptz
        );
        CREATE INDEX keys_by_account ON gateway.keys (account_id);
        CREATE TABLE gateway.pending (
            order_id text PRIMARY KEY,
            account_id text NOT NULL,
            client_order_id text NOT NULL,
            symbol text NOT NULL,
            side text NOT NULL CHECK (side IN ('buy', 'sell')),
            created_at timestamptz NOT NULL,
            promised_at timestamptz NOT NULL,
            state jsonb NOT NULL
        );
        CREATE INDEX pending_by_account ON gateway.pending (account_id, created_at);
        """
    )
    tools.append_only("gateway.pending")
    tools.own("gateway")


def downgrade() -> None:
    for table in ("pending", "keys"):
        tools.run(f"DROP TABLE gateway.{table}")
