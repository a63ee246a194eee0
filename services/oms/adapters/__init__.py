"""What OMS tells outside the log."""
