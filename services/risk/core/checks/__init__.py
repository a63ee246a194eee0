"""One rule, one file. Their order, and which of them limit new risk, is in `core/gate.py`."""
