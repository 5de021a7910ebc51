"""News at once: what has changed since a moment ago, whom it concerns, and telling those who listen."""
