"""Setting up a database: schema `twinbase`, capture on every table that a twin or a scope reads, keys, a generation."""

import secrets
from datetime import datetime

import asyncpg

from twinbase.plugins import Plugins
from twinbase_server import generation
from twinbase_server.capture.install import install
from twinbase_server.connection import Connection
from twinbase_server.migrations import migrate
from twinbase_server.sources import tables_to_capture
from twinbase_server.twin_tables import create_server_tables
from twinbase_server.work.queue import install_queue

TOKEN_SECRET = "token"
CURSOR_SECRET = "cursor"


async def init_database(url: str, plugins: Plugins, now: datetime) -> None:
    """Make a database ready to serve these plugins' twins, or bring it up to date; harmless to repeat.

    The tables of the twins must exist: they belong to whoever brings them. Those that plugins keep on the server are
    made, or completed.
    """
    await migrate(url)
    await install_queue(url)
    await create_server_tables(url, plugins.tables())
    connection: Connection = await asyncpg.connect(url)
    try:
        for name in (TOKEN_SECRET, CURSOR_SECRET):
            await connection.execute(_KEEP_SECRET, name, secrets.token_bytes(32))
        await install(connection, await tables_to_capture(connection, plugins))
        await generation.start(connection, now)
    finally:
        await connection.close()


async def read_secrets(connection: Connection) -> dict[str, bytes]:
    """The keys that sign tokens and cursors."""
    return {row["name"]: row["value"] for row in await connection.fetch("SELECT name, value FROM twinbase.secret")}


_KEEP_SECRET = "INSERT INTO twinbase.secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING"
