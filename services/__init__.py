"""The rooms. Each is a stranger to the others and talks through topics only."""
