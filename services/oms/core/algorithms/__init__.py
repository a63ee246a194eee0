"""How much of a parent is due to its next child: one algorithm a file, pure; begin in `table`."""
