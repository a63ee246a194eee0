"""What risk tells outside the log."""
