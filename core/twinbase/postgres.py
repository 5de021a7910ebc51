"""The server's connection to PostgreSQL, as hooks receive it: asyncpg's. For types only: nothing is imported here."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    PostgresConnection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    PostgresConnection = object
