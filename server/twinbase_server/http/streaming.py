"""A stream to a device: compressed as it goes, read ahead by one page, and given up when nobody takes it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Self

import zstandard
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from twinbase.checksum import FrameSeal
from twinbase.protocol import STREAM_TYPE
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.metrics import Metrics

# Lines gather until there is enough to be worth a packet; a page is more than that and leaves whole, at once.
FLUSH_BYTES = 32 * 1024
PLAIN_BYTES_MAX = 1024
Lines = AsyncGenerator[bytes, None]
_log = logging.getLogger(__name__)


async def seal_lines(lines: Lines) -> Lines:
    """The same lines; every frame says the checksum of the answer so far. A page's rows follow their frame as they are,
    for that says theirs."""
    seal = FrameSeal()
    async with aclosing(lines):
        async for some in lines:
            yield b"".join(_sealed(seal, some))


def _sealed(seal: FrameSeal, lines: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(lines):
        end = lines.index(b"\n", start)
        line = lines[start:end]
        yield seal.seal(line) if line.startswith(b"{") else line
        yield b"\n"
        start = end + 1


@dataclass(frozen=True, slots=True)
class Sending:
    """How a stream is sent: compressed to `level` when the device takes zstd, at most `seconds` for each portion."""

    level: int | None
    seconds: float
    metrics: Metrics


class Gathered:
    """Lines in portions of some size, the next one being made while the last one is on its way."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._next: asyncio.Task[bytes] | None = None

    def read_ahead(self) -> None:
        """Begin to make the next portion."""
        self._next = asyncio.create_task(self._gather())

    async def read_portion(self) -> bytes:
        """The next portion; empty at the end. Raises what broke the answer."""
        if self._next is None:
            self.read_ahead()
        assert self._next is not None
        made, self._next = await self._next, None
        return made

    async def close(self) -> None:
        """End the answer's transaction, wherever it stands."""
        if self._next is not None:
            self._next.cancel()
            # Whatever it ends with is nobody's concern any more, and is looked at here so that nothing is logged of it.
            await asyncio.gather(self._next, return_exceptions=True)
        await self._lines.aclose()

    async def _gather(self) -> bytes:
        gathered = bytearray()
        async for line in self._lines:
            gathered += line
            if len(gathered) >= FLUSH_BYTES:
                break
        return bytes(gathered)


def _compressor(level: int) -> "zstandard.ZstdCompressionObj":
    return zstandard.ZstdCompressor(level=level, write_checksum=True).compressobj()


def _squeezed(squeeze: "zstandard.ZstdCompressionObj", portion: bytes) -> bytes:
    """Flushed, so that what the device has is whole pages."""
    return squeeze.compress(portion) + squeeze.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


class StreamResponse(Response):
    """An answer of lines. Make it with `begin`, so that a problem found before the first page is still a problem."""

    media_type = STREAM_TYPE

    def __init__(self, gathered: Gathered, first: bytes, sending: Sending, background: BackgroundTask | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "Vary": "Accept-Encoding"}, background=background)
        del self.headers["content-length"]
        self._gathered, self._first, self._sending = gathered, first, sending
        # What fits into one packet anyway is not worth a compressor.
        self._level = sending.level if len(first) > PLAIN_BYTES_MAX else None
        if self._level is not None:
            self.headers["Content-Encoding"] = "zstd"

    @classmethod
    async def begin(cls, lines: Lines, sending: Sending, background: BackgroundTask | None = None) -> Self:
        """The answer with its first portion made. `background` runs when all is sent."""
        gathered = Gathered(lines)
        try:
            first = await gathered.read_portion()
        except BaseException:
            await gathered.close()
            raise
        return cls(gathered, first, sending, background)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._send_portions(send)
        except (TimeoutError, OSError):
            # Slow or gone: its transaction must not stay open for it. It asks again from its last page.
            self._sending.metrics.broken.labels("client").inc()
        finally:
            await self._gathered.close()
        if self.background is not None:
            await self.background()

    async def _send_portions(self, send: Send) -> None:
        squeeze = None if self._level is None else _compressor(self._level)
        portion = self._first
        while portion:
            self._gathered.read_ahead()
            if squeeze:
                # In a thread, for zstd lets others run meanwhile: PostgreSQL is asked for the next page, and is read.
                portion = await asyncio.to_thread(_squeezed, squeeze, portion)
            await self._send(send, portion, more=True)
            portion = await self._next_portion()
        await self._send(send, squeeze.flush() if squeeze else b"", more=False)

    async def _next_portion(self) -> bytes:
        """Empty when the answer broke: without an end frame the device knows that it is half an answer."""
        try:
            return await self._gathered.read_portion()
        except DATABASE_ERRORS as error:
            self._sending.metrics.broken.labels(type(error).__name__).inc()
            _log.exception("An answer broke off.")
            return b""

    async def _send(self, send: Send, body: bytes, *, more: bool) -> None:
        self._sending.metrics.bytes_sent.inc(len(body))
        async with asyncio.timeout(self._sending.seconds):
            await send({"type": "http.response.body", "body": body, "more_body": more})
