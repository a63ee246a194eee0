"""The table of market data: what is known of each symbol now."""

from deploy.migrations import tools

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tools.run(
        """
        CREATE TABLE market_data.symbols (
            symbol text PRIMARY KEY,
            source text NOT NULL,
            simulated boolean NOT NULL,
            bid double precision NOT NULL,
            bid_size double precision NOT NULL,
            ask double precision NOT NULL,
            ask_size double precision NOT NULL,
            quote_at timestamptz,
            last double precision,
            last_size double precision,
            last_at timestamptz,
            session text NOT NULL,
            open double precision,
            high double precision,
            low double precision,
            volume double precision NOT NULL,
            flags text NOT NULL,
            at timestamptz NOT NULL
        )
        """
    )
    tools.own("market_data")


def downgrade() -> None:
    tools.run("DROP TABLE market_data.symbols")
