"""Bring the copies in PostgreSQL to what EBP's tables are now: each in a short transaction of its own, with its events.

Killed anywhere, the next run does the rest. A table that is busy, or that a view holds fast, is left as it is and tried
at the next run; the others go on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import stamina
from asyncpg.exceptions import (
    DeadlockDetectedError,
    DependentObjectsStillExistError,
    DuplicateTableError,
    FeatureNotSupportedError,
    LockNotAvailableError,
    PostgresError,
)

from twinbase.postgres import PostgresConnection
from twinbase_ebp.schema.ddl import alter_table, change_key, create_table, empty_columns, qualify_name
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.drift import Copy, Drift, SchemaChange, find_drift, key_targets
from twinbase_ebp.schema.memory import Memory, Remembered
from twinbase_ebp.schema.spec import TableSpec
from twinbase_ebp.schema.target import TargetTable, list_targets, read_target

TABLE_LOCK_SECONDS_MAX = 2.0
ATTEMPTS_MAX = 5
_BUSY = (LockNotAvailableError, DeadlockDetectedError)
_HELD = (FeatureNotSupportedError, DependentObjectsStillExistError)
# What is wrong with one table, and not with the server: features, data, constraints, dependents, names, rights, limits.
_TABLE_STATES = ("0A", "22", "23", "2B", "42", "54")


@dataclass(slots=True)
class Evolved:
    """What can be loaded now. `specs`: the tables with a copy that fits, their columns as the copy has them.

    `backfill`: names of those of which every row must be read again (`Memory.backfilled` ends it). `recapture`: copies
    whose captured columns may have changed: a worker looks at them after the run of a source, `twinbase db upgrade`
    at once. `changes`: what was found, in order.
    """

    specs: list[TableSpec] = field(default_factory=list)
    backfill: set[str] = field(default_factory=set)
    recapture: set[str] = field(default_factory=set)
    changes: list[SchemaChange] = field(default_factory=list)


async def evolve(
    connection: PostgresConnection,
    found: Sequence[TableSpec],
    deny: DenyList,
    now: datetime,
    *,
    lock_timeout: float = TABLE_LOCK_SECONDS_MAX,
    attempts: int = ATTEMPTS_MAX,
    hear: Callable[[SchemaChange], None] = lambda change: None,
) -> Evolved:
    """Make the copies fit what was found. `connection`: asyncpg, to PostgreSQL, in no transaction.

    `hear` is called with each change once it is done and written down.
    """
    return await _Evolution(connection, deny, now, lock_timeout, attempts, hear).run(found)


class _Evolution:
    """One run."""

    def __init__(
        self,
        connection: PostgresConnection,
        deny: DenyList,
        now: datetime,
        lock_timeout: float,
        attempts: int,
        hear: Callable[[SchemaChange], None],
    ) -> None:
        self._connection, self._deny, self._hear = connection, deny, hear
        self._lock_timeout, self._attempts = lock_timeout, attempts
        self._memory = Memory(connection, now)
        self._evolved = Evolved()

    async def run(self, found: Sequence[TableSpec]) -> Evolved:
        known = await self._memory.read_tables()
        there = await list_targets(self._connection)
        for spec in found:
            if spec.kind != "system":
                await self._patiently(spec, known.get(spec.name), there)
        names = {spec.name for spec in found}
        for name, record in known.items():
            if name not in names and not record.gone:
                await self._vanished(name, record)
        return self._evolved

    async def _patiently(self, spec: TableSpec, record: Remembered | None, there: Iterable[str]) -> None:
        try:
            async for attempt in stamina.retry_context(on=_BUSY, attempts=self._attempts, timeout=None):
                with attempt:
                    await self._table(spec, record, spec.target in there)
        except PostgresError as error:
            if not isinstance(error, _BUSY) and not str(error.sqlstate).startswith(_TABLE_STATES):
                raise
            await self._blocked(spec, error)

    async def _table(self, spec: TableSpec, record: Remembered | None, exists: bool) -> None:
        if spec.kind == "unsupported":
            await self._unsupported(spec, record)
        elif record is None or not exists:
            await self._first(spec, record, exists)
        elif record.fingerprint != spec.fingerprint or record.gone:
            await self._again(spec, record)
        else:
            # The settings may have given it another kind, which is no drift.
            columns = record.copy.spec.columns
            self._load(replace(spec, columns=columns), backfill=record.backfill)

    # -- a table that is new here -------------------------------------------------------------------------------------

    async def _first(self, spec: TableSpec, record: Remembered | None, exists: bool) -> None:
        """Make the copy, or take over the table of that name that is there already."""
        new = record is None or not record.copy.spec.columns
        async with self._connection.transaction():
            if exists:
                found = await self._locked(spec)
                step = find_drift(found.as_copy(spec), spec, self._deny.denies_column)
                await self._alter(step, found, loosen=True)
                how = "is new; a table of that name was there, and was taken over"
            else:
                step = Drift(Copy(spec))
                await self._connection.execute(create_table(spec))
                how = "is new" if new else "had lost its copy, which was made anew"
            details = {"columns": len(spec.columns), "key": list(spec.key)}
            change = SchemaChange(spec.name, "table_new" if new else "table_lost", f"{spec.name} {how}.", details)
            await self._memory.keep(Remembered(step.copy, spec.fingerprint, backfill=True, gone=False))
            await self._memory.say([change])
        self._done([change], step.copy.spec, backfill=True)

    # -- a table that has changed -------------------------------------------------------------------------------------

    async def _again(self, spec: TableSpec, record: Remembered) -> None:
        step = find_drift(record.copy, spec, self._deny.denies_column)
        changes = list(step.changes)
        if record.gone:
            changes.insert(0, SchemaChange(spec.name, "table_back", f"{spec.name} is back."))
        backfill = record.backfill or record.gone or step.backfill
        async with self._connection.transaction():
            if step.add or step.widen or step.empty or step.rekey:
                found = await self._locked(spec)
                await self._alter(step, found)
                if found.captured and (step.widen or step.rekey):
                    self._evolved.recapture.add(spec.target)
                    changes = [_with_advice(change) for change in changes]
            await self._memory.keep(Remembered(step.copy, spec.fingerprint, backfill=backfill, gone=False))
            await self._memory.say(changes)
        self._done(changes, step.copy.spec, backfill=backfill)

    async def _locked(self, spec: TableSpec) -> TargetTable:
        milliseconds = round(self._lock_timeout * 1000)
        await self._connection.execute(f"SET LOCAL lock_timeout = '{milliseconds}ms'")
        await self._connection.execute(f"LOCK TABLE {qualify_name(spec.target)} IN ACCESS EXCLUSIVE MODE")
        found = await read_target(self._connection, spec.target)
        assert found is not None
        return found

    async def _alter(self, step: Drift, found: TargetTable, *, loosen: bool = False) -> None:
        spec = step.copy.spec
        statements = alter_table(step)
        if step.empty:
            statements.append(empty_columns(spec.target, step.empty))
        if step.rekey or (loosen and set(found.required) - set(key_targets(spec))):
            statements += change_key(spec, found.constraint, found.required)
        for statement in statements:
            await self._connection.execute(statement)

    # -- a table that cannot be copied, or is not there ---------------------------------------------------------------

    async def _unsupported(self, spec: TableSpec, record: Remembered | None) -> None:
        """The copy stays as it is; nothing is loaded until the table can be copied (again)."""
        if record and record.fingerprint == spec.fingerprint:
            return
        changes = [SchemaChange(spec.name, "table_unsupported", spec.problem)]
        async with self._connection.transaction():
            changes += await self._forget(spec.name, record) if record else []
            copy = record.copy if record else Copy(spec)
            await self._memory.keep(Remembered(copy, spec.fingerprint, backfill=True, gone=False))
            await self._memory.say(changes)
        self._tell(changes)

    async def _vanished(self, name: str, record: Remembered) -> None:
        sentence = f"{name} is there no more: its copy is kept as it is, and fed no more."
        async with self._connection.transaction():
            changes = await self._forget(name, record) or [SchemaChange(name, "table_gone", sentence)]
            await self._memory.keep(replace(record, backfill=True, gone=True))
            await self._memory.say(changes)
        self._tell(changes)

    async def _forget(self, name: str, record: Remembered) -> list[SchemaChange]:
        """Of a table that is read no more, empty what may not be read any more: columns, or all rows with the key."""
        spec = record.copy.spec
        denied = [column for column in spec.columns if self._deny.denies_column(name, column)]
        if not denied or spec.target not in await list_targets(self._connection):
            return []
        if any(column.name in spec.key for column in denied):
            await self._connection.execute(f"DELETE FROM {qualify_name(spec.target)}")
            return [SchemaChange(name, "table_denied", f"{name} may not be read any more: its copy was emptied.")]
        await self._connection.execute(empty_columns(spec.target, [column.target for column in denied]))
        return []

    async def _blocked(self, spec: TableSpec, error: Exception) -> None:
        """Said once: the next runs try again, and are silent while nothing has changed."""
        why = _why_blocked(error)
        sentence = f"{spec.name} could not be changed, as {why}. It is left as it is, and tried again at the next load."
        change = SchemaChange(spec.name, "table_blocked", sentence, {"error": type(error).__name__})
        if not await self._memory.was_last_said(change):
            async with self._connection.transaction():
                await self._memory.say([change])
        self._tell([change])

    def _done(self, changes: list[SchemaChange], spec: TableSpec, *, backfill: bool) -> None:
        self._tell(changes)
        self._load(spec, backfill=backfill)

    def _load(self, spec: TableSpec, *, backfill: bool) -> None:
        self._evolved.specs.append(spec)
        if backfill:
            self._evolved.backfill.add(spec.name)

    def _tell(self, changes: list[SchemaChange]) -> None:
        self._evolved.changes += changes
        for change in changes:
            self._hear(change)


def _why_blocked(error: Exception) -> str:
    if isinstance(error, _BUSY):
        return "it is busy"
    if isinstance(error, _HELD):
        return "a view or another object holds one of its columns"
    if isinstance(error, DuplicateTableError):
        return "something that is no table has its name in schema public"
    return f"PostgreSQL does not take the change ({type(error).__name__}): its log says more"


def _with_advice(change: SchemaChange) -> SchemaChange:
    if change.kind not in ("column_widened", "column_back", "key_changed"):
        return change
    advice = "Its changes are captured: a worker sees to that, and after a load by hand `twinbase db upgrade` does."
    return replace(change, sentence=f"{change.sentence} {advice}", details={**change.details, "captured": True})
