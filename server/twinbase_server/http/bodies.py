"""Bodies of requests are read with a limit: on what arrives, on what it becomes decompressed, and on the time (H41)."""

import asyncio

import zstandard
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twinbase_server.problems import ProblemError, problem_response


class LimitedBodies:
    """ASGI middleware: the application behind it gets whole, plain bodies of a bounded size, or is not asked."""

    def __init__(self, app: ASGIApp, *, bytes_max: int, seconds: float) -> None:
        self._app, self._bytes_max, self._seconds = app, bytes_max, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = _plain(await self._read(headers, receive), headers, self._bytes_max)
        except ProblemError as problem:
            await problem_response(problem)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._bytes_max:
            raise _too_large(self._bytes_max)
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ProblemError("bad-request", "The body did not arrive whole.")
                    body += message.get("body", b"")
                    if len(body) > self._bytes_max:
                        raise _too_large(self._bytes_max)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise ProblemError("too-slow", "The body took too long to arrive.") from error


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body as one message; after it, whatever the server has to say (that the device went away)."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _plain(raw: bytes, headers: Headers, bytes_max: int) -> bytes:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return raw
    if encoding != "zstd":
        raise ProblemError("media-type", "The server reads bodies plain or with Content-Encoding: zstd.")
    return _decompressed(raw, bytes_max)


def _decompressed(raw: bytes, bytes_max: int) -> bytes:
    """At most one byte more than allowed is ever made, whatever the frame promises."""
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(raw) as reader:
            body: bytes = reader.read(bytes_max + 1)
    except zstandard.ZstdError as error:
        raise ProblemError("media-type", "The body says that it is zstd, and is not.") from error
    if len(body) > bytes_max:
        raise _too_large(bytes_max)
    return body


def _too_large(bytes_max: int) -> ProblemError:
    return ProblemError("body-too-large", f"At most {bytes_max} bytes.", limit=bytes_max)
