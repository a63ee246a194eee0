"""The simulator proves the platform, and bugs that are put in on purpose prove the simulator."""
