"""Install and remove capture: table by table, in short transactions that give way to the customer's writers."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import stamina
from asyncpg.exceptions import (
    DataError,
    DeadlockDetectedError,
    FeatureNotSupportedError,
    InsufficientPrivilegeError,
    LockNotAvailableError,
    PostgresError,
    SyntaxOrAccessError,
    UndefinedTableError,
)

from twinbase.errors import TwinbaseError
from twinbase_server.capture.catalog import Facts, Installed, Relation, read_facts, read_installed
from twinbase_server.capture.marks import TRIGGERS, trigger_name
from twinbase_server.capture.tables import ABSENT, CapturedTable, key_column_sql
from twinbase_server.capture.trigger_sql import Capture
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import quote_literal
from twinbase_server.sql.row_hash import row_hash_sql

TABLE_LOCK_SECONDS_MAX = 2.0
ATTEMPTS_MAX = 20
BUSY = (LockNotAvailableError, DeadlockDetectedError)
# How PostgreSQL says that an expression does not fit a type.
_UNFIT = (SyntaxOrAccessError, DataError, FeatureNotSupportedError)


class CaptureError(TwinbaseError):
    """A table cannot be captured."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


@dataclass(frozen=True)
class Installation:
    """What `install` did to a table: `renewed` means that all its rows count as changed, as nobody watched a while."""

    table: CapturedTable
    done: Literal["installed", "renewed", "unchanged"]
    base: int


async def install(
    connection: Connection,
    tables: Iterable[CapturedTable],
    *,
    lock_timeout: float = TABLE_LOCK_SECONDS_MAX,
    attempts: int = ATTEMPTS_MAX,
) -> list[Installation]:
    """Capture these tables, each in its own transaction; one that is captured as asked already is left alone.

    Writers of a table wait for some milliseconds; a table that is busy for `lock_timeout` seconds is tried again.
    Raises CaptureError with a sentence for each table that cannot be captured, after all others have been.
    """
    done: list[Installation] = []
    refused: list[str] = []
    for table in tables:
        try:
            async for attempt in stamina.retry_context(on=BUSY, attempts=attempts, timeout=None):
                with attempt:
                    done.append(await _install(connection, table, lock_timeout))
        except CaptureError as error:
            refused += error.sentences
        except BUSY:
            refused.append(f"{table.label} was busy all the time: run `twinbase db upgrade` again.")
    if refused:
        raise CaptureError(*refused)
    return done


async def uninstall(
    connection: Connection,
    tables: Iterable[CapturedTable],
    *,
    lock_timeout: float = TABLE_LOCK_SECONDS_MAX,
    attempts: int = ATTEMPTS_MAX,
) -> None:
    """Leave nothing of capture on these tables, nor for them; the tables themselves stay as they are."""
    for table in tables:
        async for attempt in stamina.retry_context(on=BUSY, attempts=attempts, timeout=None):
            with attempt:
                await _uninstall(connection, table, lock_timeout)


async def check_capturable(connection: Connection, table: CapturedTable) -> None:
    """Raise CaptureError, with what to do, for a table that `install` could not watch. Nothing is changed."""
    facts = _capturable(table, await read_facts(connection, table))
    if not facts.key_is_unique:
        key = ", ".join(table.key)
        raise CaptureError(f"{table.label} has no unique index on ({key}): two rows may be one twin.")
    await _check_hash(connection, table)


def fingerprint(table: CapturedTable, facts: Facts) -> str:
    """Changes when anything does that capture was built for: columns, key, partitions, or our own SQL.

    Its second word, if it has parts, is their mark: whoever reads looks at that (`feed/reading.py`).
    """
    sql = Capture(table, facts.root.relid, 0, key_is_exact=facts.key_is_exact).functions_sql()
    hashes = [(r.relid, r.columns_hash) for r in facts.relations if takes_triggers(r)]
    built_for = sha256(repr((sql, hashes, [k.definition_sql() for k in facts.key])).encode()).hexdigest()
    return f"{built_for} {facts.parts_mark}".rstrip()


def takes_triggers(relation: Relation) -> bool:
    """Whether a relation takes our triggers: a table or a partitioned one."""
    return relation.kind in ("r", "p")


def is_current(table: CapturedTable, facts: Facts, installed: Installed | None) -> bool:
    """Whether capture stands on the table as it would be installed now."""
    return (
        installed is not None
        and installed.relid == facts.root.relid
        and installed.fingerprint == fingerprint(table, facts)
        and all(relation.is_armed_by(table) for relation in facts.relations if takes_triggers(relation))
    )


async def _install(connection: Connection, table: CapturedTable, lock_timeout: float) -> Installation:
    facts = _capturable(table, await read_facts(connection, table))
    installed = await read_installed(connection, table)
    if installed and is_current(table, facts, installed) and not await _has_gaps(connection, installed):
        return Installation(table, "unchanged", installed.base)
    await _check_hash(connection, table)
    async with connection.transaction():
        await _lock(connection, table, "SHARE ROW EXCLUSIVE", lock_timeout)
        # Read again: the table may have changed until the lock was there.
        facts = _capturable(table, await read_facts(connection, table))
        base = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
        await _forget(connection, table, facts)
        await _make_tables(connection, table, facts)
        capture = Capture(table, facts.root.relid, base, key_is_exact=facts.key_is_exact)
        await _make_triggers(connection, capture, facts)
        await _rehearse(connection, capture)
        await _note(connection, table, facts, base)
    return Installation(table, "renewed" if installed else "installed", base)


async def _uninstall(connection: Connection, table: CapturedTable, lock_timeout: float) -> None:
    async with connection.transaction():
        try:
            async with connection.transaction():
                await _lock(connection, table, "ACCESS EXCLUSIVE", lock_timeout)
        except UndefinedTableError:
            pass
        facts = await read_facts(connection, table)
        for relation in facts.relations if facts else ():
            for name, *_ in relation.triggers:
                await connection.execute(f'DROP TRIGGER "{name}" ON {relation.name}')
        await _forget(connection, table, facts)
        for kind in (*TRIGGERS, "settle"):
            await connection.execute(f"DROP FUNCTION IF EXISTS {table.object_sql(kind)}")


def _capturable(table: CapturedTable, facts: Facts | None) -> Facts:
    """The facts, if capture can promise something about this table; else an error that says what to do."""
    if facts is None:
        raise CaptureError(f"{table.label} {ABSENT}")
    for problem, found in (
        (f"{table.label} is not an ordinary table: capture the tables that it reads.", not takes_triggers(facts.root)),
        (f"{table.label} is temporary.", facts.root.persistence == "t"),
        (f"{table.label} has a foreign table below it, which PostgreSQL cannot watch.", _has_foreign(facts)),
        (f"{table.label} lacks {_missing(table, facts)}.", bool(_missing(table, facts))),
        (f"{table.label} is declared without a key.", not table.key),
        (_child_text(table, facts), bool(facts.root.parents)),
        (_virtual_text(table, facts), bool(facts.root.virtual & set(table.watched))),
        (f"{table.label} has a key whose type comes from an extension.", not all(k.ours for k in facts.key)),
    ):
        if found:
            raise CaptureError(problem)
    return facts


def _missing(table: CapturedTable, facts: Facts) -> str:
    return ", ".join(column for column in table.watched if column not in facts.root.columns)


async def _check_hash(connection: Connection, table: CapturedTable) -> None:
    """Raise for a column whose type has no hash, or not the one of the class: the customer's DELETE would fail."""
    if await _is_hashed(connection, table, table.watched):
        return
    for column in table.watched:
        if not await _is_hashed(connection, table, [column]):
            found = await connection.fetchval(_TYPE, table.schema, table.name, column)
            raise CaptureError(
                f"{table.label}: {column} is {found} in PostgreSQL, which cannot be read as its class declares it. "
                "Correct the type of one of them, or hide the column."
            )


async def _is_hashed(connection: Connection, table: CapturedTable, columns: Iterable[str]) -> bool:
    """Types are what counts, so a row of nothing will do."""
    hashed, nothing = row_hash_sql(columns, table.hash_sql, "a"), f"SELECT NULL::{table.qualified} r"
    try:
        async with connection.transaction():
            await connection.fetchval(f"SELECT {hashed} FROM (SELECT (r).* FROM ({nothing}) x) a")
    except InsufficientPrivilegeError:
        raise
    except _UNFIT:
        return False
    return True


def _virtual_text(table: CapturedTable, facts: Facts) -> str:
    """PostgreSQL 18 has no value of such a column in what it shows a trigger, and fails the statement that asks."""
    names = ", ".join(sorted(facts.root.virtual & set(table.watched)))
    return f"{table.label} computes {names} when it is read, and not when it is written: declare it STORED, or hide it."


def _child_text(table: CapturedTable, facts: Facts) -> str:
    """Statement triggers fire on the table that a statement names."""
    parents = " and ".join(facts.root.parents)
    return (
        f"{table.label} is a part of {parents}, and what is written through that table fires no trigger of a part:"
        f" mirror {parents}, with a scope that says which rows."
    )


def _has_foreign(facts: Facts) -> bool:
    return any(relation.kind == "f" for relation in facts.relations[1:])


async def _lock(connection: Connection, table: CapturedTable, mode: str, lock_timeout: float) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = '{round(lock_timeout * 1000)}ms'")
    await connection.execute(f"LOCK TABLE {table.qualified} IN {mode} MODE")


async def _has_gaps(connection: Connection, installed: Installed) -> bool:
    """A gap means that some rows carry a version older than their content: they need a new base."""
    query = "SELECT EXISTS (SELECT FROM twinbase.capture_gap WHERE relid = $1 AND NOT respelled)"
    return bool(await connection.fetchval(query, installed.relid))


async def _forget(connection: Connection, table: CapturedTable, facts: Facts | None) -> None:
    """Drop what was recorded under this name, or for this table under an older name."""
    relid = facts.root.relid if facts else None
    notes = await connection.fetch(
        "DELETE FROM twinbase.capture WHERE relid = $1 OR (schema_name, table_name) = ($2, $3) "
        "RETURNING relid::bigint AS relid, schema_name, table_name",
        relid,
        table.schema,
        table.name,
    )
    for note in notes:
        old = CapturedTable(note["schema_name"], note["table_name"], (), ())
        await connection.execute(f"DROP TABLE IF EXISTS {old.object_sql('v')}, {old.object_sql('stash')}")
        await connection.execute("DELETE FROM twinbase.capture_gap WHERE relid = $1", note["relid"])


async def _make_tables(connection: Connection, table: CapturedTable, facts: Facts) -> None:
    """The version table, and an unlogged one that holds keys and hashes while a transaction reloads the table."""
    columns = ", ".join(f"{key_column_sql(k.name)} {k.definition_sql()} NOT NULL" for k in facts.key)
    keys = ", ".join(key_column_sql(k.name) for k in facts.key)
    await connection.execute(
        f"CREATE TABLE {table.object_sql('v')} ({columns}, xid xid8 NOT NULL, deleted boolean NOT NULL DEFAULT false, "
        f"hash bigint, before xid8, PRIMARY KEY ({keys}))"
    )
    await connection.execute(f"CREATE INDEX ON {table.object_sql('v')} (xid)")
    await connection.execute(f"CREATE UNLOGGED TABLE {table.object_sql('stash')} ({columns}, hash bigint NOT NULL)")


async def _make_triggers(connection: Connection, capture: Capture, facts: Facts) -> None:
    table = capture.table
    for kind, function in capture.functions_sql().items():
        await connection.execute(function)
        arguments = "bigint" if kind == "settle" else ""
        await connection.execute(f"REVOKE ALL ON FUNCTION {table.object_sql(kind)}({arguments}) FROM PUBLIC")
    for relation in facts.relations:
        for kind, when in TRIGGERS.items() if takes_triggers(relation) else ():
            await connection.execute(
                f"CREATE OR REPLACE TRIGGER {trigger_name(kind)} {when.format(on=relation.name)} FOR EACH STATEMENT "
                f"EXECUTE FUNCTION {table.object_sql(kind)}({quote_literal(str(relation.columns_hash))})"
            )
            await connection.execute(f"ALTER TABLE {relation.name} ENABLE ALWAYS TRIGGER {trigger_name(kind)}")


async def _rehearse(connection: Connection, capture: Capture) -> None:
    """Raise for a table whose writers would fail in our triggers: rather no capture than a customer who cannot work.

    The triggers' own statements run over rows of the table, in a savepoint that is undone; nothing of the customer's is
    written, and no trigger of his fires.
    """
    label = capture.table.label
    for what, statement in capture.rehearsal_sql().items():
        rehearsal = connection.transaction()
        await rehearsal.start()
        try:
            await connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
            await connection.execute(statement)
        except InsufficientPrivilegeError:
            raise
        except PostgresError as error:
            raise CaptureError(
                f"{label} is not captured, as its own programs would fail at an {what}: {type(error).__name__}"
                f" (error {error.sqlstate}). Hide the column that it is about, or report it."
            ) from error
        finally:
            await rehearsal.rollback()


async def _note(connection: Connection, table: CapturedTable, facts: Facts, base: int) -> None:
    await connection.execute(
        "INSERT INTO twinbase.capture "
        "(relid, schema_name, table_name, version_table, base, key_columns, columns, fingerprint) "
        "VALUES ($1, $2, $3, $4, $5::text::xid8, $6, $7, $8)",
        facts.root.relid,
        table.schema,
        table.name,
        table.version_table,
        str(base),
        list(table.key),
        list(table.watched),
        fingerprint(table, facts),
    )


_TYPE = """
SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3
"""
