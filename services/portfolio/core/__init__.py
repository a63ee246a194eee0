"""The pure core of the portfolio room."""
