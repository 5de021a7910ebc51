"""Keeping a content on this device: its bytes and what is known of them, both or neither."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256 as new_sha256
from pathlib import Path

from twinbase.replica.attachments.contents import note_here
from twinbase.replica.attachments.store import ContentStore, NewContent
from twinbase.replica.attachments.types import HEAD_BYTES, sniff_type
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Given:
    """What is to be kept. `new`: its bytes, written beside the store's; None when the store has them already."""

    sha256: str
    size: int
    mime: str
    new: NewContent | None


async def keep(
    database: Database, store: ContentStore, given: bytes | Path, now: datetime, *, thumbnail_of: str | None = None
) -> str:
    """Keep it, unless it is here already; answers its hash. When this returns it survives a power cut.

    Raises ValueError for a file that changes while it is read.
    """
    while True:
        prepared = await asyncio.to_thread(_prepare, store, given)
        try:
            if await database.write(_publish, store, prepared, now, thumbnail_of):
                return prepared.sha256
        finally:
            if prepared.new is not None:
                store.drop(prepared.new)


def check_given(given: object) -> None:
    """Raise TypeError for what is neither bytes nor a path: a name of a file is a text, and so is content, to some."""
    if not isinstance(given, bytes | Path):
        raise TypeError(f"Give bytes, or the Path of a file, and not {type(given).__name__}.")


def _prepare(store: ContentStore, given: bytes | Path) -> _Given:
    """Whoever writes rows does not wait for this."""
    digest, size, head = new_sha256(), 0, b""
    for chunk in _read_chunks(given):
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
        size += len(chunk)
    sha256 = digest.hexdigest()
    return _Given(
        sha256, size, sniff_type(head), None if store.holds(sha256) else store.write(sha256, _read_chunks(given))
    )


def _publish(
    connection: Connection, store: ContentStore, given: _Given, now: datetime, thumbnail_of: str | None
) -> bool:
    """In the transaction that notes it. Only in such a one is anything put in its place or removed from there, so
    nobody removes what another has just noted. False: it was here, and has been removed a moment ago."""
    if not store.holds(given.sha256):
        if given.new is None:
            return False
        store.publish(given.new)
    note_here(connection, given.sha256, given.size, given.mime, now, thumbnail_of=thumbnail_of)
    return True


def _read_chunks(given: bytes | Path) -> Iterator[bytes]:
    if isinstance(given, bytes):
        yield given
        return
    with given.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
