"""The encrypted file: its key, its lock, its tables, and the statements that a sync runs over them."""
