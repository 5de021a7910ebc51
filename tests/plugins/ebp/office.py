"""A company whose ERP is there and captured, for tests of what is projected from it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from twinbase.plugins import Plugins
from twinbase.projection import Projection
from twinbase_demo.erp import generate
from twinbase_ebp.tables import TABLES
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.projection.run import Projected, project
from twinbase_server.setup import init_database

DAY = date(2026, 11, 23)
PLUGINS = Plugins("mobile", "ebp")


@dataclass
class Office:
    """The company's database, with words for what tests do to it."""

    url: str
    connection: Any
    projections: list[Projection] = field(default_factory=PLUGINS.collect_projections)

    async def project(self) -> dict[str, Projected]:
        engine = create_async_engine(make_url(self.url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
        try:
            reports = await project(engine, self.projections, registry=PLUGINS.registry)
            return {report.name: report for report in reports}
        finally:
            await engine.dispose()

    async def project_anew(self) -> dict[str, Projected]:
        """As if nothing had ever been projected."""
        await self.run("DELETE FROM twinbase.projection")
        return await self.project()

    async def run(self, statement: str, *values: object) -> None:
        await self.connection.execute(statement, *values)

    async def value(self, query: str, *values: object) -> Any:
        return await self.connection.fetchval(query, *values)

    async def visit(self) -> UUID:
        """A visit of a known customer, as EBP and the phones have it."""
        planned = "SELECT id FROM mobile.interventions WHERE customer_id IS NOT NULL AND status = 'planned'"
        return UUID(str(await self.value(f"{planned} ORDER BY id LIMIT 1")))

    async def row(self, columns: str, visit: UUID) -> tuple[Any, ...]:
        """Some columns of a visit, as the phones have it."""
        found = await self.connection.fetchrow(f"SELECT {columns} FROM mobile.interventions WHERE id = $1", visit)
        return tuple(found)


def touched(reports: dict[str, Projected]) -> dict[str, tuple[int, int, int]]:
    """What a run wrote, deleted and retired, where it did anything."""
    counts = {name: (one.written, one.deleted, one.retired) for name, one in reports.items()}
    return {name: count for name, count in counts.items() if any(count)}


async def open_office(url: str, connection: Any) -> None:
    """Generate it, capture it, project it. Of the 319 tables only those that are read stay: a copy is quick then."""
    await generate(url, seed=1, scale=0.005, today=DAY)
    others = await connection.fetch(
        "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1)",
        [table.name for table in TABLES],
    )
    await connection.execute(f"DROP TABLE {', '.join(row['name'] for row in others)}")
    await create_twin_tables(url, PLUGINS.registry)
    await init_database(url, PLUGINS, datetime(2026, 11, 23, tzinfo=UTC))
    await Office(url, connection).project()
