"""Tests on the real four servers and real processes."""
