"""The Alpaca v2 facade: our words in that format, and back. It is never a second way of trading."""
