"""The PostgreSQL twin and the way to it: what runs on the server."""
