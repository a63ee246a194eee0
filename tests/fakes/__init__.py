"""Implementations of our ports that live in memory."""
