"""A real PostgreSQL for every test that asks for a database."""

pytest_plugins = ["twinbase.testing.fixtures"]
