"""The company: its ERP in one database, and in another the copy of it, with the tables for phones that it feeds."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.source import Tell
from twinbase_ebp.loading.load import load
from twinbase_ebp.loading.report import LoadReport
from twinbase_ebp.loading.table_load import Options
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.settings import EbpSettings
from twinbase_server.accounts import save_account
from twinbase_server.database.address import read_address
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.devices.journal import LINES_MAX, LineFilter, list_lines, settle_line
from twinbase_server.extension import open_engine
from twinbase_server.jobs.exporters import exporter_tasks
from twinbase_server.jobs.run import run_task
from twinbase_server.jobs.sources import source_task
from twinbase_server.jobs.task import Task
from twinbase_server.projection.run import Projected, project
from twinbase_server.projection.sources import tables_to_capture
from twinbase_server.setup import init_database

PLUGINS = ("accounts", "mobile", "ebp", "ninjaone", "deliveries")


@dataclass(frozen=True)
class CrewMember:
    """A technician of the company who takes part. `key` is EBP's, `id` the one in the mobile schema.

    `called`: the first name, and more where two have the same.
    """

    id: UUID
    key: str
    first_name: str
    last_name: str
    called: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def short_name(self) -> str:
        return f"{self.first_name} {self.last_name[:1]}."

    @property
    def email(self) -> str:
        return f"{self.key.lower()}@demo.example"


class SourceFailed(TwinbaseError):
    """Another system could not be reached, or did not take what it was handed."""


@dataclass(frozen=True)
class Company:
    """Both databases while the demo runs. `connection` is to ours, `erp` to the ERP's, where only the office writes."""

    url: str
    erp_url: str
    plugins: Plugins
    connection: "asyncpg.Connection[asyncpg.Record]"
    erp: "asyncpg.Connection[asyncpg.Record]"

    async def set_up(self) -> int:
        """Make our own tables and schema `twinbase`; answers how many tables there are for phones."""
        await create_twin_tables(self.url, self.plugins.registry)
        await init_database(self.url, self.plugins, utc_now())
        return len(list(self.plugins.registry))

    async def analyze(self) -> None:
        """Let PostgreSQL look at what is in the captured tables now, as it would by itself in some minutes."""
        for table in await tables_to_capture(self.connection, self.plugins):
            columns = ", ".join(f'"{column}"' for column in table.watched)
            await self.connection.execute(f"ANALYZE {table.qualified} ({columns})")

    async def project(self, progress: Callable[[Projected], None] | None = None) -> list[Projected]:
        """Bring the tables for phones up to date with the ERP."""
        async with open_engine(self.url) as database:
            return await project(
                database, self.plugins.collect_projections(), registry=self.plugins.registry, progress=progress
            )

    async def load(self, *tables: str, tell: Tell = lambda subject, done, of: None) -> LoadReport:
        """Bring what is new in the ERP, of all tables or of these: rows that came, changed, or are gone."""
        settings = EbpSettings(check_minutes=0)
        databases = LoadDatabases.from_urls(self.erp_url, self.url)
        return await load(databases, settings, utc_now(), options=Options(tables=tables), tell=tell)

    async def follow(self, *tables: str) -> int:
        """What `twinbase worker` does every few minutes: load, then project. How many rows for phones it changed."""
        await self.load(*tables)
        return count_rows_written(await self.project())

    async def fetch(self, source: str, tell: Tell) -> Mapping[str, Any]:
        """Run a source now, as `twinbase source run NAME` does; its figures."""
        return await self._done(source_task(self.plugins, source), tell)

    async def hand_over(self) -> dict[str, int]:
        """Let every exporter hand over what waits; how many deliveries stand where, by destination and state."""
        for task in exporter_tasks(self.plugins).values():
            await self._done(task, lambda subject, done, of: None)
        rows = await self.connection.fetch(_DELIVERIES)
        return {f"{row['destination']}: {row['state']}": row["count"] for row in rows}

    async def list_not_handed_over(self) -> list[str]:
        """What stays here of what was entered, and why, in a line each."""
        rows = await self.connection.fetch(_NOT_HANDED_OVER)
        return [f"{row['count']} {row['state']}: {row['said']}" for row in rows]

    async def look_at_flagged(self, note: str) -> int:
        """The office looks at what was taken though it came late, and says so; answers how much that was."""
        lines = await list_lines(self.connection, LineFilter("flag", waiting=True, limit=LINES_MAX))
        for line in lines:
            await settle_line(self.connection, line.id, "the office", note, utc_now())
        return len(lines)

    async def _done(self, task: Task, tell: Tell) -> Mapping[str, Any]:
        status = await run_task(task, self.url, utc_now, tell=tell)
        if status.state != "done":
            raise SourceFailed(f"{task.name}: {status.said}")
        return status.figures

    async def read_customer_names(self, count: int) -> list[str]:
        rows = await self.connection.fetch("SELECT name FROM mobile.customers ORDER BY code LIMIT $1", count)
        return [row["name"] for row in rows]

    async def choose_technicians(self, day: date, count: int) -> list[CrewMember]:
        """Those with the most visits on this day, from one region if it has enough: they have customers in common."""
        rows = await self.connection.fetch(_BUSIEST, day, count)
        first_names = [row["first_name"] for row in rows]
        return [
            CrewMember(row["id"], row["key"], row["first_name"], row["last_name"], _called(row, first_names))
            for row in rows
        ]

    async def give_account(self, colleague: CrewMember, password: str) -> None:
        await save_account(self.connection, colleague.email, password, {"colleague_id": str(colleague.id)})

    async def find_colleague(self, email: str) -> UUID:
        """Whose account it is."""
        found: UUID = await self.connection.fetchval(_COLLEAGUE, email)
        return found


@asynccontextmanager
async def open_company(server_url: str, *, keep: bool, name: str = "", is_made: bool = False) -> AsyncIterator[Company]:
    """Two new databases on this server; they go with the block, unless they are to be kept. `name`: theirs; `is_made`:
    they were kept under it, whole."""
    name = name or f"twinbase_demo_{utc_now():%Y%m%d_%H%M%S_%f}"
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(_database(server_url, name, keep, is_made))
        erp_url = await stack.enter_async_context(_database(server_url, f"{name}_erp", keep, is_made))
        ours, theirs = [await stack.enter_async_context(_connected(each)) for each in (url, erp_url)]
        yield Company(url, erp_url, Plugins(*PLUGINS), ours, theirs)


@asynccontextmanager
async def _database(server_url: str, name: str, keep: bool, is_made: bool) -> AsyncIterator[str]:
    if not is_made:
        # One that was begun under this name, and not made to its end, goes.
        await _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await _execute(server_url, f'CREATE DATABASE "{name}"')
    try:
        yield read_address(server_url).choose_database(name).url
    finally:
        if not keep:
            await _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def working_day(today: date) -> date:
    """Today, or the Friday before a weekend: agendas are full on working days."""
    return today - timedelta(days=max(0, today.weekday() - 4))


def count_rows_written(reports: Sequence[Projected]) -> int:
    return sum(report.written + report.deleted + report.retired for report in reports)


def _called(row: Any, first_names: list[str]) -> str:
    first_name = str(row["first_name"])
    return first_name if first_names.count(first_name) == 1 else f"{first_name} {row['last_name'][:1]}."


async def read_version(url: str) -> str:
    """The version of the PostgreSQL that answers here, as its people write it."""
    connection = await asyncpg.connect(url)
    try:
        shown: str = await connection.fetchval("SHOW server_version")
        return shown.split()[0]
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


_DELIVERIES = "SELECT destination, state, count(*) FROM twinbase.deliveries GROUP BY 1, 2 ORDER BY 1, 2"
_NOT_HANDED_OVER = """
SELECT state, coalesce(nullif(said, ''), 'An earlier change of the same row goes first.') AS said, count(*)
FROM twinbase.deliveries WHERE state IN ('waiting', 'held', 'refused') GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""
_COLLEAGUE = "SELECT id FROM mobile.colleagues WHERE lower(code) || '@demo.example' = $1"
_BUSIEST = """
WITH busy AS (
    SELECT c.id, c.code AS key, c.first_name, c.last_name, c.sector,
        count(*) FILTER (WHERE i.scheduled_start::date = $1) AS visits
    FROM mobile.colleagues c JOIN mobile.interventions i ON i.lead_id = c.id
    WHERE i.status = 'planned' AND i.scheduled_start < $1 + 30
    GROUP BY c.id
), best AS (
    SELECT sector
    FROM (SELECT *, row_number() OVER (PARTITION BY sector ORDER BY visits DESC, key) AS n FROM busy) ranked
    WHERE n <= $2 GROUP BY sector ORDER BY count(*) DESC, sum(visits) DESC, sector LIMIT 1
)
SELECT * FROM busy
ORDER BY row_number() OVER (PARTITION BY first_name, sector ORDER BY visits DESC, key) > 1,
    sector IS DISTINCT FROM (SELECT sector FROM best), visits DESC, key
LIMIT $2
"""
