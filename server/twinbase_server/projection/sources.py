"""The tables that projections are fed by: which are there, which are captured, and what to do about the difference."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from twinbase.plugins import Plugins
from twinbase.projection import Projection
from twinbase.registry import Registry
from twinbase_server.capture.install import install
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.capture.watched import captured_tables
from twinbase_server.database.connection import Connection
from twinbase_server.projection.fit import Catalog, Fitted, fit, read_catalog, source_tables, table_name


async def fit_sources(
    engine: AsyncEngine, projections: Sequence[Projection], registry: Registry | None
) -> list[Fitted]:
    """The projections as they can run, after the tables they read have been captured: some may be new here."""
    async with engine.connect() as connection:
        driver = await _driver(connection)
        fitted = fit(projections, await read_catalog(driver, source_tables(projections).values()))
        await install(driver, await _uncaptured(driver, fitted, registry))
    return fitted


async def fit_only(connection: AsyncConnection, projections: Sequence[Projection]) -> list[Fitted]:
    """The same to look at: nothing is captured."""
    return fit(projections, await source_catalog(connection, source_tables(projections).values()))


async def source_catalog(connection: AsyncConnection, tables: Iterable[Table]) -> Catalog:
    """What the server's database has of these tables: (schema, name) → columns → types."""
    return await read_catalog(await _driver(connection), tables)


async def _driver(connection: AsyncConnection) -> Connection:
    raw = await connection.get_raw_connection()
    return raw.driver_connection  # type: ignore[return-value]


async def tables_to_capture(connection: Connection, plugins: Plugins) -> Sequence[CapturedTable]:
    """Every table that these plugins need to be captured; sources that are not there yet are left for later."""
    projections = plugins.collect_projections()
    fitted = fit(projections, await read_catalog(connection, source_tables(projections).values()))
    return captured_tables(plugins.registry, running_projections(fitted))


def running_projections(fitted: Sequence[Fitted]) -> list[Projection]:
    """Those that are not off."""
    return [one.projection for one in fitted if not one.off]


async def _uncaptured(
    connection: Connection, fitted: Sequence[Fitted], registry: Registry | None
) -> list[CapturedTable]:
    """Sources that nobody watches, or not all of what is read of them, or not since they were altered."""
    projections = running_projections(fitted)
    fed = source_tables(projections)
    rows = await connection.fetch(_WATCHED, [schema for schema, _ in fed], [name for _, name in fed])
    watched = {(row["schema_name"], row["table_name"]): set(row["columns"]) for row in rows if not row["gaps"]}
    wanted = {(one.schema, one.name): one for one in captured_tables(registry or Registry([]), projections)}
    return [wanted[at] for at in map(table_name, fed.values()) if not set(wanted[at].watched) <= watched.get(at, set())]


_WATCHED = """
SELECT schema_name, table_name, columns,
    EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND NOT g.respelled) AS gaps
FROM twinbase.capture c
WHERE (schema_name, table_name) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
