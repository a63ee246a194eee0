"""Market data under test."""
