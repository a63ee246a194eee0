"""The pure part of the venue links."""
