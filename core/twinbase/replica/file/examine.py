"""What keeps a file from being opened as a replica, found without touching it.

The first page alone tells the right key from a wrong one, so it is copied out and tried there. It is the main file's,
or a newer one from a -wal that a crash left behind: after a change of key that was cut short the two have different
keys.
"""

import struct
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from twinbase.errors import DamagedReplica, DestroyedReplica, NewerReplica, NotADatabase, WrongKey
from twinbase.replica.file.descriptors import read_at
from twinbase.replica.file.destroy import is_destroyed
from twinbase.replica.file.file import ReplicaFile, is_corruption_error, open_untouched, translate_errors, wal_of
from twinbase.replica.file.layout import APPLICATION_ID, FORMAT
from twinbase.replica.file.seals import is_key_of

SMALLEST_BYTES = 512
PAGE_BYTES = 4096
TRIES = 3
"""Another process may move the -wal into the file while we look: look again before saying that a key is wrong."""

_PLAIN_HEADER = b"SQLite format 3\x00"
_WAL_HEADER = struct.Struct(">6I")
_FRAME_HEADER = struct.Struct(">4I8x")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first page says of the file."""

    application: int
    layout: int


def examine(file: ReplicaFile) -> None:
    """Raise what keeps this file from being opened as a replica: DestroyedReplica, WrongKey, NotADatabase,
    DamagedReplica or NewerReplica."""
    if is_destroyed(file.path):
        raise DestroyedReplica(f"{file.path.name}: finish it with `destroy_file()`.")
    size = file.path.stat().st_size
    _check_kind(file, size)
    header = _header(file, size)
    if header.layout > FORMAT and header.application == APPLICATION_ID:
        raise NewerReplica(f"Its layout is {header.layout}, this app knows {FORMAT}.")
    with open_untouched(file) as connection, translate_errors(file):
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if header.application != APPLICATION_ID and tables:
        raise NotADatabase(f"{file.path.name} holds {tables} tables that are not of a replica.")


def find_damage(file: ReplicaFile) -> list[str]:
    """Read the whole file and say what is wrong with it, page by page; nothing, when it is sound."""
    with open_untouched(file) as connection:
        try:
            found = list(connection.execute("PRAGMA cipher_integrity_check")) if file.key is not None else []
            return [text for (text,) in found or connection.execute("PRAGMA quick_check") if text != "ok"]
        except file.driver.DatabaseError as error:
            if is_corruption_error(error):
                return [str(error)]
            raise


def _check_kind(file: ReplicaFile, size: int) -> None:
    is_plain = read_at(file.path, 0, len(_PLAIN_HEADER)) == _PLAIN_HEADER
    if size < SMALLEST_BYTES or (file.key is None and not is_plain):
        raise NotADatabase(f"{file.path.name} has {size} bytes, which are no SQLite database.")
    if file.key is not None and is_plain:
        raise NotADatabase(f"{file.path.name} is a plain SQLite database; a replica opened with a key is encrypted.")


def _header(file: ReplicaFile, size: int) -> Header:
    for attempt in range(TRIES + 1):
        try:
            # Summing up a -wal takes as long as opening it: only where nothing else has helped.
            found = _from_wal(wal_of(file.path), summed=attempt == TRIES)
            return _try_first_page(file, *(found or _from_file(file.path)))
        except file.driver.DatabaseError as error:
            if not is_corruption_error(error):
                raise
            # The page could be deciphered, and says that there are more pages than there are.
            if error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
                raise DamagedReplica(f"{file.path.name} is shorter than it was: {size} bytes.") from None
    if file.key is None:
        raise DamagedReplica(f"{file.path.name}: its first page is no page.")
    if size % PAGE_BYTES and not wal_of(file.path).exists():
        raise NotADatabase(f"{file.path.name} has {size} bytes, which are not whole pages.")
    if _from_wal(wal_of(file.path), summed=True) is None and is_key_of(file.path, file.key):
        raise DamagedReplica(f"{file.path.name}: its first page is damaged; the key is the right one.")
    raise WrongKey(file.path.name + ".")


def _try_first_page(file: ReplicaFile, page: bytes, pages: int) -> Header:
    """Read the header from a copy of the first page, as long as the file would be."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "page")
        with copy.open("wb") as opened:
            opened.write(page)
            opened.truncate(max(pages, 1) * PAGE_BYTES)
        with open_untouched(replace(file, path=copy)) as connection:
            # Two pragmas that need the first page and nothing else.
            application, layout = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version")
            )
            return Header(application, layout)


def _from_file(path: Path) -> tuple[bytes, int]:
    return read_at(path, 0, PAGE_BYTES), -(-path.stat().st_size // PAGE_BYTES)


def _from_wal(wal: Path, *, summed: bool) -> tuple[bytes, int] | None:
    """The newest committed first page in a -wal, and how many pages the file has with it; None when there is none.

    `summed`: of the frames before the first one with a wrong checksum, which are those that SQLite takes.
    """
    try:
        with wal.open("rb") as opened:
            return _newest_first_page(opened, summed)
    except FileNotFoundError:
        return None


def _newest_first_page(wal: IO[bytes], summed: bool) -> tuple[bytes, int] | None:
    header = wal.read(32)
    if len(header) < 32:
        return None
    magic, *_, first, second = _WAL_HEADER.unpack_from(header)
    checksum = Checksum("<>"[magic & 1]) if summed else None
    if checksum is not None and not checksum.holds(header[:24], header[24:]):
        return None
    committed = found = None
    while len(frame := wal.read(24)) == 24 and len(content := wal.read(PAGE_BYTES)) == PAGE_BYTES:
        page, pages_after, *salt = _FRAME_HEADER.unpack(frame)
        if salt != [first, second] or (checksum and not checksum.holds(frame[:8] + content, frame[16:])):
            break
        if page == 1:
            found = content
        if pages_after and found is not None:
            committed = (found, pages_after)
    return committed


class Checksum:
    """The running sum of a -wal's frames, as SQLite reckons it."""

    def __init__(self, order: str) -> None:
        """`order`: of the bytes of the words that are summed up; the sums themselves are big-endian."""
        self._order, self._sums = order, (0, 0)

    def holds(self, content: bytes, written: bytes) -> bool:
        """Whether the sum over all content so far is the one that is written after it."""
        first, second = self._sums
        words = iter(struct.unpack(f"{self._order}{len(content) // 4}I", content))
        for one, two in zip(words, words, strict=True):
            first = (first + one + second) & 0xFFFFFFFF
            second = (second + two + first) & 0xFFFFFFFF
        self._sums = first, second
        return struct.pack(">2I", first, second) == written
