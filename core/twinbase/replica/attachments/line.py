"""The way of bytes to the server and back: the requests of the tus protocol, and of content by its row."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

from twinbase.errors import NotSignedIn, NotTwinbase
from twinbase.replica.attachments.naming_rows import NamingRow
from twinbase.replica.attachments.uploads import RowUpload
from twinbase.replica.sync.callers import Callers
from twinbase.replica.sync.messages import Reply
from twinbase.replica.sync.server import API, Server

FILES = "files"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = "application/offset+octet-stream"
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload as the server knows it: where its pieces go, and how much of it is there."""

    address: str
    sent: int


class FileLine:
    """Asks the server. Every request is of whoever is signed in; a token that has expired is renewed once."""

    def __init__(self, server: Server, callers: Callers) -> None:
        self._server, self._callers = server, callers

    async def begin_upload(self, upload: RowUpload) -> Begun:
        """Begin an upload, or find the one that has begun. Raises ServerRefused with its problem."""
        said = {"twin": upload.twin, "key": upload.key, "column": upload.name, "sha256": upload.sha256}
        metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())
        headers = {"Upload-Length": str(upload.size), "Upload-Metadata": metadata}
        async with self._ask_tus("POST", FILES, headers, (201,)) as reply:
            return Begun(_address_of(reply), _offset_of(reply))

    async def find_offset(self, address: str) -> int | None:
        """How much of an upload is there; None when there is no such upload any more."""
        async with self._ask_tus("HEAD", address, {}, (200, *GONE)) as reply:
            return None if reply.status in GONE else _offset_of(reply)

    async def send_piece(self, address: str, offset: int, piece: bytes) -> int:
        """Send the next bytes; how many are there now. Raises ServerRefused, as `attachment-offset` too."""
        headers = {
            "Content-Type": PIECE_TYPE,
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {b64encode(sha256(piece).digest()).decode()}",
        }
        async with self._ask_tus("PATCH", address, headers, (204,), piece) as reply:
            return _offset_of(reply)

    async def end_upload(self, address: str) -> None:
        """Nobody asks for it any more: the server need not keep what came of it."""
        async with self._ask_tus("DELETE", address, {}, (204, *GONE)):
            pass

    @asynccontextmanager
    async def read_content(self, row: NamingRow, offset: int) -> AsyncIterator[Reply]:
        """The content that a row names, from that byte on (206), or whole (200)."""
        etag = f'"sha256-{row.sha256}"'
        part = {"Range": f"bytes={offset}-", "If-Range": etag} if offset else {}
        async with self._ask("GET", _address_in(row), part, (200, 206)) as reply:
            if reply.headers.get("etag") != etag:
                raise NotTwinbase("It answered with another content than the one that was asked for.")
            yield reply

    @asynccontextmanager
    async def read_preview(self, row: NamingRow) -> AsyncIterator[Reply]:
        """The small picture that the server has made of it."""
        async with self._ask("GET", _address_in(row), {}, (200,), params={"preview": "1"}) as reply:
            if reply.headers.get("etag") != f'"sha256-{row.sha256}-preview"':
                raise NotTwinbase("It answered with another preview than the one that was asked for.")
            yield reply

    @asynccontextmanager
    async def _ask_tus(
        self, method: str, path: str, headers: Mapping[str, str], expected: Collection[int], content: bytes = b""
    ) -> AsyncIterator[Reply]:
        async with self._ask(method, path, {**TUS, **headers}, expected, content) as reply:
            if reply.headers.get("tus-resumable") != TUS["Tus-Resumable"]:
                raise NotTwinbase(f"It answered {reply.status}, and speaks no tus.")
            yield reply

    @asynccontextmanager
    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        expected: Collection[int],
        content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Reply]:
        caller = await self._callers.make_caller()
        async with AsyncExitStack() as stack:
            for attempt in range(2):
                asked = self._server.send(
                    method, path, caller, headers=headers, expected=expected, content=content, params=params
                )
                try:
                    reply = await stack.enter_async_context(asked)
                    break
                except NotSignedIn:
                    if attempt:
                        raise
                    caller = await self._callers.renew_caller(caller)
            yield reply


def _address_in(row: NamingRow) -> str:
    key = urlsafe_b64encode(row.key.encode()).decode().rstrip("=")
    return f"{FILES}/{row.twin}/{row.name}/{key}"


def _address_of(reply: Reply) -> str:
    """What follows `/api/v1/` of a Location, wherever a proxy has put that."""
    _, found, route = reply.headers.get("location", "").partition(API)
    if not found or not route.startswith(f"{FILES}/"):
        raise NotTwinbase("It did not say where the upload goes.")
    return route


def _offset_of(reply: Reply) -> int:
    said = reply.headers.get("upload-offset", "")
    if not said.isdecimal():
        raise NotTwinbase("It did not say how much of the upload is there.")
    return int(said)
