"""What is written down of one table, in the transaction of the rows that it is about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from twinbase.errors import TwinbaseError
from twinbase_ebp.loading.keys import pack_key, unpack_key
from twinbase_ebp.loading.records import LoadState, RowProblem
from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.loading.writing import RefusedRow
from twinbase_ebp.schema.records import CHANNEL, Event, TableRecord
from twinbase_ebp.schema.spec import TableSpec

_MODELS: tuple[Any, ...] = (LoadState, RowProblem, Event, TableRecord)
STATE, PROBLEM, EVENT, SPEC = (model.__table__ for model in _MODELS)


class Superseded(TwinbaseError):
    """Another run of the loader has begun, because this one was thought to be dead. It writes nothing more."""


@dataclass(frozen=True, slots=True)
class TableProgress:
    """How far a table is; see LoadState."""

    mode: str = "following"
    fingerprint: str = ""
    after: Sequence[Any] | None = None
    high: str | None = None
    refused: int = 0
    compared_at: datetime | None = None
    checked_at: datetime | None = None


class TableNotes:
    """The notes on one table."""

    def __init__(self, connection: Connection, spec: TableSpec, run: UUID, now: datetime) -> None:
        self._connection, self._spec, self._run, self._now = connection, spec, run, now
        self.state: TableProgress | None = None

    @contextmanager
    def begin_page(self) -> Iterator[None]:
        """A transaction, in which rows and notes are written together, or neither."""
        before = self.state
        try:
            with self._connection.begin():
                self._check_not_superseded()
                yield
        except BaseException:
            self.state = before
            raise

    def read(self) -> TableProgress | None:
        with self._connection.begin():
            columns = [STATE.c[name] for name in TableProgress.__slots__]
            row = self._connection.execute(select(*columns).where(STATE.c.table_name == self._spec.name)).first()
        self.state = TableProgress(*row) if row else None
        return self.state

    def keep(self, **changes: Any) -> None:
        """Write down what is different now; nothing is written where nothing is."""
        known = {name: getattr(self.state or TableProgress(), name) for name in TableProgress.__slots__}
        state = TableProgress(**{**known, **changes})
        if state == self.state:
            return
        values = {name: getattr(state, name) for name in TableProgress.__slots__}
        statement = insert(STATE).values(table_name=self._spec.name, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["table_name"], set_=values))
        self.state = state

    def note_backfilled(self) -> None:
        """Every row was read, whenever it was changed."""
        of_table = (SPEC.c.name == self._spec.name) & SPEC.c.backfill
        self._connection.execute(SPEC.update().where(of_table).values(backfill=False))

    # -- rows that were not taken ---------------------------------------------------------------------------------

    def read_problem_keys(self) -> list[SourceKey]:
        with self._connection.begin():
            of_table = select(PROBLEM.c.key).where(PROBLEM.c.table_name == self._spec.name)
            return [unpack_key(self._spec, key) for key in self._connection.execute(of_table).scalars()]

    def note_problems(self, refused: Sequence[RefusedRow]) -> None:
        for one in refused:
            values = {"sentence": one.sentence, "at": self._now}
            statement = insert(PROBLEM).values(table_name=self._spec.name, key=pack_key(one.key), **values)
            keys = ["table_name", "key"]
            self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))

    def forget_problems(self) -> None:
        """All rows are read again, perhaps by another key: what they are noted under may not be one any more."""
        self._connection.execute(delete(PROBLEM).where(PROBLEM.c.table_name == self._spec.name))

    def settle_problems(self, keys: Sequence[SourceKey]) -> None:
        for key in keys:
            of_row = (PROBLEM.c.table_name == self._spec.name) & (PROBLEM.c.key == pack_key(key))
            self._connection.execute(delete(PROBLEM).where(of_row))

    # -- events ---------------------------------------------------------------------------------------------------

    def say(self, kind: str, sentence: str, details: Mapping[str, Any]) -> None:
        """Write an event down, unless it was the last that was said of this table."""
        last = select(EVENT.c.sentence).where(EVENT.c.table_name == self._spec.name).order_by(EVENT.c.id.desc())
        if self._connection.execute(last.limit(1)).scalar() == sentence:
            return
        values = {"at": self._now, "table_name": self._spec.name, "kind": kind, "sentence": sentence}
        made = self._connection.execute(insert(EVENT).values(**values, details=dict(details)).returning(EVENT.c.id))
        heard = {"channel": CHANNEL, "id": str(made.scalar())}
        self._connection.execute(text("SELECT pg_notify(:channel, :id)"), heard)

    def _check_not_superseded(self) -> None:
        """Hold our run's row: a run that begins ends the others in it, and waits until their pages are written."""
        ours = text("SELECT FROM ebp.load_run WHERE id = :run AND finished_at IS NULL FOR SHARE")
        if self._connection.execute(ours, {"run": self._run}).first() is None:
            raise Superseded
