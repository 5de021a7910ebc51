"""The twins' own tables on the server, for plugins that own them: made from their classes where they are missing."""

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from twinbase.registry import Registry


async def create_twin_tables(url: str, registry: Registry) -> None:
    """Create every table of a twin, and its schema, that does not exist; what exists is left as it is."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_create, registry)
    finally:
        await engine.dispose()


def _create(connection: Connection, registry: Registry) -> None:
    for schema in sorted({twin.schema for twin in registry}):
        connection.execute(CreateSchema(schema, if_not_exists=True))
    for metadata in {twin.table.metadata for twin in registry}:
        tables = [twin.table for twin in registry if twin.table.metadata is metadata]
        metadata.create_all(connection, tables=tables)
