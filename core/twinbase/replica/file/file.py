"""The way to the file: raw connections, and what keeps a file from being opened, said without touching it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlcipher3 import dbapi2 as cipher

from twinbase.errors import DamagedReplica, ReplicaError, ReplicaLocked, StorageFailed
from twinbase.replica.connection import Connection
from twinbase.replica.file.counted import counted_connection
from twinbase.replica.file.descriptors import note_connection
from twinbase.replica.file.keys import FileKey
from twinbase.replica.file.reach import noting_connection

BUSY_SECONDS = 30.0
"""How long a writer waits for another one. An apply holds the lock for a fraction of a second; a suspended app,
longer."""


@dataclass(frozen=True, slots=True)
class ReplicaFile:
    """A replica's file and its key; `key` None is plain SQLite."""

    path: Path
    key: FileKey | None = field(repr=False)

    @property
    def driver(self) -> ModuleType:
        """The DB-API module that speaks to it."""
        return sqlite3 if self.key is None else cipher


def connect(
    file: ReplicaFile, *, foreign_keys: bool = True, query_only: bool = False, of_person: bool = False
) -> Connection:
    """A raw connection in autocommit, ready to use: `BEGIN IMMEDIATE` and `COMMIT` are the caller's.

    An apply asks for `foreign_keys=False`, because a page of children may come before its parents (H26). `of_person`:
    what `commit()` has ended survives a power cut, and is noted beside the file: nobody else has it. What a sync writes
    need not: the server has it.
    """
    connection = _keyed(file, str(file.path), uri=False, noting=of_person)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if of_person else 'NORMAL'}")
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
        # Without it, INSERT OR REPLACE removes a row and no trigger sees it go (H27).
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(f"PRAGMA query_only = {int(query_only)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _keyed(file: ReplicaFile, database: str, *, uri: bool, noting: bool = False) -> Connection:
    kind: Any = noting_connection(file.driver) if noting else counted_connection(file.driver)
    let_go = note_connection(file.path)
    try:
        connection: Any = file.driver.connect(
            database, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=uri, factory=kind
        )
    except BaseException:
        let_go()
        raise
    connection.count_until_closed(let_go)
    if noting:
        connection.path = file.path
    if file.key is not None:
        connection.execute(f"PRAGMA key = {file.key.pragma}")
        # SQLCipher otherwise writes three lines to stderr at each wrong key.
        connection.execute("PRAGMA cipher_log_level = NONE")
    opened: Connection = connection
    return opened


@contextmanager
def open_untouched(file: ReplicaFile) -> Iterator[Connection]:
    """A connection that reads and leaves the file, its -wal and its -shm as they are.

    Without a -wal nobody has the file open, and `immutable` keeps SQLite from making one. With a -wal the connection is
    read-only: it takes part in locking, and cannot checkpoint when it closes.
    """
    mode = "mode=ro" if wal_of(file.path).exists() else "immutable=1"
    connection = _keyed(file, f"{file.path.resolve().as_uri()}?{mode}", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def wal_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def create_file(path: Path) -> None:
    """An empty file that only its owner can read; an existing one is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def is_new(path: Path) -> bool:
    """Whether there is nothing at `path` yet (an empty file is what a start that died at once leaves)."""
    return not path.exists() or path.stat().st_size == 0


def is_corruption_error(error: BaseException | None) -> bool:
    """Whether a driver's error says that the file itself is wrong."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def is_storage_error(error: BaseException | None) -> bool:
    """Whether a driver's error comes from the storage. A quota that is used up is only an I/O error to SQLCipher."""
    names = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_NOLFS")
    return getattr(error, "sqlite_errorname", "").startswith(names)


def is_lock_error(error: BaseException | None) -> bool:
    """Whether a writer has waited BUSY_SECONDS for another one."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def interpret_error(file: ReplicaFile, error: BaseException | None) -> ReplicaError | None:
    """What a driver's error says of the file as a whole; None when it is about a statement."""
    if is_corruption_error(error):
        return DamagedReplica(f"{file.path.name}: {error}.")
    if is_storage_error(error):
        return StorageFailed(f"{file.path.name}: {error}.")
    if is_lock_error(error):
        return ReplicaLocked(f"{file.path.name}: it was waited for {BUSY_SECONDS:g} seconds.")
    return None


@contextmanager
def translate_errors(file: ReplicaFile) -> Iterator[None]:
    """Past the first page the key is right: what cannot be read is damaged, what cannot be written has no room, or has
    waited in vain for its turn."""
    try:
        yield
    except file.driver.DatabaseError as error:
        if said := interpret_error(file, error):
            raise said from None
        raise
