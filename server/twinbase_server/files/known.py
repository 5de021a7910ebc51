"""Content that need not come twice: the server has it, and whoever brings it may read it by another row already."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg

from twinbase.clock import cut_to_hour
from twinbase.errors import ClaimMissing
from twinbase.identity import Identity
from twinbase.registry import Registry, Twin
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import ALTERED
from twinbase_server.files.bounded import bounded_transaction
from twinbase_server.files.named import hash_sql, row_is_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import quote_literal, table_sql
from twinbase_server.sql.scope import compile_condition

ROWS_MAX = 50
"""Rows that are looked at in each column; somebody who has more of one content uploads it again."""


async def may_read_content(
    connection: Connection, registry: Registry, sha256: str, identity: Identity, settings: Settings, now: datetime
) -> bool:
    """Whether a row in the identity's scope was given this content. A table that another program keeps to itself has
    no such row at the moment: the content comes once more, which costs less than to wait.

    Every column that can name content is asked in any case, one statement each: what is there, and what is somebody
    else's, takes as long as what nobody has.
    """
    found = [
        await _may_read_by(connection, twin, column, sha256, identity, settings, now)
        for twin in registry
        if twin.pulls
        for column in twin.attachments
    ]
    return any(found)


async def _may_read_by(
    connection: Connection, twin: Twin, column: str, sha256: str, identity: Identity, settings: Settings, now: datetime
) -> bool:
    try:
        bound: Sequence[Any] = compile_condition(twin).bind(identity, cut_to_hour(now))
        async with bounded_transaction(connection, settings):
            return bool(await connection.fetchval(_seen_sql(twin, column), *bound, sha256))
    except (ClaimMissing, asyncpg.DataError, asyncpg.LockNotAvailableError, *ALTERED):
        return False  # It reads no row of this twin, whatever is there.


@lru_cache(maxsize=1024)
def _seen_sql(twin: Twin, column: str) -> str:
    """From what was attached to the row, by its key: no table is searched for a hash."""
    table, condition, attachment = table_sql(twin.table), compile_condition(twin), twin.attachments[column]
    given = f"${len(condition.names) + 1}"
    return (
        f"SELECT EXISTS (SELECT FROM (SELECT row_key FROM twinbase.attached WHERE sha256 = {given}"
        f" AND twin = {quote_literal(twin.name)} AND column_name = {quote_literal(column)} LIMIT {ROWS_MAX}) a"
        f" JOIN {table} ON {row_is_sql(twin, table, 'a.row_key')}"
        f" WHERE {hash_sql(attachment, table)} = {given} AND {condition.sql})"
    )
