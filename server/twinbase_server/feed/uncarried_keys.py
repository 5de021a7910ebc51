"""Rows that no device hears of, as their key cannot be carried: they are counted, or nobody would know of them."""

from collections.abc import AsyncIterator

import asyncpg

from twinbase.registry import Registry, Twin
from twinbase_server.database.connection import Connection
from twinbase_server.feed.misfits import Misfit
from twinbase_server.feed.readiness import Readiness
from twinbase_server.feed.statements import whole_key_conditions
from twinbase_server.sql.names import table_sql


async def find_uncarried_keys(connection: Connection, registry: Registry, readiness: Readiness) -> list[Misfit]:
    """For each twin that has such rows a sentence with their number. Only tables are read whose key admits them."""
    return [
        misfit
        for twin in registry
        if twin.pulls and twin.name not in readiness.waiting
        async for misfit in _of_twin(connection, twin, readiness)
    ]


async def _of_twin(connection: Connection, twin: Twin, readiness: Readiness) -> AsyncIterator[Misfit]:
    table = table_sql(twin.table)
    whole = whole_key_conditions(twin, table, readiness.find_maybe_empty(twin))
    if not whole:
        return
    try:
        count = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE NOT ({' AND '.join(whole)})")
    except asyncpg.InsufficientPrivilegeError:
        return  # the right that is missing is said already
    if count:
        key = ", ".join(twin.key)
        at = f"{twin.schema}.{twin.table.name}"
        said = f"{count} rows of {at} have no key that can be carried (NULL or NaN in {key}): no device gets them."
        yield Misfit(twin.name, "", said, blocks=False)
