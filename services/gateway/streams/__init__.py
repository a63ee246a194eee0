"""Sockets: what happens is pushed to those who listen."""
