"""Every room's real loop and handlers on a log in memory: whole lives of orders, in one process."""
