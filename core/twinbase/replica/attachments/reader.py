"""Reading an attachment: as a stream, or anywhere in it, and never a byte that is not as it was written."""

import io
from collections.abc import Callable
from typing import IO

from twinbase.errors import DamagedAttachment
from twinbase.replica.attachments.sealing import (
    HEADER_BYTES,
    PIECE_BYTES,
    SEALED_BYTES,
    Seal,
    SealedSizes,
    WrongSeal,
    measure_sealed,
)


class ContentReader(io.RawIOBase):
    """The content of an attachment, as Python reads a file: `read`, `seek`, `with`. Two pieces of 64 KiB are the most
    that it holds of it. Raises DamagedAttachment, saying which, at the first piece that is not as it was written."""

    def __init__(self, file: IO[bytes], key: bytes, name: str, sha256: str, note_damage: Callable[[str], None]) -> None:
        super().__init__()
        self._file, self._sha256, self._note_damage = file, sha256, note_damage
        self._at, self._held, self._piece = 0, -1, b""
        self._sizes, self._seal = self._look(key, name)
        try:
            self._open_piece(self._sizes.pieces - 1)  # Only the last piece says that it is the last.
        except DamagedAttachment:
            file.close()
            raise

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._sizes.content

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError(f"There is nothing before the first byte: {start + offset}.")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        number, start = divmod(self._at, PIECE_BYTES)
        if self._at >= self.size:
            return 0
        part = self._open_piece(number)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _look(self, key: bytes, name: str) -> tuple[SealedSizes, Seal]:
        try:
            header, file_bytes = self._file.read(HEADER_BYTES), self._file.seek(0, io.SEEK_END)
            return measure_sealed(file_bytes), Seal(key, header, name)
        except WrongSeal:
            self._file.close()
            raise self._damage("its file is not as long as it was, or is another one") from None

    def _open_piece(self, number: int) -> bytes:
        if number != self._held:
            self._file.seek(HEADER_BYTES + number * SEALED_BYTES)
            try:
                self._piece = self._seal.open(
                    self._file.read(SEALED_BYTES), number, last=number == self._sizes.pieces - 1
                )
            except WrongSeal:
                raise self._damage(f"from byte {number * PIECE_BYTES} on") from None
            self._held = number
        return self._piece

    def _damage(self, where: str) -> DamagedAttachment:
        self._note_damage(self._sha256)
        return DamagedAttachment(f"({self._sha256}: {where})")
