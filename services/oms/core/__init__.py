"""The pure part of the order management room."""
