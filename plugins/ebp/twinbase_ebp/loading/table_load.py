"""The loading of one table, as its steps share it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from twinbase.errors import TwinbaseError
from twinbase.source import Tell
from twinbase_ebp.loading.keys import pack_key
from twinbase_ebp.loading.report import TableReport
from twinbase_ebp.loading.rows import SourceRowValues
from twinbase_ebp.loading.source_pages import Probe, SourceKey, SourceReader
from twinbase_ebp.loading.table_notes import TableNotes
from twinbase_ebp.loading.writing import Writer, WriteResult
from twinbase_ebp.schema.spec import TableSpec

# Tables below this are there before anybody has read their name.
TELL_FROM_ROWS = 10_000

WriteRows = Callable[[Sequence[SourceRowValues]], WriteResult]


class Stopped(TwinbaseError):
    """The run was asked to end. What is written stays, and the next run goes on from there."""


@dataclass(frozen=True, slots=True)
class Options:
    """What this run is asked to do besides. `tables`: only these; `full`: compare all rows, not only what has changed.

    `confirmed`: tables that may lose as many rows as EBP has lost.
    """

    tables: Collection[str] = ()
    full: bool = False
    confirmed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """How the loader goes about it: from the settings."""

    time_zone: str = "Europe/Paris"
    overlap: timedelta = timedelta(minutes=5)
    check_every: timedelta = timedelta(hours=1)
    compare_every: timedelta | None = timedelta(days=7)
    delete_percent: float = 20.0
    votes: int = 3
    page_rows: int = 5_000
    connections: int = 2


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all tables of a run have in common."""

    id: UUID
    now: datetime
    habits: Habits = field(default_factory=Habits)
    options: Options = field(default_factory=Options)
    backfill: Collection[str] = ()
    tell: Tell = lambda subject, done, of: None
    stop: Event = field(default_factory=Event)


class TableLoad:
    """One table on its way. `children`: tables whose rows come along with the rows of this one."""

    def __init__(self, run: RunContext, spec: TableSpec, source: Connection, target: Connection) -> None:
        self.run, self.spec = run, spec
        self.source, self.target = source, target
        self.reader = SourceReader(source, spec, rows_max=run.habits.page_rows)
        self.writer = Writer(target, spec)
        self.notes = TableNotes(target, spec, run.id, run.now)
        self.report = TableReport(spec.name, spec.kind)
        self.probe = Probe(0)
        # Whether all its rows have been compared in this run.
        self.compared = False
        # The keys, packed, of rows that were not taken in this run.
        self.refused: set[tuple[Any, ...]] = set()
        self.children: list[TableLoad] = []

    def store(self, rows: Sequence[SourceRowValues], write: WriteRows | None = None, **notes: Any) -> None:
        """Write a page, with the rows of the children that belong to it and the notes that it changes."""
        self.check_stop()
        brought = [(child, child.read_belonging(self, rows)) for child in self.children]
        with self.notes.begin_page():
            self._write(rows, write or self.writer.merge)
            for child, its_rows in brought:
                child._write(its_rows, child.writer.merge)
            self.notes.keep(**notes)
        if self.report.read >= TELL_FROM_ROWS:
            self.run.tell(self.spec.name, self.report.read, max(self.probe.rows, self.report.read))

    def read_belonging(self, parent: "TableLoad", rows: Sequence[SourceRowValues]) -> list[SourceRowValues]:
        """The rows of this table that belong to those of its parent."""
        keys = [parent.reader.key_of(row) for row in rows]
        assert self.spec.parent_column is not None
        return [row for page in self.reader.read_rows(keys, (self.spec.parent_column,)) for row in page]

    def store_again(self, keys: Sequence[SourceKey]) -> None:
        """Read the rows of these keys and write what differs."""
        for rows in self.reader.read_rows(keys):
            self.store(rows)

    def let_go(self) -> None:
        """After an error: a connection that is lost is made anew for the next table."""
        self.source.rollback()
        self.target.rollback()

    def check_stop(self) -> None:
        if self.run.stop.is_set():
            raise Stopped

    def _write(self, rows: Sequence[SourceRowValues], write: WriteRows) -> None:
        if not rows:
            return
        written = write(rows)
        self.notes.note_problems(written.refused)
        self.refused |= {tuple(pack_key(one.key)) for one in written.refused}
        self.report.add(len(rows), written)
