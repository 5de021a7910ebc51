"""Bodies of requests are read with limits: on what arrives, on what it becomes decompressed, on the time (H41), and on
all that is held at one time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Self

import zstandard
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twinbase_server.http.allowance import BodyAllowance, BodyAllowances
from twinbase_server.http.telling_wipes import find_wipe
from twinbase_server.problems import ProblemError, problem_response

BYTES_PER_SECOND_MIN = 8 * 1024
"""A body that comes at least so fast is waited for: a large batch on a bad line has its time."""
DEVICE_BODIES_MAX = 3
"""A device sends one request at a time. One whose line broke may be noticed late."""
PIECE_BYTES = 256 * 1024


class BodyBudget:
    """How many bytes of bodies are held at one time, of all requests together."""

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max
        self._arriving: Counter[str] = Counter()

    @contextmanager
    def receive_from(self, sender: str) -> Iterator[None]:
        """A body arrives from this device meanwhile; raises `too-busy` when too many do."""
        if sender and self._arriving[sender] >= DEVICE_BODIES_MAX:
            raise ProblemError("too-busy", "Other requests of this device are still arriving.")
        self._arriving[sender] += 1
        try:
            yield
        finally:
            self._arriving[sender] -= 1
            if not self._arriving[sender]:
                del self._arriving[sender]

    def take(self, count: int) -> None:
        """Raises `too-busy` when there is no room for so many more."""
        if count > self._left:
            raise ProblemError("too-busy", "The server holds as many bytes of requests as it can.")
        self._left -= count

    def give_back(self, count: int) -> None:
        self._left += count


class HeldBody:
    """What is held of one request until the block ends: at most `bytes_max` before and after decompression."""

    def __init__(self, budget: BodyBudget) -> None:
        self._budget, self._bytes_held, self.bytes_max = budget, 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back(self._bytes_held)

    def keep(self, kept: bytearray, more: bytes) -> None:
        """Raises `body-too-large`, or `too-busy` when there is no room for it beside those of others."""
        if len(kept) + len(more) > self.bytes_max:
            raise _too_large(self.bytes_max)
        self._budget.take(len(more))
        self._bytes_held += len(more)
        kept += more

    def give_back(self, count: int) -> None:
        """So much of it is not needed any more."""
        self._budget.give_back(count)
        self._bytes_held -= count


class LimitedBodies:
    """ASGI middleware: the application behind it gets whole, plain bodies of a bounded size, or is not asked."""

    def __init__(self, app: ASGIApp, *, allowances: BodyAllowances, bytes_total_max: int, seconds: float) -> None:
        self._app, self._allowances, self._seconds = app, allowances, seconds
        self._budget = BodyBudget(bytes_total_max)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        with HeldBody(self._budget) as held:
            try:
                body = await self._read(scope, receive, held)
            except ProblemError as problem:
                await problem_response(await find_wipe(scope, problem))(scope, receive, send)
                return
            await self._app(scope, _replayed(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive, held: HeldBody) -> bytes:
        allowance, headers = self._allowances.decide(scope), Headers(scope=scope)
        held.bytes_max = allowance.bytes_max
        encoding = _encoding(headers, allowance)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > allowance.bytes_max:
            raise _too_large(allowance.bytes_max)
        body = bytearray()
        with self._budget.receive_from(allowance.sender):
            async for piece in _pieces(receive, self._seconds):
                held.keep(body, piece)
        return bytes(await _decompress(body, held) if encoding else body)


async def _pieces(receive: Receive, seconds: float) -> AsyncIterator[bytes]:
    """What arrives, as it arrives; raises `too-slow` when it comes slower than a bad line would bring it."""
    loop, received = asyncio.get_running_loop(), 0
    start, more = loop.time(), True
    while more:
        try:
            async with asyncio.timeout_at(start + seconds + received / BYTES_PER_SECOND_MIN):
                message = await receive()
        except TimeoutError as error:
            raise ProblemError("too-slow", "The body took too long to arrive.") from error
        if message["type"] == "http.disconnect":
            raise ProblemError("bad-request", "The body did not arrive whole.")
        piece: bytes = message.get("body", b"")
        received += len(piece)
        more = message.get("more_body", False)
        yield piece


def _encoding(headers: Headers, allowance: BodyAllowance) -> str:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return ""
    if encoding != "zstd" or not allowance.reads_zstd:
        raise ProblemError(
            "media-type", "The server reads bodies plain or, after sign-in, with Content-Encoding: zstd."
        )
    return encoding


async def _decompress(raw: bytearray, held: HeldBody) -> bytearray:
    """In pieces, in a thread, while others are served: one piece more than allowed is ever made at most."""
    plain = bytearray()
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(bytes(raw)) as reader:
            while piece := await asyncio.to_thread(reader.read, PIECE_BYTES):
                held.keep(plain, piece)
    except zstandard.ZstdError as error:
        raise ProblemError("media-type", "The body says that it is zstd, and is not.") from error
    held.give_back(len(raw))
    return plain


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body as one message; after it, whatever the server has to say (that the device went away)."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _too_large(bytes_max: int) -> ProblemError:
    return ProblemError("body-too-large", f"At most {bytes_max} bytes.", limit=bytes_max)
