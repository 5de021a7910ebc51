"""The store of a file's attachments: encrypted, under names that say nothing, each one whole or not there.

<file>-content/<two digits>/<name>     the contents
<file>-content/new/                    those that are being written: what is left of one that a kill cut short goes
<file>-content/part/<name>             those that are being fetched: what came stays
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import IO
from uuid import uuid4

from twinbase.errors import AttachmentMissing
from twinbase.replica.attachments.reader import ContentReader
from twinbase.replica.attachments.sealed_file import SealedWriter
from twinbase.replica.attachments.sealing import PIECE_BYTES, stored_name
from twinbase.replica.file.content_tables import content_folder
from twinbase.replica.file.folders import keep_names, make_folder
from twinbase.replica.file.lock import try_lock

NEW, PART = "new", "part"


@dataclass(frozen=True, slots=True)
class NewContent:
    """A content that is written whole, and not in its place yet. `file` is open, and locked as long as it is."""

    sha256: str
    size: int
    path: Path
    file: IO[bytes]


class ContentStore:
    """The store beside the replica at `file`; `key`: the one in the replica. Its functions wait for the disk."""

    def __init__(self, file: Path, key: bytes) -> None:
        self.folder = content_folder(file)
        self._key = key
        self._damaged: set[str] = set()

    def path_of(self, sha256: str) -> Path:
        """Where a content lies, or would."""
        name = self.name_of(sha256)
        return self.folder / name[:2] / name

    def name_of(self, sha256: str) -> str:
        """Under which name a content lies."""
        return stored_name(self._key, sha256)

    def holds(self, sha256: str) -> bool:
        """Whether its bytes are here, whole. What was found damaged is not: it may be put or fetched again."""
        return sha256 not in self._damaged and self.path_of(sha256).exists()

    def open(self, sha256: str) -> ContentReader:
        """Read a content; raises AttachmentMissing, and DamagedAttachment."""
        path = self.path_of(sha256)
        try:
            file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise AttachmentMissing(f"({sha256})") from None
        return ContentReader(file, self._key, path.name, sha256, self._damaged.add)

    def read(self, sha256: str) -> bytes:
        """All of a content that is small; raises as `open` does."""
        with self.open(sha256) as reader:
            return reader.read()

    def write(self, sha256: str, chunks: Iterable[bytes]) -> NewContent:
        """Write a content beside the others, onto the disk; `publish` or `drop` it. Raises ValueError when it is not
        the content of that hash."""
        path, file = self._open_new(self.folder / NEW)
        try:
            writer = SealedWriter(file, self._key, self.name_of(sha256))
            for chunk in chunks:
                writer.write(chunk)
            size = writer.size
            if writer.finish() != sha256:
                raise ValueError("The content has changed while it was read; give it again.")
            return NewContent(sha256, size, path, file)
        except BaseException:
            _remove(path, file)
            raise

    def publish(self, new: NewContent) -> None:
        """Put it in its place, for good: its name is on the disk."""
        path = self.path_of(new.sha256)
        make_folder(path.parent)
        if sys.platform == "win32":  # There no open file can be given another name.
            new.file.close()
        os.replace(new.path, path)
        self._damaged.discard(new.sha256)
        new.file.close()
        keep_names(path.parent)

    def drop(self, new: NewContent) -> None:
        """It is not needed, or not wanted."""
        _remove(new.path, new.file)

    def open_part(self, sha256: str) -> tuple[IO[bytes], SealedWriter] | None:
        """What has come of a content that is being fetched, to go on with; None while another fetches it."""
        make_folder(self.folder)
        make_folder(self.folder / PART)
        path = self.part_of(sha256)
        path.touch(mode=0o600)
        file = path.open("r+b", buffering=0)
        if not try_lock(file) or not _is_still(path, file):
            file.close()
            return None
        return file, SealedWriter(file, self._key, path.name)

    def part_of(self, sha256: str) -> Path:
        """Where a content lies while it is fetched."""
        return self.folder / PART / self.name_of(sha256)

    def remove(self, sha256: str) -> None:
        """Its bytes are here no more."""
        self.path_of(sha256).unlink(missing_ok=True)

    def list_names(self) -> Iterator[Path]:
        """The files of all contents that are here."""
        for folder in _list_files(self.folder):
            if len(folder.name) == 2:
                yield from _list_files(folder)

    def list_parts(self) -> Iterator[Path]:
        """The files of what is being fetched, or was."""
        return _list_files(self.folder / PART)

    def verify(self, sha256: str) -> bool:
        """Read a content whole; whether it is the one of that hash. Raises as `open` does."""
        digest = new_sha256()
        with closing(self.open(sha256)) as reader:
            while piece := reader.read(PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest() == sha256

    def _open_new(self, folder: Path) -> tuple[Path, IO[bytes]]:
        """A file that is ours alone. Whoever removes what is left over may have been quicker: then another one."""
        make_folder(self.folder)
        make_folder(folder)
        while True:
            path = folder / uuid4().hex
            file = open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "r+b", buffering=0)
            if try_lock(file) and _is_still(path, file):
                return path, file
            file.close()


def remove_left_over(file: Path) -> None:
    """Remove what a kill has left of contents that were being written beside the replica at `file`. What another
    process writes at this moment stays."""
    for path in _list_files(content_folder(file) / NEW):
        with suppress(OSError), path.open("r+b", buffering=0) as opened:
            if try_lock(opened):
                _remove(path, opened)


def _remove(path: Path, file: IO[bytes]) -> None:
    if sys.platform == "win32":  # There no open file can be removed.
        file.close()
    path.unlink(missing_ok=True)
    file.close()


def _is_still(path: Path, file: IO[bytes]) -> bool:
    """Whether the name is still the open file's."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    return False


def _list_files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError):
        yield from folder.iterdir()
