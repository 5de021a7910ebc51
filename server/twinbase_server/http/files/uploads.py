"""Content is brought: an upload begins, is asked where it stands, gets its pieces, or ends."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from twinbase.attachment import FAILED
from twinbase_server.files.bounded import bounded_transaction
from twinbase_server.files.known import may_read_content
from twinbase_server.files.named import NOTHING_THERE, ContentSlot, NamedContent, find_named
from twinbase_server.files.receive import translate_store_errors
from twinbase_server.files.settle import give_known_content
from twinbase_server.files.state import say_state
from twinbase_server.files.upload import Upload, begin_upload, end_upload, find_upload, piece_folder, wrong_offset
from twinbase_server.http.access import needs_sign_in
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.files.asking import ASKING_PROBLEMS, read_slot
from twinbase_server.http.files.tus import (
    EXTENSIONS,
    PIECE_TYPE,
    TUS_VERSION,
    TusDep,
    TusRoute,
    check_piece,
    describe_upload,
    read_count,
    read_metadata,
)
from twinbase_server.http.serving import Serving
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(route_class=TusRoute)
_PROBLEMS = (*ASKING_PROBLEMS, "bad-request", "not-found", "tus-version")
_COUNTED = {"attachment-refused": "refused", "store-full": "store-full", "store-down": "store-down"}
_OFFSET = {"headers": {"Upload-Offset": {"schema": {"type": "integer"}, "description": "What is durable."}}}


@router.options("", status_code=204, dependencies=[needs_sign_in()], responses=describe_problems(*ASKING_PROBLEMS))
async def describe_tus(serving: ServingDep) -> Response:
    """Which version of tus the server speaks, which of its extensions, and the largest content."""
    limits = [one.bytes_max for twin in serving.registry for one in twin.attachments.values()]
    headers = {
        "Tus-Version": TUS_VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max(limits, default=0)),
        "Tus-Checksum-Algorithm": "sha256",
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={
        201: {"description": "Location: where its pieces go. Upload-Offset: what is there already.", **_OFFSET},
        **describe_problems(*_PROBLEMS, "not-permitted", "attachment-refused", "store-full"),
    },
)
async def begin(
    request: Request,
    who: TusDep,
    serving: ServingDep,
    length: Annotated[str, Header(alias="Upload-Length", max_length=20, examples=["482113"])] = "",
    metadata: Annotated[str, Header(alias="Upload-Metadata", max_length=8192)] = "",
) -> Response:
    """Begin to bring the content that a row names. Upload-Metadata: `twin`, `key` (its JSON array) and `column`, and
    `sha256`, which the content has: by a row that names another by now nothing is begun."""
    size, (slot, brought) = read_count("Upload-Length", length), _read_slot(serving, metadata)
    _check_permission(who, slot)
    now = serving.clock()
    async with serving.borrow_connection() as connection:
        async with bounded_transaction(connection, serving.settings):
            named = await find_named(connection, slot, who.identity, now, brought=brought)
        if named is None or named.sha256 is None or brought not in ("", named.sha256):
            raise ProblemError("not-found", NOTHING_THERE)
        if fault := _find_fault(slot, named, size):
            async with bounded_transaction(connection, serving.settings):
                column, given = slot.attachment.column, named.sha256
                await say_state(connection, slot.twin, column, named.row_key, given, FAILED)
            raise ProblemError("attachment-refused", fault)
        subject = who.identity.subject
        upload = await begin_upload(connection, subject, slot, named, size, serving.settings, now)
        if upload.received == 0 and await may_read_content(
            connection, serving.registry, upload.sha256, who.identity, serving.settings, now
        ):
            upload = await give_known_content(connection, serving.registry, upload, serving.settings, now)
            serving.metrics.files.labels("known").inc()
    headers = {"Location": f"{request.url.path}/uploads/{upload.id}"}
    return Response(status_code=201, headers=headers | describe_upload(upload))


def _read_slot(serving: Serving, metadata: str) -> tuple[ContentSlot, str]:
    """Which slot is meant, and the hash of what is brought, where that is said."""
    given = read_metadata(metadata)
    if missing := {"twin", "key", "column"} - given.keys():
        raise ProblemError("bad-request", f"Upload-Metadata lacks {', '.join(sorted(missing))}.")
    try:
        twin, column = given["twin"].decode(), given["column"].decode()
    except UnicodeDecodeError as error:
        raise ProblemError("bad-request", "Upload-Metadata names twin and column in UTF-8.") from error
    return read_slot(serving, twin, column, given["key"]), given.get("sha256", b"").decode("ascii", "replace")


def _check_permission(who: SignedIn, slot: ContentSlot) -> None:
    """As for rows: content comes from whoever may write them. It says nothing of a row."""
    twin = slot.twin
    if not twin.pushes:
        raise ProblemError("not-permitted", f"{twin.name} is only read on devices: its content comes from the office.")
    if twin.mirror.write and not who.identity.may(twin.mirror.write):
        raise ProblemError("not-permitted", f"No role of yours gives {twin.mirror.write}.")


def _find_fault(slot: ContentSlot, named: NamedContent, size: int) -> str:
    """Why content of this size cannot be what the row names."""
    if size > slot.attachment.bytes_max:
        return f"It has {size} bytes; at most {slot.attachment.bytes_max} are taken."
    if named.said_size is not None and named.said_size != size:
        return f"It has {size} bytes, and the row says {named.said_size}."
    return "" if size else "It is empty."


@router.head("/uploads/{id}", response_class=Response, responses=describe_problems(*_PROBLEMS))
async def read_offset(id: UUID, who: TusDep, serving: ServingDep) -> Response:
    """Where an upload stands: what it has so far is in Upload-Offset."""
    return Response(headers=describe_upload(await _find(serving, id, who)))


@router.patch(
    "/uploads/{id}",
    status_code=204,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses={
        204: {"description": "The piece is durable.", **_OFFSET},
        **describe_problems(
            *_PROBLEMS, "attachment-offset", "attachment-checksum", "attachment-refused", "body-too-large",
            "media-type", "store-full", "too-slow",
        ),
    },
)  # fmt: skip
async def take_piece(
    id: UUID,
    request: Request,
    who: TusDep,
    serving: ServingDep,
    offset: Annotated[str, Header(alias="Upload-Offset", max_length=20, examples=["0"])] = "",
    checksum: Annotated[str, Header(alias="Upload-Checksum", max_length=200)] = "",
) -> Response:
    """The next bytes of an upload, durable when the answer comes. The last ones finish it."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != PIECE_TYPE:
        raise ProblemError("media-type", f"A piece is {PIECE_TYPE}.")
    start, body = read_count("Upload-Offset", offset), await request.body()
    upload = await _find(serving, id, who)
    if start != upload.received:
        raise wrong_offset()
    if start + len(body) > upload.size:
        raise ProblemError("body-too-large", f"The upload has {upload.size - start} bytes to come.")
    check_piece(checksum, body)
    if body:
        await _receive(serving, upload, body)
    return Response(status_code=204, headers=describe_upload(await _find(serving, id, who)))


async def _receive(serving: Serving, upload: Upload, body: bytes) -> None:
    async with serving.lanes.pieces.enter_lane():
        try:
            await serving.receiver.receive_piece(upload, body, serving.clock())
        except ProblemError as problem:
            if result := _COUNTED.get(problem.kind):
                serving.metrics.files.labels(result).inc()
            raise
    serving.metrics.files_received.inc(len(body))
    if upload.received + len(body) == upload.size:
        serving.metrics.files.labels("stored").inc()


@router.delete("/uploads/{id}", status_code=204, response_class=Response, responses=describe_problems(*_PROBLEMS))
async def end(id: UUID, who: TusDep, serving: ServingDep) -> Response:
    """End an upload: what came of it goes. What is finished stays, by the row that names it."""
    upload = await _find(serving, id, who)
    async with serving.borrow_connection() as connection:
        await end_upload(connection, upload)
    with translate_store_errors():
        store = serving.require_store()
        async for one in store.list_objects(piece_folder(id)):
            await store.remove(one.name)
    return Response(status_code=204)


async def _find(serving: Serving, id: UUID, who: SignedIn) -> Upload:
    async with serving.borrow_connection() as connection:
        return await find_upload(connection, id, who.identity.subject, serving.clock())
