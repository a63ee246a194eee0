"""What portfolio tells outside the log."""
