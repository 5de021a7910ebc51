"""Which rows changed, for whoever shows them: by an answer of the server, or by what was written here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Executable, Table, tuple_
from sqlalchemy.sql.visitors import iterate
from sqlmodel import select
from sqlmodel.sql.expression import Select, SelectOfScalar

from twinbase.errors import ReplicaError
from twinbase.quoting import quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.apply.apply import KEYS_REPORTED_MAX
from twinbase.replica.connection import Connection, Stored
from twinbase.replica.engines import Database
from twinbase.replica.file.names import changes_table
from twinbase.replica.outbox.waiting_edits import python_value
from twinbase.replica.session import ReplicaSession

StoredKey = tuple[Stored, ...]
Keys = set[StoredKey] | None
"""Keys of rows as SQLite holds them; None: too many to list."""
Row = TypeVar("Row")
KEYS_READ = 500
"""Rows that one statement reads."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is not as it was: as it is now, or None when it is gone.

    `key` None: so many rows of the class changed, a first sync's say, that none is listed. Read anew what is shown.
    """

    model: type[object]
    key: tuple[Any, ...] | None
    row: Any


class ChangeListener:
    """What changed in some twins since it was last taken. What changes again before it is taken is told once."""

    def __init__(self, twins: Iterable[str]) -> None:
        self._twins = frozenset(twins)
        self._keys: dict[str, Keys] = {}
        self._news = asyncio.Event()

    def note_changes(self, changed: Mapping[str, Iterable[Iterable[Stored]] | None]) -> None:
        """These rows changed; of other twins nothing is kept."""
        for twin in self._twins & changed.keys():
            more, known = changed[twin], self._keys.get(twin, set())
            keys = None if more is None or known is None else known | {tuple(key) for key in more}
            self._keys[twin] = None if keys is None or len(keys) > KEYS_REPORTED_MAX else keys
            self._news.set()

    async def take(self) -> dict[str, Keys]:
        """Wait until something changed; what it is, by twin."""
        await self._news.wait()
        self._news.clear()
        taken, self._keys = self._keys, {}
        return taken


class ChangeBoard:
    """Tells who listens which rows of one replica changed. While nobody listens it costs nothing."""

    def __init__(self, database: Database, registry: Registry, read: Callable[[], ReplicaSession]) -> None:
        self._database, self._registry, self._read = database, registry, read
        self._listeners: list[ChangeListener] = []
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._seq = 0

    @asynccontextmanager
    async def follow_rows(self, models: Sequence[type[object]]) -> AsyncIterator[AsyncGenerator[ChangedRow]]:
        """Every row of these classes that changes from now on: it listens as soon as the block is entered."""
        twins = {twin.name: twin for twin in map(self._find_twin, models)}
        async with self._listen(twins) as listener, aclosing(self._changes(twins, listener)) as changes:
            yield changes

    async def follow_result(self, statement: SelectOfScalar[Row] | Select[Row]) -> AsyncGenerator[Sequence[Row]]:
        """The rows of a statement now, and again whenever a twin that it reads has changed."""
        async with self._listen(find_twins(statement, self._registry)) as listener:
            while True:
                async with self._read() as session:
                    rows: Sequence[Any] = (await session.exec(statement)).all()
                yield rows
                await listener.take()

    def note_changes(self, changed: Mapping[str, Iterable[Iterable[Stored]] | None]) -> None:
        """Tell everybody who listens."""
        for listener in list(self._listeners):
            listener.note_changes(changed)

    def note_write(self) -> None:
        """Something was committed here; which rows, is read by a task, since whoever commits does not wait for it."""
        if self._listeners:
            task = asyncio.get_running_loop().create_task(self._tell_written())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is being read."""
        await asyncio.gather(*self._tasks)

    async def _changes(self, twins: Mapping[str, Twin], listener: ChangeListener) -> AsyncGenerator[ChangedRow]:
        while True:
            for name, keys in (await listener.take()).items():
                for change in await self._read_rows(twins[name], keys):
                    yield change

    @asynccontextmanager
    async def _listen(self, twins: Iterable[str]) -> AsyncIterator[ChangeListener]:
        listener = ChangeListener(twins)
        async with self._reading:
            if not self._listeners:
                self._seq = await self._database.look(read_last_write)
            self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    async def _tell_written(self) -> None:
        try:
            async with self._reading:
                self._seq, keys = await self._database.look(read_written_keys, self._registry, self._seq)
            self.note_changes(keys)
        except ReplicaError:
            # Whoever shows rows reads them anew, and meets the error where it can be said.
            self.note_changes(dict.fromkeys(twin.name for twin in self._registry))

    def _find_twin(self, model: type[object]) -> Twin:
        twin = self._registry.find_by_model(model)
        if twin is None:
            raise LookupError(f"{model.__name__} is not mirrored: no plugin that is loaded has a Mirror of it.")
        return twin

    async def _read_rows(self, twin: Twin, keys: Keys) -> list[ChangedRow]:
        if keys is None:
            return [ChangedRow(twin.model, None, None)]
        wanted = [tuple(python_value(twin, *pair) for pair in zip(twin.key, key, strict=True)) for key in keys]
        found: dict[tuple[Any, ...], Any] = {}
        async with self._read() as session:
            for start in range(0, len(wanted), KEYS_READ):
                found |= await _rows_by_key(session, twin, wanted[start : start + KEYS_READ])
        return [ChangedRow(twin.model, key, found.get(key)) for key in wanted]


def find_twins(statement: Executable, registry: Registry) -> set[str]:
    """The twins that a statement reads, subqueries and all. Raises LookupError for one that reads none."""
    twins = {twin.table.fullname: twin.name for twin in registry}
    # The ORM gives statements copies of the tables, which have only their names in common with them.
    tables = [each.fullname for each in iterate(statement) if isinstance(each, Table)]  # type: ignore[arg-type]
    found = {twins[name] for name in tables if name in twins}
    if not found:
        raise LookupError("The statement reads no table that is mirrored here, so nothing could change in it.")
    return found


def read_last_write(connection: Connection) -> int:
    """The number of the last write that the outbox has noted; 0 when there was none."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = '_twinbase_outbox'").fetchone()
    return int(row[0]) if row else 0


def read_written_keys(connection: Connection, registry: Registry, after: int) -> tuple[int, dict[str, Keys]]:
    """The number of the last write, and the keys of the rows that were written after the write of that number."""
    last = read_last_write(connection)
    names = connection.execute("SELECT DISTINCT twin FROM _twinbase_outbox WHERE seq > ?", (after,)).fetchall()
    return last, {name: _written_keys(connection, registry[name], after) for (name,) in names if name in registry}


def _written_keys(connection: Connection, twin: Twin, after: int) -> Keys:
    """A key that was renamed counts as both."""
    sides = [
        f"SELECT {quote_names([side + name for name in twin.key])} FROM {changes_table(twin.name)} WHERE seq > ?1"
        for side in ("old_", "new_")
    ]
    rows = connection.execute(f"{' UNION '.join(sides)} LIMIT {2 * KEYS_REPORTED_MAX}", (after,)).fetchall()
    keys = {tuple(row) for row in rows if None not in row}
    return keys if len(keys) <= KEYS_REPORTED_MAX else None


async def _rows_by_key(
    session: ReplicaSession, twin: Twin, keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Any]:
    columns = [next(each for each in twin.table.columns if each.name == name) for name in twin.key]
    statement: Any = select(twin.model, *columns)
    condition = tuple_(*columns).in_(keys) if len(columns) > 1 else columns[0].in_([key[0] for key in keys])
    rows = (await session.execute(statement.where(condition))).all()
    return {tuple(row[1:]): row[0] for row in rows}
