"""How the twins stand: which can be synced with the tables as they are, and why the others wait.

An ERP alters its tables when it likes. The twin that no longer fits waits, with its reason; all the others go on. It is
looked at again every minute, and at once when an answer meets a table that is not what it was.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import asyncpg

from twinbase.registry import Registry, Twin
from twinbase_server.database.connection import Connection
from twinbase_server.feed.columns import CatalogTable, CatalogTables, read_tables
from twinbase_server.feed.misfits import Misfit, find_misfits, tables_to_find
from twinbase_server.feed.reading import table_of
from twinbase_server.feed.statements import FeedShape, make_feed_shape
from twinbase_server.sql.names import TableName


@dataclass(frozen=True)
class Readiness:
    """`misfits`: every difference between classes and tables. `waiting`: twin → why it cannot be synced now.

    `found`: the tables as they were when it was looked.
    """

    misfits: tuple[Misfit, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    found: CatalogTables = field(default_factory=dict)

    @property
    def captured(self) -> frozenset[TableName]:
        """The tables whose versions can be read."""
        return frozenset(name for name, table in self.found.items() if table.captured)

    def find_maybe_empty(self, twin: Twin) -> list[str]:
        """The parts of a twin's key that PostgreSQL lets be empty."""
        columns = self.found.get(table_of(twin), CatalogTable()).columns
        return [name for name in twin.key if name in columns and not columns[name].required]

    def signatures_of(self, tables: Iterable[TableName]) -> dict[TableName, int]:
        """What the columns of these tables were."""
        return {name: self.found.get(name, CatalogTable()).signature for name in tables}


async def read_readiness(connection: Connection, registry: Registry, before: Readiness | None = None) -> Readiness:
    """Compare every class with its table, and let PostgreSQL read the statements of those that fit.

    `before`: what the last look found; it stands while the tables are as they were.
    """
    found = await read_tables(connection, tables_to_find(registry))
    if before is not None and before.found == found:
        return before
    misfits = [misfit for twin in registry for misfit in find_misfits(twin, found)]
    blocked = {misfit.twin for misfit in misfits if misfit.blocks}
    for twin in registry:
        if twin.name not in blocked:
            misfits += [misfit async for misfit in _try_statements(connection, twin, found)]
    return Readiness(tuple(misfits), _waiting(registry, misfits), found)


async def _try_statements(connection: Connection, twin: Twin, found: CatalogTables) -> AsyncIterator[Misfit]:
    for name in sorted(twin.reads.tables | {table_of(twin)}) if twin.pulls else ():
        if not found[name].captured:
            yield Misfit(twin.name, "", f"{'.'.join(name)} is not captured: run `twinbase db upgrade`.")
            return
    if twin.pulls:
        try:
            async with connection.transaction():
                await connection.execute(_WAIT)
                for statement in _statements(make_feed_shape(twin, twin.columns)):
                    await connection.prepare(statement)
        except asyncpg.LockNotAvailableError:
            return  # it is being loaded or altered: who reads it next looks again
        except (asyncpg.SyntaxOrAccessError, asyncpg.FeatureNotSupportedError, asyncpg.DataError) as error:
            said = str(error).splitlines()[0]
            yield Misfit(twin.name, "", f"{'.'.join(table_of(twin))} cannot be read as its class says: {said}.")


_WAIT = "SET LOCAL lock_timeout = 100"


def _statements(shape: FeedShape) -> Iterator[str]:
    """Those that an answer may need, of every kind."""
    yield shape.page_statement(resumed=True).sql
    yield shape.changed_page_statement(resumed=True).sql
    yield shape.removed_statement().sql
    yield shape.digest_statement().sql


def _waiting(registry: Registry, misfits: list[Misfit]) -> dict[str, str]:
    """All reasons of a twin together. What is written to a twin is checked in those that it points at: it waits too."""
    reasons: dict[str, list[str]] = {}
    for misfit in misfits:
        if misfit.blocks:
            reasons.setdefault(misfit.twin, []).append(misfit.detail)
    waiting = {name: " ".join(lines) for name, lines in reasons.items()}
    absent = {table_of(registry[name]): name for name in waiting}
    for twin in registry:
        if twin.pushes and twin.name not in waiting and (parents := sorted(twin.parents & absent.keys())):
            parent = absent[parents[0]]
            waiting[twin.name] = f"It points at {parent}, which waits: {waiting[parent]}"
    return waiting
