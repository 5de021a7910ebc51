"""Alembic runs this file: it migrates over the connection, and in the transaction, that `migrate` holds."""

from alembic import context

from twinbase_server.database.migrations import SCHEMA

context.configure(connection=context.config.attributes["connection"], version_table_schema=SCHEMA)
context.run_migrations()
