"""Twinbase in a terminal."""
