"""What every room shares: the words they speak, the topics they speak on, and the loop they run."""
