"""The keys that sign tokens and cursors: made once, kept in PostgreSQL."""

import secrets

from twinbase_server.database.connection import Connection

TOKEN_SECRET = "token"
CURSOR_SECRET = "cursor"


async def make_secrets(connection: Connection) -> None:
    """Make the keys that are not there yet."""
    for name in (TOKEN_SECRET, CURSOR_SECRET):
        await connection.execute(_KEEP_SECRET, name, secrets.token_bytes(32))


async def read_secrets(connection: Connection) -> dict[str, bytes]:
    """The keys that sign tokens and cursors."""
    return {row["name"]: row["value"] for row in await connection.fetch("SELECT name, value FROM twinbase.secret")}


_KEEP_SECRET = "INSERT INTO twinbase.secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING"
