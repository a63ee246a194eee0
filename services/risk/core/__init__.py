"""The pure part of risk: no I/O, no clock; state, limits and time come in, a verdict comes out."""
