"""The engine's tables of attachments, where the bytes lie, and the key that reads them: it is in the file alone.

Whoever destroys the file, or its key, has destroyed every attachment with it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from twinbase.replica.connection import Connection, Stored
from twinbase.replica.file.transaction import begin_fenced

CONTENT_KEY_BYTES = 32

KEY = """CREATE TABLE _twinbase_content_key (
    one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL
) STRICT"""

CONTENT = """CREATE TABLE _twinbase_content (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, mime TEXT NOT NULL DEFAULT '',
    here INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, fetched INTEGER NOT NULL DEFAULT 0,
    used_at TEXT NOT NULL, thumbnail TEXT, thumbnail_of TEXT
) STRICT, WITHOUT ROWID"""
"""One for each content that this device has held. `here`: its bytes are in the store, whole. `stored`: the server said
that it has them. `thumbnail`: the hash of its small picture, which is a content too, `thumbnail_of` the other way."""

UNSENT = "here = 1 AND stored = 0 AND fetched = 0 AND thumbnail_of IS NULL"
"""A condition over it: the bytes are nowhere else."""

UPLOAD = """CREATE TABLE _twinbase_upload (
    twin TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    address TEXT NOT NULL DEFAULT '', sent INTEGER NOT NULL DEFAULT 0, stage TEXT NOT NULL DEFAULT 'waiting',
    reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (twin, key, name)
) STRICT, WITHOUT ROWID"""
"""What the server has the row of, and not the bytes. `key`: as it travels, in JSON; `name`: of the column. `address`:
where they are uploaded to, once that was said; `sent`: so many bytes are there. `stage`: waiting, stored, refused."""


def create_content_tables() -> Iterator[tuple[str, tuple[Stored, ...]]]:
    """The statements that make them, with a new key."""
    yield from ((statement, ()) for statement in (KEY, CONTENT, UPLOAD))
    yield "INSERT INTO _twinbase_content_key (one, key) VALUES (1, ?)", (os.urandom(CONTENT_KEY_BYTES),)


def read_content_key(connection: Connection) -> bytes:
    """The key of the store."""
    return bytes(connection.execute("SELECT key FROM _twinbase_content_key").fetchone()[0])


def content_folder(path: Path) -> Path:
    """Where the attachments of the file at `path` lie."""
    return path.with_name(path.name + "-content")


def count_unsent_contents(connection: Connection) -> int:
    """How many contents are nowhere but on this device, those that the server refused among them."""
    return int(connection.execute(f"SELECT count(*) FROM _twinbase_content WHERE {UNSENT}").fetchone()[0])


def doubt_stored(connection: Connection, token: str) -> None:
    """The server was restored, perhaps to a time before it had them: what is here is offered once more."""
    with begin_fenced(connection, token):
        connection.execute("UPDATE _twinbase_content SET stored = 0 WHERE here = 1 AND fetched = 0")
        connection.execute("DELETE FROM _twinbase_upload WHERE stage = 'stored'")
