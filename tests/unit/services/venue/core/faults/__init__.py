"""Tests of the mirrored source folder."""
