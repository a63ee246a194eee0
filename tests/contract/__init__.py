"""One body of test for every implementation of a port."""
