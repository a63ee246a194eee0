"""Tests: unit, contract, journey, integration, e2e, tidy; what they share stands here."""
