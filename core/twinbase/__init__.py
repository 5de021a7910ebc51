"""Twinbase: one SQLModel class, two databases that stay twins."""
