"""The paper exchange: pure, deterministic, fed by ticks."""
