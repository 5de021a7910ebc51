"""A stream to a device: made as fast as PostgreSQL reads, compressed as it goes, sent as fast as the device takes it.

What is made and not yet sent is spooled, so that no connection waits for a phone: with a full spool an answer that can
be cut is cut, as soon as others need the connection, and the device asks again from its last page.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Self

import zstandard
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from twinbase.checksum import FrameSeal
from twinbase.protocol import STREAM_TYPE
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.feed.context import Flush
from twinbase_server.metrics import Metrics

# Lines gather until there is enough to be worth a packet; a page is more than that and leaves whole, at once.
FLUSH_BYTES = 32 * 1024
PLAIN_BYTES_MAX = 1024
SPOOL_BYTES = 4 * 1024 * 1024
"""What is held for one device, made and not yet sent; a page more at most, or a twin of a repair."""
PIECE_BYTES = 64 * 1024
"""A device has `TWINBASE_SEND_SECONDS` for each: two kilobytes a second are enough."""
LOOK_SECONDS = 0.1
Lines = AsyncGenerator[bytes, None]
_log = logging.getLogger(__name__)


async def seal_lines(lines: Lines) -> Lines:
    """The same lines; every frame says the checksum of the answer so far. A page's rows follow their frame as they are,
    for that says theirs."""
    seal = FrameSeal()
    async with aclosing(lines):
        async for some in lines:
            yield some if isinstance(some, Flush) else b"".join(_sealed(seal, some))


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
    """How a stream is sent: compressed to `level` when the device takes zstd, at most `seconds` for each piece.

    `is_wanted` says whether others need the connection; `hurry` asks the answer to end after its next page; `leave` is
    called when nothing of it is left.
    """

    level: int | None
    seconds: float
    metrics: Metrics
    is_wanted: Callable[[], bool]
    hurry: asyncio.Event
    leave: Callable[[], None]


class Spool:
    """Portions of an answer, made in a task of their own and kept until they are sent."""

    def __init__(self, lines: Lines, sending: Sending) -> None:
        self._lines, self._sending = lines, sending
        self._portions: deque[bytes] = deque()
        self._bytes = 0
        self._made, self._taken = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_made = False
        """Whether nothing comes after the portion that was read last."""

    async def read_portion(self) -> bytes:
        """The next portion of the lines, plain; empty at the end."""
        gathered = bytearray()
        async for line in self._lines:
            gathered += line
            if len(gathered) >= FLUSH_BYTES or isinstance(line, Flush):
                return bytes(gathered)
        self.is_made = True
        return bytes(gathered)

    def start(self, first: bytes, squeeze: "zstandard.ZstdCompressionObj | None") -> None:
        """Begin to make the rest, after a first portion."""
        self._task = asyncio.create_task(self._fill(first, squeeze))

    async def read_spooled(self) -> AsyncGenerator[bytes, None]:
        """All portions, as they are to be sent; raises what broke the answer."""
        assert self._task is not None
        while self._portions or not self._task.done():
            if self._portions:
                self._bytes -= len(self._portions[0])
                self._taken.set()
                yield self._portions.popleft()
            else:
                self._made.clear()
                await self._made.wait()
        self._task.result()

    async def close(self) -> None:
        """End the answer's transaction, wherever it stands."""
        if self._task is not None:
            self._task.cancel()
            # Whatever it ends with is nobody's concern any more, and is looked at here so that nothing is logged of it.
            await asyncio.gather(self._task, return_exceptions=True)
        await self._lines.aclose()
        self._sending.leave()

    async def _fill(self, portion: bytes, squeeze: "zstandard.ZstdCompressionObj | None") -> None:
        try:
            while portion:
                # In a thread, for zstd lets others run meanwhile.
                self._keep(await asyncio.to_thread(_squeezed, squeeze, portion) if squeeze else portion)
                if self.is_made:
                    break
                await self._wait_for_room()
                portion = await self.read_portion()
            if squeeze:
                self._keep(squeeze.flush())
        finally:
            self._made.set()

    def _keep(self, portion: bytes) -> None:
        self._portions.append(portion)
        self._bytes += len(portion)
        self._made.set()

    async def _wait_for_room(self) -> None:
        """Until the device has taken some, or others need the connection more: then the answer is to end."""
        while self._bytes > SPOOL_BYTES and not self._sending.hurry.is_set():
            if self._sending.is_wanted():
                self._sending.hurry.set()
                return
            self._taken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._taken.wait()


def _compressor(level: int) -> "zstandard.ZstdCompressionObj":
    return zstandard.ZstdCompressor(level=level, write_checksum=True).compressobj()


def _squeezed(squeeze: "zstandard.ZstdCompressionObj", portion: bytes) -> bytes:
    """Flushed, so that what the device has is whole pages."""
    return squeeze.compress(portion) + squeeze.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


class StreamResponse(Response):
    """An answer of lines. Make it with `begin`, so that a problem found before the first page is still a problem."""

    media_type = STREAM_TYPE

    def __init__(self, spool: Spool, first: bytes, sending: Sending, background: BackgroundTask | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "Vary": "Accept-Encoding"}, background=background)
        del self.headers["content-length"]
        self._spool, self._first, self._sending = spool, first, sending
        # What fits into one packet anyway is not worth a compressor.
        self._level = sending.level if len(first) > PLAIN_BYTES_MAX else None
        if self._level is not None:
            self.headers["Content-Encoding"] = "zstd"

    @classmethod
    async def begin(cls, lines: Lines, sending: Sending, background: BackgroundTask | None = None) -> Self:
        """The answer with its first portion made. `background` runs when all is sent."""
        spool = Spool(lines, sending)
        try:
            first = await spool.read_portion()
        except BaseException:
            await spool.close()
            raise
        return cls(spool, first, sending, background)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._spool.is_made:
                await self._send_whole(send)
            else:
                await self._send_stream(send)
        except (TimeoutError, OSError):
            # Slow or gone: nothing must stay open for it. It asks again from its last page.
            self._sending.metrics.broken.labels("client").inc()
        finally:
            await self._spool.close()
        if self.background is not None:
            await self.background()

    async def _send_whole(self, send: Send) -> None:
        """What is made already, in one piece: most answers bring little or nothing, and are asked for most often."""
        squeeze = None if self._level is None else zstandard.ZstdCompressor(level=self._level, write_checksum=True)
        body = self._first if squeeze is None else squeeze.compress(self._first)
        self.headers["Content-Length"] = str(len(body))
        await self._begin_sending(send)
        await self._send(send, body, more=False)

    async def _send_stream(self, send: Send) -> None:
        self._spool.start(self._first, None if self._level is None else _compressor(self._level))
        await self._begin_sending(send)
        await self._send_portions(send)

    async def _begin_sending(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _send_portions(self, send: Send) -> None:
        portions = self._spool.read_spooled()
        while portion := await self._next_portion(portions):
            for start in range(0, len(portion), PIECE_BYTES):
                await self._send(send, portion[start : start + PIECE_BYTES], more=True)
        await self._send(send, b"", more=False)

    async def _next_portion(self, portions: AsyncGenerator[bytes, None]) -> bytes:
        """Empty when the answer broke: without an end frame the device knows that it is half an answer."""
        try:
            return await anext(portions, b"")
        except DATABASE_ERRORS as error:
            self._sending.metrics.broken.labels(type(error).__name__).inc()
            _log.exception("An answer broke off.")
            return b""

    async def _send(self, send: Send, body: bytes, *, more: bool) -> None:
        self._sending.metrics.bytes_sent.inc(len(body))
        async with asyncio.timeout(self._sending.seconds):
            await send({"type": "http.response.body", "body": body, "more_body": more})
