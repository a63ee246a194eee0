"""The version of the cores: raised whenever a decision may come out differently for the same
messages.
"""

CORE_VERSION = "3"
