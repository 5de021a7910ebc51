"""The tus protocol's own words: its headers, read and said (https://tus.io/protocols/resumable-upload)."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Coroutine, Mapping
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from twinbase_server.files.upload import Upload
from twinbase_server.http.files.asking import AskingDep
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError

TUS_VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
_RESUMABLE = {"Tus-Resumable": TUS_VERSION}
AnswerRequest = Callable[[Request], Coroutine[Any, Any, Response]]


class TusRoute(APIRoute):
    """A route that says the protocol's version in its answer."""

    def get_route_handler(self) -> AnswerRequest:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except ProblemError as problem:
                problem.headers |= _RESUMABLE
                raise
            response.headers.update(_RESUMABLE)
            return response

        return answer


async def read_tus_asking(request: Request, who: AskingDep) -> SignedIn:
    """Who asks, in the version that we speak; raises `tus-version`, to whoever is signed in."""
    if request.headers.get("tus-resumable") != TUS_VERSION:
        raise ProblemError("tus-version", headers={"Tus-Version": TUS_VERSION})
    return who


TusDep = Annotated[SignedIn, Depends(read_tus_asking)]


def describe_upload(upload: Upload) -> dict[str, str]:
    """Where an upload stands, in headers."""
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.size),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }


def read_count(name: str, text: str) -> int:
    """A header that counts bytes; raises `bad-request`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ProblemError("bad-request", f"{name} is a whole number of bytes.")
    return int(text)


def read_metadata(text: str) -> Mapping[str, bytes]:
    """Upload-Metadata: names, each with a value in base64; raises `bad-request`."""
    found: dict[str, bytes] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = b64decode(value.strip(), validate=True)
        except ValueError as error:
            raise ProblemError("bad-request", "Upload-Metadata is names, each with a value in base64.") from error
    return found


def check_piece(checksum: str, body: bytes) -> None:
    """Compare Upload-Checksum, where it is given; raises `attachment-checksum`."""
    if not checksum:
        return
    algorithm, _, value = checksum.partition(" ")
    if algorithm != "sha256":
        raise ProblemError("bad-request", "Upload-Checksum is sha256, a space, and the sum in base64.")
    try:
        given = b64decode(value, validate=True)
    except ValueError as error:
        raise ProblemError("bad-request", "Upload-Checksum is sha256, a space, and the sum in base64.") from error
    if hashlib.sha256(body).digest() != given:
        raise ProblemError("attachment-checksum")
