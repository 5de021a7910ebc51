"""Content is read: by the row that names it, whose scope decides at each request."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.types import Receive, Scope, Send

from twinbase.attachment import JPEG
from twinbase_server.files.bounded import bounded_transaction
from twinbase_server.files.named import NOTHING_THERE, NamedContent, find_named
from twinbase_server.files.receive import translate_store_errors
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.files.asking import ASKING_PROBLEMS, AskingDep, decode_key, read_slot
from twinbase_server.http.files.ranges import find_part, is_known
from twinbase_server.http.serving import Serving
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.store.store import StoreFailed

router = APIRouter()
_log = logging.getLogger(__name__)
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole.", **_BYTES},
    206: {"description": "The part that was asked for.", **_BYTES},
    304: {"description": "Whoever asks has it."},
    **describe_problems(*ASKING_PROBLEMS, "bad-request", "not-found", "range"),
}
PreviewParam = Annotated[str, Query(pattern="^1?$", description="1: the thumbnail, a JPEG.")]


@router.get("/{twin}/{column}/{key}", response_class=Response, responses=_ANSWERS)
async def read_content(
    twin: str, column: str, key: str, request: Request, who: AskingDep, serving: ServingDep, preview: PreviewParam = ""
) -> Response:
    """The content that a row names, or a part of it. `key`: the JSON array of the row's key, in base64url."""
    return await _answer(twin, column, key, request, who, serving, preview)


@router.head("/{twin}/{column}/{key}", response_class=Response, responses=_ANSWERS)
async def describe_content(
    twin: str, column: str, key: str, request: Request, who: AskingDep, serving: ServingDep, preview: PreviewParam = ""
) -> Response:
    """What GET would say in its headers."""
    return await _answer(twin, column, key, request, who, serving, preview)


async def _answer(
    twin: str, column: str, key: str, request: Request, who: SignedIn, serving: Serving, preview: str
) -> Response:
    slot = read_slot(serving, twin, column, decode_key(key))
    async with serving.borrow_connection() as connection, bounded_transaction(connection, serving.settings):
        named = await find_named(connection, slot, who.identity, serving.clock())
    if named is None or not slot.twin.pulls or not named.object or (preview and not named.preview):
        raise ProblemError("not-found", NOTHING_THERE)
    if preview:
        return await _send_preview(request, serving, named, who)
    return await _send_content(request, serving, named, who)


async def _send_content(request: Request, serving: Serving, named: NamedContent, who: SignedIn) -> Response:
    assert named.object is not None and named.size is not None
    etag = f'"sha256-{named.sha256}"'
    headers = _headers(etag, named.media_type or "")
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    part = find_part(request.headers, named.size, etag)
    start, end = part or (0, named.size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{named.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return await ContentResponse.begin(serving, who, named.object, (start, end), status, headers)


async def _send_preview(request: Request, serving: Serving, named: NamedContent, who: SignedIn) -> Response:
    """It is small, and made anew by every version of us: the whole, each time that it is not known."""
    assert named.preview
    etag = f'"sha256-{named.sha256}-preview"'
    headers = _headers(etag, JPEG)
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    with translate_store_errors():
        body = b"".join([piece async for piece in serving.require_store().read(named.preview)])
    return Response(body if request.method == "GET" else b"", headers=headers | {"Content-Length": str(len(body))})


def _headers(etag: str, media_type: str) -> dict[str, str]:
    """Bytes that somebody else has brought: no browser shows them as a page of ours. It asks each time whether it may
    still show them, and whether the row names them still."""
    return {
        "Content-Type": media_type,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }


class ContentResponse(Response):
    """Bytes as the store gives them. Whoever takes none for too long is left; so is whoever asks for too many at once.

    No connection to PostgreSQL is held meanwhile.
    """

    def __init__(
        self, serving: Serving, parts: AsyncIterator[bytes], first: bytes, leave: Callable[[], None], status: int,
        headers: Mapping[str, str],
    ) -> None:  # fmt: skip
        super().__init__(status_code=status)
        self.init_headers(headers)
        self._serving, self._parts, self._first, self._leave = serving, parts, first, leave

    @classmethod
    async def begin(
        cls, serving: Serving, who: SignedIn, name: str, part: tuple[int, int], status: int, headers: Mapping[str, str]
    ) -> "ContentResponse":
        """With its first bytes: what the store says instead of them is a problem, and not half an answer."""
        leave = serving.readers.admit_reader(who)
        try:
            with translate_store_errors():
                parts = serving.require_store().read(name, *part)
                return cls(serving, parts, await anext(parts, b""), leave, status, headers)
        except BaseException:
            leave()
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._send(send, self._first)
            async for part in self._parts:
                await self._send(send, part)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            self._serving.metrics.broken.labels("client").inc()
        except StoreFailed:
            # It is shorter than it said: whoever reads it asks for the rest.
            self._serving.metrics.broken.labels("store").inc()
            _log.exception("Content broke off.")
        finally:
            self._leave()

    async def _send(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self._serving.settings.send_seconds):
            await send({"type": "http.response.body", "body": body, "more_body": True})
        self._serving.metrics.files_sent.inc(len(body))
