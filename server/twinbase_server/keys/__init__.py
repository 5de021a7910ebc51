"""The keys that sign tokens and cursors: kept in PostgreSQL, wrapped by a key from outside of it, and rotated."""
