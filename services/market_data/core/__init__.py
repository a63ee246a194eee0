"""The pure core of market data."""
