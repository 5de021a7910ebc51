"""Setting up a database: schema `twinbase`, capture on every table that a twin or a scope reads, keys, a generation."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from twinbase.plugins import Plugins
from twinbase.projection import Projection
from twinbase.registry import Registry
from twinbase_server import generation
from twinbase_server.capture.install import install
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.connection import Connection
from twinbase_server.migrations import migrate
from twinbase_server.twin_tables import create_server_tables
from twinbase_server.wire import hash_texts
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
        await install(connection, captured_tables(plugins.registry, plugins.projections()))
        await generation.start(connection, now)
    finally:
        await connection.close()


def captured_tables(registry: Registry, projections: Sequence[Projection] = ()) -> Sequence[CapturedTable]:
    """Every table to capture, with the columns that matter: of the twins, of their scopes, of projections' sources."""
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    columns: dict[tuple[str, str], dict[str, None]] = {}
    hashed: dict[tuple[str, str], dict[str, str]] = {}
    for twin in registry:
        place = (twin.schema, twin.table.name)
        keys[place] = twin.key
        columns.setdefault(place, {}).update(dict.fromkeys(twin.columns))
        hashed[place] = hash_texts(twin)
        for other, names in twin.reads.columns.items():
            columns.setdefault(other, {}).update(dict.fromkeys(sorted(names)))
            keys.setdefault(other, _key_of(registry, other))
    for source in (feed.table for projection in projections for feed in projection.feeds):
        place = (source.schema or "public", source.name)
        keys.setdefault(place, tuple(source.primary_key.columns.keys()))
        columns.setdefault(place, {}).update(dict.fromkeys(source.columns.keys()))
    return [
        CapturedTable(schema, name, keys[schema, name], tuple(columns[schema, name]), hashed.get((schema, name), {}))
        for schema, name in sorted(columns)
    ]


def _key_of(registry: Registry, place: tuple[str, str]) -> tuple[str, ...]:
    """The key of a table that only a scope reads: any twin's metadata knows it."""
    schema, name = place
    for twin in registry:
        for table in twin.table.metadata.tables.values():
            if (table.schema or "public", table.name) == (schema, name):
                return tuple(column.name for column in table.primary_key.columns)
    raise LookupError(f"{schema}.{name}, which a scope reads, is not declared as a table.")


async def read_secrets(connection: Connection) -> dict[str, bytes]:
    """The keys that sign tokens and cursors."""
    return {row["name"]: row["value"] for row in await connection.fetch("SELECT name, value FROM twinbase.secret")}


_KEEP_SECRET = "INSERT INTO twinbase.secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING"
