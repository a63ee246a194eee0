"""Plimsoll's client: the command line, the SDK, and the embedded servers."""
