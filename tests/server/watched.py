"""A captured table for the tests, and the question that a pull asks: which keys changed since a snapshot?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pydantic import SecretStr

from twinbase_server.capture import CapturedTable, install
from twinbase_server.database.connection import Connection
from twinbase_server.database.migrations import migrate
from twinbase_server.settings import Settings
from twinbase_server.sql.unseen import Snapshot, any_unseen_sql, parse_snapshot, unseen_sql

DEFAULTS = Settings(database_url=SecretStr("postgresql://nobody@nowhere/none"))
"""The settings of a server whose operator has set nothing."""
CUSTOMER = CapturedTable("public", "customer", ("id",), ("id", "name", "price", "notes"), {"id": "{c}", "name": "{c}"})
CUSTOMER_DDL = """
CREATE TABLE customer (
    id int PRIMARY KEY, name text, price numeric, notes json, hidden text,
    parent int REFERENCES customer ON DELETE CASCADE ON UPDATE CASCADE
)
"""


@asynccontextmanager
async def watched_customers(url: str) -> AsyncIterator[Connection]:
    """A connection to a migrated database with an empty, captured table of customers."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(CUSTOMER_DDL)
        await install(connection, [CUSTOMER])
        yield connection
    finally:
        await connection.close()


async def snapshot_now(connection: Connection) -> Snapshot:
    return parse_snapshot(await connection.fetchval("SELECT pg_current_snapshot()::text"))


async def changed_keys(connection: Connection, table: CapturedTable, since: Snapshot) -> set[Any]:
    """The keys whose version `since` cannot see; a key of one column without its tuple."""
    keys = ", ".join(f'v."{key}"' for key in table.key)
    rows = await connection.fetch(
        f"SELECT {keys} FROM {table.object_sql('v')} v WHERE {unseen_sql('v.xid')}", since.xmax, list(since.xip)
    )
    return {row[0] if len(table.key) == 1 else tuple(row.values()) for row in rows}


async def tombstones(connection: Connection, table: CapturedTable) -> set[Any]:
    return {row[0] for row in await connection.fetch(f"SELECT * FROM {table.object_sql('v')} WHERE deleted")}


async def is_proven_unchanged(connection: Connection, table: CapturedTable, since: Snapshot) -> bool:
    """What the skip rule asks: nothing in the table can have changed."""
    captured = "FROM twinbase.capture c WHERE (schema_name, table_name) = ($1, $2)"
    if not await connection.fetchval(f"SELECT EXISTS (SELECT {captured})", table.schema, table.name):
        return False
    seen = {"xmax": "$3", "xip": "$4"}
    query = (
        f"SELECT {unseen_sql('c.base', **seen)} OR {any_unseen_sql(table.object_sql('v'), **seen)}"
        f" OR EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND {unseen_sql('g.xid', **seen)})"
        f" {captured}"
    )
    changed = await connection.fetchval(query, table.schema, table.name, since.xmax, list(since.xip))
    return changed is False


async def changed_by(connection: Connection, *statements: str, table: CapturedTable = CUSTOMER) -> set[Any]:
    """The keys that a pull sends after these statements ran in one transaction."""
    since = await snapshot_now(connection)
    async with connection.transaction():
        for statement in statements:
            await connection.execute(statement)
    return await changed_keys(connection, table, since)
