"""The tables of one run, in groups that one thread brings: a table with those whose rows come along with its rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from twinbase.errors import TwinbaseError
from twinbase_ebp.loading.bring_table import bring
from twinbase_ebp.loading.report import TableReport
from twinbase_ebp.loading.source_pages import Probe, SourceReader
from twinbase_ebp.loading.table_load import RunContext, Stopped, TableLoad
from twinbase_ebp.loading.table_notes import Superseded
from twinbase_ebp.schema.spec import TableSpec


@dataclass(slots=True)
class Group:
    """A table and its children, with what a look at each has told. `reports` fills as they are brought."""

    specs: list[TableSpec]
    probes: dict[str, Probe] = field(default_factory=dict)
    reports: dict[str, TableReport] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(self.probes[spec.name].rows * len(spec.columns) for spec in self.specs if spec.name in self.probes)


def group_tables(specs: Sequence[TableSpec]) -> list[Group]:
    """Each table with its children behind it; a child whose parent is not loaded now stands alone."""
    names = {spec.name for spec in specs}
    children = [spec for spec in specs if spec.kind == "child" and spec.parent in names]
    return [
        Group([spec, *(child for child in children if child.parent == spec.name)])
        for spec in specs
        if spec not in children
    ]


def look(group: Group, source: Connection) -> None:
    """Ask the source how each table stands; one that cannot be asked is reported, and left alone."""
    for spec in group.specs:
        try:
            group.probes[spec.name] = SourceReader(source, spec).probe()
        except SQLAlchemyError as error:
            group.reports[spec.name] = note_failure(TableReport(spec.name, spec.kind), error)
            source.rollback()


def bring_group(run: RunContext, group: Group, source: Connection, target: Connection) -> None:
    """Bring each table of the group; one that fails is reported, and does not stop the others."""
    works = [_work(run, spec, group, source, target) for spec in group.specs if spec.name in group.probes]
    if works and works[0].spec is group.specs[0]:
        # A child whose own rows were never read begins with all of them, after its parent.
        works[0].children = [child for child in works[1:] if child.notes.state is not None]
    for work in works:
        group.reports[work.spec.name] = _brought(work)


def note_failure(report: TableReport, error: Exception) -> TableReport:
    """The report of a table that could not be brought, with what happened, and no row's values."""
    report.outcome, report.why = "failed", describe_error(error)
    return report


def describe_error(error: Exception) -> str:
    """An error in a sentence. A driver's message may quote a row: of it, only the kind is told, and where it came
    up."""
    if isinstance(error, TwinbaseError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    state = getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__}{f' ({state})' if state else ''}: see what the database's own log says of it."


def _work(run: RunContext, spec: TableSpec, group: Group, source: Connection, target: Connection) -> TableLoad:
    work = TableLoad(run, spec, source, target)
    work.probe = group.probes[spec.name]
    work.notes.read()
    return work


def _brought(work: TableLoad) -> TableReport:
    report, started = work.report, time.perf_counter()
    try:
        if work.probe.rows or work.notes.state is not None or _has_rows(work):
            bring(work)
        report.outcome = "loaded" if report.changed else "unchanged"
    except Stopped:
        report.outcome, report.why = "stopped", "The run ended before; the next goes on from here."
    except Superseded:
        raise
    except (SQLAlchemyError, psycopg.Error, TwinbaseError, ValueError) as error:
        note_failure(report, error)
        work.let_go()
    report.seconds = round(time.perf_counter() - started, 3)
    return report


def _has_rows(work: TableLoad) -> bool:
    """Whether the copy has rows while the source has none and nothing is known of it."""
    with work.target.begin():
        return work.writer.has_rows()
