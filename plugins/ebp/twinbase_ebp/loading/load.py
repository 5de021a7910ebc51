"""One run: look at EBP's schema, make the copies fit, bring every table, write down how it went."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from json import dumps
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import Connection

from twinbase.errors import TwinbaseError
from twinbase.source import Tell
from twinbase_ebp.loading.bring_group import Group, bring_group, group_tables, look
from twinbase_ebp.loading.deletion_notes import NOTES
from twinbase_ebp.loading.report import LoadReport, TableReport
from twinbase_ebp.loading.table_load import Habits, Options, RunContext
from twinbase_ebp.loading.threads import Crew, LoadDatabases
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.evolve import Evolved, evolve
from twinbase_ebp.schema.reflect import reflect
from twinbase_ebp.schema.spec import TableSpec
from twinbase_ebp.settings import EbpSettings

LOCK = "SELECT pg_try_advisory_lock(hashtext('twinbase'), hashtext('ebp load'))"
WRITERS = "twinbase ebp load"
ENDED_SECONDS_MAX = 20


class LoaderBusy(TwinbaseError):
    """Another run of the loader is at work on this database. Wait for it: `twinbase ebp status` shows how far it is."""


class EbpTablesMissing(TwinbaseError):
    """The database has no tables of the EBP plugin yet. Run `twinbase db upgrade` with `ebp` among the plugins."""


class UnknownTable(TwinbaseError):
    """EBP has no such table, or it is not one that is copied."""


async def load(
    databases: LoadDatabases,
    settings: EbpSettings,
    now: datetime,
    *,
    options: Options | None = None,
    tell: Tell = lambda subject, done, of: None,
) -> LoadReport:
    """Bring what is new in EBP to schema public. It may be killed anywhere: the next run goes on, and misses nothing.

    Tables that cannot be loaded are in the report, with the reason; the others are loaded. LoaderBusy when another run
    is at work.
    """
    started = time.perf_counter()
    async with _controlled(databases) as control, _recorded(control, now) as (run_id, figures):
        specs = await run_in_thread(reflect_source, databases, settings)
        evolved = await evolve(control, specs, DenyList(settings.deny), now)
        run = RunContext(run_id, now, habits_of(settings), options or Options(), evolved.backfill, tell_in_loop(tell))
        loaded = _chosen(evolved, run.options)
        reports = await run_in_thread(_bring, databases, run, loaded, stop=run.stop)
        skipped = [] if run.options.tables else _skipped(specs, evolved)
        tables = sorted([*reports, *skipped], key=lambda report: report.table)
        report = LoadReport(tables, [change.sentence for change in evolved.changes], time.perf_counter() - started)
        figures.update(report.make_figures())
    return report


def habits_of(settings: EbpSettings) -> Habits:
    """How the loader works, as the settings have it."""
    return Habits(
        time_zone=settings.time_zone,
        overlap=timedelta(seconds=settings.overlap_seconds),
        check_every=timedelta(minutes=settings.check_minutes),
        compare_every=timedelta(days=settings.compare_days) if settings.compare_days else None,
        delete_percent=settings.delete_percent_max,
        votes=settings.kind_votes_min,
        page_rows=settings.page_rows_max,
        connections=settings.load_connections,
    )


def _bring(databases: LoadDatabases, run: RunContext, specs: Sequence[TableSpec]) -> list[TableReport]:
    """In a thread: the notes on deletions first, for all others use them; then the largest tables."""
    todo = group_tables(specs)
    with Crew(databases, run.habits.connections, run.stop, WRITERS) as crew:
        crew.run(todo, lambda group, source, target: look(group, source))
        first = [group for group in todo if group.specs[0].name == NOTES]
        others = sorted((group for group in todo if group not in first), key=lambda group: -group.size)
        done = count(1)

        def bring(group: Group, source: Connection, target: Connection) -> None:
            bring_group(run, group, source, target)
            run.tell("tables", next(done), len(todo))

        crew.run(first, bring)
        crew.run(others, bring)
    return [_reported(group, spec) for group in todo for spec in group.specs]


def _reported(group: Group, spec: TableSpec) -> TableReport:
    stopped = TableReport(spec.name, spec.kind, "stopped", why="The run ended before its turn.")
    return group.reports.get(spec.name, stopped)


def reflect_source(databases: LoadDatabases, settings: EbpSettings) -> list[TableSpec]:
    with databases.open_source() as connection:
        return reflect(connection, settings)


def _chosen(evolved: Evolved, options: Options) -> list[TableSpec]:
    names = {spec.name for spec in evolved.specs}
    if unknown := sorted({*options.tables, *options.confirmed} - names):
        raise UnknownTable(f"{', '.join(unknown)}: EBP has no such table that is copied; names are case-sensitive.")
    wanted = set(options.tables) or names
    # With a table come those whose rows are only read when its rows have changed.
    return [spec for spec in evolved.specs if spec.name in wanted or (spec.kind == "child" and spec.parent in wanted)]


def _skipped(specs: Sequence[TableSpec], evolved: Evolved) -> list[TableReport]:
    loaded = {spec.name for spec in evolved.specs}
    blocked = {change.table: change.sentence for change in evolved.changes if change.kind == "table_blocked"}
    return [_not_loaded(spec, blocked.get(spec.name)) for spec in specs if spec.name not in loaded]


def _not_loaded(spec: TableSpec, blocked: str | None) -> TableReport:
    if blocked:
        return TableReport(spec.name, spec.kind, "failed", why=blocked)
    own = "EBP's own; name it in TWINBASE_EBP_SYSTEM_TABLES to copy it."
    return TableReport(spec.name, spec.kind, "skipped", why=own if spec.kind == "system" else spec.problem)


# -- one run at a time ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def connect_database(url: str) -> AsyncIterator[Any]:
    """An asyncpg connection to the server's database, if it has this plugin's tables."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('ebp.load_run') IS NULL"):
            raise EbpTablesMissing
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _controlled(databases: LoadDatabases) -> AsyncIterator[Any]:
    """The connection that holds the lock: it ends with the process, however that ends.

    A run that has lost its lock and stands still (its machine was suspended) may be in the middle of a page, and
    whoever writes the same rows would wait for it: its connections are ended.
    """
    async with connect_database(databases.target_url) as connection:
        if not await connection.fetchval(LOCK):
            raise LoaderBusy
        await connection.execute(_END_WRITERS, WRITERS, ENDED_SECONDS_MAX * 1000)
        yield connection


@asynccontextmanager
async def _recorded(control: Any, now: datetime) -> AsyncIterator[tuple[UUID, dict[str, Any]]]:
    """A row of `ebp.load_run`. Runs that were killed end here: what they still send will not be written."""
    run, figures = uuid4(), dict[str, Any]()
    await control.execute(_END_OTHERS, now)
    await control.execute(_BEGIN, run, now)
    outcome = "failed"
    try:
        yield run, figures
        outcome = "stopped" if figures.get("tables", {}).get("stopped") else "finished"
    except asyncio.CancelledError:
        outcome = "stopped"
        raise
    finally:
        await asyncio.shield(control.execute(_END, run, outcome, dumps(figures)))


_END_WRITERS = """
SELECT pg_terminate_backend(pid, $2::bigint) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name = $1
"""
_BEGIN = "INSERT INTO ebp.load_run (id, started_at, outcome, figures) VALUES ($1, $2, 'running', '{}')"
_END_OTHERS = "UPDATE ebp.load_run SET finished_at = $1, outcome = 'killed' WHERE finished_at IS NULL"
_END = "UPDATE ebp.load_run SET finished_at = clock_timestamp(), outcome = $2, figures = $3::jsonb WHERE id = $1"


# -- threads ----------------------------------------------------------------------------------------------------------


async def run_in_thread(work: Callable[..., Any], *arguments: Any, stop: Event | None = None) -> Any:
    """Run it in a thread. Cancelled, it is asked to stop, and waited for: a page is written whole or not at all."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if stop is not None:
            stop.set()
        await asyncio.wait([task])
        raise


def tell_in_loop(tell: Tell) -> Tell:
    """`tell` as threads may call it: it is only ever called in the loop of the one who asked for it."""
    loop = asyncio.get_running_loop()

    def tell_threadsafe(subject: str, done: int, of: int | None) -> None:
        loop.call_soon_threadsafe(tell, subject, done, of)

    return tell_threadsafe
