"""A sealed file being written, a piece at a time: begun anew, or gone on with where it broke off."""

import os
from collections.abc import Iterator
from hashlib import sha256 as new_sha256
from typing import IO

from twinbase.replica.attachments.sealing import HEADER_BYTES, PIECE_BYTES, SEALED_BYTES, Seal, WrongSeal, make_header


class SealedWriter:
    """Takes content and writes it sealed. `size`: so much of the content it has; what it keeps back is among it."""

    def __init__(self, file: IO[bytes], key: bytes, name: str) -> None:
        """`file`: open for reading and writing, unbuffered. What it holds of this content is kept; else it is begun."""
        self._file, self._key, self._name = file, key, name
        self._rest, self._number, self._hash = bytearray(), 0, new_sha256()
        try:
            file.seek(0)
            self._seal = Seal(key, file.read(HEADER_BYTES), name)
        except WrongSeal:
            self.start_over()
        else:
            self._read_pieces()

    @property
    def size(self) -> int:
        return self._number * PIECE_BYTES + len(self._rest)

    def start_over(self) -> None:
        """Nothing of it is of use: it is begun anew, with another salt."""
        self._rest, self._number, self._hash = bytearray(), 0, new_sha256()
        header = make_header()
        self._seal = Seal(self._key, header, self._name)
        self._file.seek(0)
        self._file.truncate()
        write_whole(self._file, header)

    def write(self, content: bytes) -> None:
        """So much more. The last piece is kept back: nobody knows yet that it is the last."""
        self._rest += content
        while len(self._rest) > PIECE_BYTES:
            self._close_piece(bytes(self._rest[:PIECE_BYTES]), last=False)
            del self._rest[:PIECE_BYTES]

    def finish(self) -> str:
        """Write what is left, onto the disk; answers the hash of the whole content."""
        self._close_piece(bytes(self._rest), last=True)
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def _read_pieces(self) -> None:
        """What an earlier attempt has left is believed as far as it opens; the rest of it goes."""
        for piece in self._whole_pieces():
            self._hash.update(piece)
            self._number += 1
        self._file.truncate(HEADER_BYTES + self._number * SEALED_BYTES)
        self._file.seek(0, os.SEEK_END)

    def _whole_pieces(self) -> Iterator[bytes]:
        while len(sealed := self._file.read(SEALED_BYTES)) == SEALED_BYTES:
            try:
                yield self._seal.open(sealed, self._number, last=False)
            except WrongSeal:
                return

    def _close_piece(self, piece: bytes, *, last: bool) -> None:
        self._hash.update(piece)
        write_whole(self._file, self._seal.close(piece, self._number, last=last))
        self._number += 1


def write_whole(file: IO[bytes], content: bytes) -> None:
    """All of it: an unbuffered file may take a part, and say so only by a number."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
