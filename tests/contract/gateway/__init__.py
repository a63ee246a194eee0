"""The gateway over doubles, asked by clients that nobody here wrote."""
