"""The way to PostgreSQL: connections, what may go wrong on them, secrets, tables and migrations."""
