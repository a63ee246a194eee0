"""Everything that rooms say, one file for each room's voice."""
