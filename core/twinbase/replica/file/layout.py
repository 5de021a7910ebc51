"""What is in a device's file: the twins as their classes say, and the engine's own tables beside them.

Every twin column is declared with the storage of its codec in a STRICT table, so that no affinity ever rewrites a
value. What only the server may judge is left out: UNIQUE becomes a plain index, CHECK goes, NOT NULL is checked on
local writes by the capture triggers and never on what a pull brings (a page must not fail over a rule that moved on
the server).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, UniqueConstraint

from twinbase.names import key_column
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection
from twinbase.replica.file.defaults import device_default
from twinbase.replica.file.names import changes_table, image_table, meta_table, reads_table

FORMAT = 1
"""The layout of the engine's tables; kept in PRAGMA user_version."""
APPLICATION_ID = 0x5477696E
"""'Twin', in PRAGMA application_id: how a replica is told from another SQLite file."""

INDEXES = "_twinbase_ix_"
"""How the name of every index begins; the rest of it quotes each name, so that no two indexes have one name."""

STATE = """CREATE TABLE _twinbase_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    applying INTEGER NOT NULL DEFAULT 0,
    checkpoint INTEGER NOT NULL DEFAULT 0,
    replica TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1,
    server TEXT NOT NULL DEFAULT '',
    account TEXT NOT NULL DEFAULT '',
    claims TEXT NOT NULL DEFAULT '',
    as_of TEXT NOT NULL DEFAULT '',
    generation TEXT NOT NULL DEFAULT '',
    cursor TEXT NOT NULL DEFAULT '',
    resume TEXT NOT NULL DEFAULT '',
    schema TEXT NOT NULL DEFAULT '',
    offset_ms INTEGER NOT NULL DEFAULT 0,
    batch_n INTEGER NOT NULL DEFAULT 0,
    batch_hash TEXT NOT NULL DEFAULT '',
    acked INTEGER NOT NULL DEFAULT 0,
    token TEXT NOT NULL DEFAULT '',
    synced_at TEXT NOT NULL DEFAULT '',
    proven_at TEXT NOT NULL DEFAULT ''
) STRICT"""
"""One row. `applying`: triggers keep still. `checkpoint`: how many applies this file has seen. `batch_n`,
`batch_hash`: the last frozen batch. `acked`: the last n that a pull covered. `token`: the fencing token of the sync
that may write."""

OUTBOX = """CREATE TABLE _twinbase_outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4'
        || substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1)
        || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    tx INTEGER,
    twin TEXT NOT NULL,
    op TEXT NOT NULL,
    base INTEGER,
    at TEXT,
    author TEXT,
    state TEXT NOT NULL DEFAULT 'pending',
    n INTEGER,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    behind TEXT,
    restores TEXT
) STRICT"""
"""One local write. `tx` NULL: its transaction has not committed yet. `state`: pending, sent (frozen in batch `n`),
applied, merged, conflict, refused, parked. `outcome`: the server's whole answer, as JSON. `restores`: the edit of which
it takes a value back."""

DECISION = """CREATE TABLE _twinbase_decision (
    id TEXT PRIMARY KEY, twin TEXT NOT NULL, op TEXT NOT NULL, author TEXT NOT NULL, wrote_at TEXT NOT NULL,
    at TEXT NOT NULL, said TEXT NOT NULL, settled TEXT NOT NULL DEFAULT '{}', put_back TEXT
) STRICT"""
"""What the server decided about an edit, whose `id` it has. `said`: its key, both sides in wire form and the outcome,
as JSON. `settled`: what the office answered, by the kind of its question. `put_back`: the edit that took a value
back."""

BATCH = """CREATE TABLE _twinbase_batch (
    epoch INTEGER NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL, frozen_at TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (epoch, n)
) STRICT"""
"""Frozen batches, as they are sent. `answered`: when a pull confirmed what the server said of it,
in seconds since 1970 by the server's clock; 0 before that."""

BUCKET = """CREATE TABLE _twinbase_bucket (
    twin TEXT NOT NULL, bucket INTEGER NOT NULL, rows INTEGER NOT NULL, hi INTEGER NOT NULL, lo INTEGER NOT NULL,
    PRIMARY KEY (twin, bucket)
) STRICT, WITHOUT ROWID"""

TWIN = """CREATE TABLE _twinbase_twin (
    name TEXT PRIMARY KEY, version INTEGER NOT NULL, shape TEXT NOT NULL,
    backfill TEXT NOT NULL DEFAULT '[]', loaded INTEGER NOT NULL DEFAULT 0, active INTEGER NOT NULL DEFAULT 1
) STRICT"""
"""What this file was made for. `shape`: key and columns with their storage, as JSON. `backfill`: columns whose values
have not come yet. `loaded`: a first full answer was published. `active`: the app still declares it."""

ENGINE = (
    STATE,
    OUTBOX,
    "CREATE INDEX _twinbase_outbox_unsealed ON _twinbase_outbox (seq) WHERE tx IS NULL",
    "CREATE INDEX _twinbase_outbox_state ON _twinbase_outbox (state, seq)",
    BATCH,
    BUCKET,
    TWIN,
    DECISION,
)


def engine_additions(connection: Connection) -> Iterator[str]:
    """What came to the engine's tables after the first files were made, and this one lacks. An older app does not look
    at it."""
    if "restores" not in columns_of(connection, "_twinbase_outbox"):
        yield "ALTER TABLE _twinbase_outbox ADD COLUMN restores TEXT"
    if not columns_of(connection, "_twinbase_decision"):
        yield DECISION


def twin_table(twin: Twin, registry: Registry, name: str | None = None) -> str:
    """The CREATE TABLE of a twin, under its own name or another (to fill one beside it)."""
    parts = [*(column_sql(twin, column) for column in twin.table.columns), f"PRIMARY KEY ({quote_names(twin.key)})"]
    parts += list(_foreign_keys(twin, registry))
    return f"CREATE TABLE {quote_name(name or twin.name)} (\n    " + ",\n    ".join(parts) + "\n) STRICT"


def column_sql(twin: Twin, column: Column[Any]) -> str:
    """A column's declaration. Hidden columns exist, so that the class can be selected, and are NULL."""
    if column.name not in twin.codecs:
        return f"{quote_name(column.name)} ANY"
    codec = twin.codecs[column.name]
    default = device_default(column, codec)
    return f"{quote_name(column.name)} {codec.storage}" + ("" if default is None else f" DEFAULT {default}")


def twin_indexes(twin: Twin) -> Iterator[str]:
    """Its indexes; what is unique on the server is only looked up here."""
    for name, columns in sorted(_indexed(twin), key=lambda pair: pair[0]):
        yield f"CREATE INDEX IF NOT EXISTS {quote_name(name)} ON {quote_name(twin.name)} ({quote_names(columns)})"


def indexed_columns(twin: Twin) -> frozenset[str]:
    """The columns that some index of the device holds."""
    return frozenset(name for _, names in _indexed(twin) for name in names)


def _indexed(twin: Twin) -> set[tuple[str, tuple[str, ...]]]:
    columns = [tuple(c.name for c in index.columns) for index in twin.table.indexes if _is_plain(index)]
    columns += [tuple(c.name for c in u.columns) for u in twin.table.constraints if isinstance(u, UniqueConstraint)]
    columns += [tuple(fk.column_keys) for fk in twin.table.foreign_key_constraints]
    kept = {names for names in columns if names and names != twin.key and set(names) <= set(twin.columns)}
    return {(f"{INDEXES}{quote_name(twin.name)}({quote_names(names)})", names) for names in kept}


def _is_plain(index: Index) -> bool:
    """An index over columns as they are: expressions speak PostgreSQL."""
    return all(isinstance(expression, Column) for expression in index.expressions)


def _foreign_keys(twin: Twin, registry: Registry) -> Iterator[str]:
    """Foreign keys among twins. Those to other tables, or to columns that are no key, cannot be checked here."""
    for constraint in sorted(twin.table.foreign_key_constraints, key=lambda fk: tuple(fk.column_keys)):
        parent = registry.find_by_table(constraint.referred_table)
        targets = tuple(element.column.name for element in constraint.elements)
        if parent is None or targets != parent.key or not set(constraint.column_keys) <= set(twin.columns):
            continue
        if _would_lock_parent(twin, parent, constraint):
            continue
        yield (
            f"FOREIGN KEY ({quote_names(constraint.column_keys)})"
            f" REFERENCES {quote_name(parent.name)} ({quote_names(targets)})"
            f"{_actions(constraint)} DEFERRABLE INITIALLY DEFERRED"
        )


def _would_lock_parent(twin: Twin, parent: Twin, constraint: ForeignKeyConstraint) -> bool:
    """A row that a device may not touch must not forbid to delete its parent: the server's cascade takes it along.
    Nor one that would get another key by it."""
    action = (constraint.ondelete or "").upper()
    if not parent.pushes or action not in ("CASCADE", "SET NULL", "SET DEFAULT"):
        return False
    if action != "CASCADE" and not set(twin.key).isdisjoint(constraint.column_keys):
        return True
    if action == "CASCADE":
        return "delete" not in twin.operations
    return "update" not in twin.operations or not set(constraint.column_keys) <= twin.writable


def _actions(constraint: ForeignKeyConstraint) -> str:
    """RESTRICT acts at once in SQLite even when deferred, so it becomes the default, which waits for the commit."""
    actions = ""
    for event, action in (("DELETE", constraint.ondelete), ("UPDATE", constraint.onupdate)):
        if (action or "").upper() in ("CASCADE", "SET NULL", "SET DEFAULT"):
            actions += f" ON {event} {str(action).upper()}"
    return actions


def engine_tables(twin: Twin) -> tuple[str, ...]:
    """The engine's tables of one twin: proof, local changes, the server's image of dirty rows, what was read."""
    key = ", ".join(f"{quote_name(key_column(name))} {twin.codecs[name].storage} NOT NULL" for name in twin.key)
    columns = ", ".join(f"{quote_name(name)} {twin.codecs[name].storage}" for name in twin.columns)
    primary, kept = f"PRIMARY KEY ({quote_names(twin.key)})", quote_names(map(key_column, twin.key))
    return (
        f"CREATE TABLE {meta_table(twin.name)} ({key}, version INTEGER NOT NULL, hash INTEGER NOT NULL,"
        f" applied INTEGER NOT NULL, quarantined TEXT, PRIMARY KEY ({kept})) STRICT, WITHOUT ROWID",
        f"CREATE TABLE {changes_table(twin.name)} (seq INTEGER PRIMARY KEY, {', '.join(shadow_columns(twin))}) STRICT",
        f"CREATE TABLE {image_table(twin.name)} (_present INTEGER NOT NULL, {columns}, {primary}) STRICT",
        f"CREATE TABLE {reads_table(twin.name)} (_version INTEGER, {columns}, {primary}) STRICT",
    )


def shadow_columns(twin: Twin, names: Iterable[str] | None = None) -> list[str]:
    """The typed shadow of a change: old_ and new_ of every column, exact for floats and blobs (H27)."""
    wanted = twin.columns if names is None else tuple(names)
    return [f"{quote_name(side + name)} {twin.codecs[name].storage}" for name in wanted for side in ("old_", "new_")]


def columns_of(connection: Connection, table: str) -> set[str]:
    """The columns that a table of the file has; none when there is no such table."""
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
