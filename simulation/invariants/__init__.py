"""What must hold, whatever happens: one promise a file, each checked with what every message and
commit tells, by reckoning of its own.
"""
