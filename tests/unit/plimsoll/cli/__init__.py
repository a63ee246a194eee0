"""The command line against a gateway that only listens."""
