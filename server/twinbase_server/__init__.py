"""The PostgreSQL twin and its door: what runs on the server."""
