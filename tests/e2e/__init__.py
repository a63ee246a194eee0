"""Tests with clients that we did not write, against a whole stack."""
