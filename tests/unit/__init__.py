"""Tests of one function or file each, without I/O."""
