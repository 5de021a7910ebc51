"""From the network to the thread that owns the file: a short queue of bytes, and their bounded decompression.

The event loop puts what arrives; the file's thread takes, decompresses, decodes and writes while more arrives. Neither
side can run away from the other: the queue holds a few chunks, and the decompressor gives a bounded piece at a time, so
that a decompression bomb fills no memory (H41).
"""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator

from twinbase.errors import HalfAnswer, NotTwinbase
from twinbase.replica.sync.encodings import DAMAGED, ByteSource, decode_source

CHUNKS_MAX = 32
PIECE_BYTES = 256 * 1024
LINE_BYTES_MAX = 64 * 1024 * 1024
ANSWER_BYTES_MAX = 8 * 1024 * 1024 * 1024


class AnswerPipe:
    """One answer on its way from the event loop to the file's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._chunks: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._room = asyncio.Event()
        self._room.set()
        self._ended = False
        self._abandoned = False
        self._error: BaseException | None = None
        self.bytes_taken = 0

    async def put(self, chunk: bytes) -> None:
        """Hand over what arrived; waits while the file is behind."""
        await self._room.wait()
        with self._changed:
            self._chunks.append(chunk)
            if len(self._chunks) >= CHUNKS_MAX:
                self._room.clear()
            self._changed.notify()

    def end(self, error: BaseException | None = None) -> None:
        """No more will come; with `error` the reader raises it after what did arrive."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def abandon(self) -> None:
        """The reader has stopped: let the writer go on into nothing."""
        self._abandoned = True
        self._loop.call_soon_threadsafe(self._room.set)

    @property
    def is_abandoned(self) -> bool:
        return self._abandoned

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; b"" at the end. Called in the file's thread."""
        with self._changed:
            while not self._chunks and not self._ended:
                self._changed.wait()
            if not self._chunks:
                if self._error is not None:
                    raise self._error
                return b""
            return self._take(size)

    read1 = read

    def _take(self, size: int) -> bytes:
        chunk = self._chunks.popleft()
        if 0 <= size < len(chunk):
            self._chunks.appendleft(chunk[size:])
            chunk = chunk[:size]
        if len(self._chunks) < CHUNKS_MAX // 2 and not self._room.is_set():
            self._loop.call_soon_threadsafe(self._room.set)
        self.bytes_taken += len(chunk)
        return chunk


def read_lines(source: ByteSource, *, encoding: str) -> Iterator[bytes]:
    """The lines of an answer, decompressed piece by piece; raises HalfAnswer or NotTwinbase when it cannot be read."""
    buffer = bytearray()
    for piece in read_pieces(decode_source(source, encoding), ANSWER_BYTES_MAX):
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            buffer += piece[start:end]
            yield bytes(buffer)
            buffer.clear()
            start = end + 1
        buffer += piece[start:]
        if len(buffer) > LINE_BYTES_MAX:
            raise NotTwinbase(f"A line of its answer is longer than {LINE_BYTES_MAX} bytes.")


def read_pieces(source: ByteSource, bytes_max: int) -> Iterator[bytes]:
    """All of a source, piece by piece; raises NotTwinbase when it is more than that."""
    total = 0
    while piece := _read(source):
        total += len(piece)
        if total > bytes_max:
            raise NotTwinbase(f"Its answer is larger than {bytes_max} bytes.")
        yield piece


def _read(source: ByteSource) -> bytes:
    try:
        return source.read1(PIECE_BYTES)
    except DAMAGED as error:
        raise HalfAnswer("Its compression is damaged.") from error
