"""The reading half of sync: schema, first sync, pull, repair."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.background import BackgroundTask

from twinbase.protocol import STREAM_TYPE, InitialRequest, RepairRequest, SchemaAnswer, SchemaRequest
from twinbase_server.caller import Caller
from twinbase_server.feed import delta, initial, repair
from twinbase_server.feed.cursor import Cursor, Resume
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes, describe_twins
from twinbase_server.http.caller import CallerDep, ServingDep
from twinbase_server.http.device_report import DeviceReport, ReportDep
from twinbase_server.http.serving import Serving
from twinbase_server.http.streaming import Sending, StreamResponse, seal_lines
from twinbase_server.problems import describe_problems
from twinbase_server.revocation import check_still_admitted

router = APIRouter(prefix="/sync", tags=["sync"])

COMMON = (
    "bad-request", "garbled", "protocol", "upgrade-required", "token-invalid", "token-expired", "other-device",
    "session-ended", "other-account", "device-revoked", "device-wiped", "sync-off", "too-busy", "too-slow",
    "database-unavailable",
)  # fmt: skip
STREAM = (*COMMON, "schema-unknown", "claim-missing", "bad-cursor", "generation")
_BEGIN = (
    '{"frame":"begin","protocol":1,"kind":"delta","generation":"5f0c…","time":"2026-05-04T09:00:12+00:00",'
    '"as_of":"2026-05-04T09:00:00+00:00","claims":"a1b2…","epoch":1,"last_n":7,"outcomes":[],"check":"…"}\n'
)
_EXAMPLE = (
    _BEGIN + '{"frame":"page","twin":"customers","rows":1,"rows_check":"…","resume":"…","check":"…"}\n'
    '[[981,196352719281663,"0198c5a0-0000-7000-8000-000000000001","Lyon"]]\n'
    '{"frame":"end","cursor":"…","digests":{"customers":[1,11703534,1400319]},"proven_by_skip":[],"causes":{},"check":"…"}\n'
)
DESCRIBED = 2
"""The revision from which on a device is told of types and rights; an older one takes no member that is new to it."""
NOTHING_SAID = DeviceReport()
TokenParam = Annotated[str, Query(max_length=16_384)]


def _stream_of(*kinds: str) -> dict[int | str, dict[str, Any]]:
    content = {STREAM_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}}
    return {200: {"description": "Lines of JSON, zstd when accepted.", "content": content}, **describe_problems(*kinds)}


@router.post(
    "/schema",
    response_model=SchemaAnswer,
    response_model_exclude_none=True,
    responses=describe_problems(*COMMON, "body-too-large", "media-type"),
)
async def agree_schema(body: SchemaRequest, serving: ServingDep, caller: CallerDep) -> SchemaAnswer:
    """Say which twins and columns a device has; learn which of them travel, and the name of that set."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, caller)
        if serving.readiness.waiting:
            await serving.look_again(connection)
        answer = await serving.schemas.agree(connection, body, caller.identity.subject, serving.clock())
    if caller.revision < DESCRIBED:
        return answer
    return answer.model_copy(update={"described": describe_twins(serving.registry, answer.twins)})


@router.post("/initial", response_class=Response, responses=_stream_of(*STREAM, "body-too-large", "media-type"))
async def run_first_sync(body: InitialRequest, request: Request, serving: ServingDep, caller: CallerDep) -> Response:
    """Everything, page by page. After a cut, ask again with the resume token of the last whole page."""
    resume = serving.context.signer.open(body.resume, Resume) if body.resume else None
    since = resume.first if resume else None

    async def answer(reading: Reading, shapes: FeedShapes) -> AsyncIterator[bytes]:
        async for line in initial.stream_initial(serving.context, reading, initial.plan(body, shapes, resume)):
            yield line

    ask = partial(serving.stream_lines, caller, since, 0, initial.KIND, answer, everything=True)
    return await _answered(request, serving, caller, ask)


@router.get("/pending", response_class=Response, responses=_stream_of(*STREAM))
async def pull(
    request: Request,
    serving: ServingDep,
    caller: CallerDep,
    since: TokenParam,
    report: ReportDep,
    acked: Annotated[int, Query(ge=0, le=2**62)] = 0,
    resume: TokenParam | None = None,
    prove: Annotated[str, Query(pattern="^(all)?$")] = "",
) -> Response:
    """What changed since a cursor. `prove=all`: with the digest of every twin. `acked`: the last batch whose outcomes
    the device has. The others are what it tells the office of itself.
    """
    signer = serving.context.signer
    wanted = delta.Delta(signer.open(since, Cursor), signer.open(resume, Resume) if resume else None, prove == "all")

    async def answer(reading: Reading, shapes: FeedShapes) -> AsyncIterator[bytes]:
        async for line in delta.stream_delta(serving.context, reading, shapes, wanted):
            yield line

    ask = partial(serving.stream_lines, caller, wanted.since, acked, delta.KIND, answer, everything=wanted.prove_all)
    covered = wanted.since.n if wanted.since.epoch == caller.epoch else 0
    return await _answered(request, serving, caller, ask, replace(report, confirmed=max(acked, covered)))


@router.post("/repair", response_class=Response, responses=_stream_of(*STREAM, "body-too-large", "media-type"))
async def send_repair(body: RepairRequest, request: Request, serving: ServingDep, caller: CallerDep) -> Response:
    """The buckets that differ, whole, and the delta since the cursor, from one snapshot."""
    since = serving.context.signer.open(body.cursor, Cursor)
    for twin in set(body.unexplained) & serving.registry.twins.keys():
        serving.metrics.unexplained.labels(twin).inc()

    async def answer(reading: Reading, shapes: FeedShapes) -> AsyncIterator[bytes]:
        repair.check_sums(body.twins, shapes)
        async for line in repair.stream_repair(serving.context, reading, shapes, since, body.twins):
            yield line

    ask = partial(serving.stream_lines, caller, since, body.acked, repair.KIND, answer, everything=True)
    return await _answered(request, serving, caller, ask)


async def _answered(
    request: Request,
    serving: Serving,
    caller: Caller,
    ask: Callable[..., AsyncGenerator[bytes, None]],
    report: DeviceReport = NOTHING_SAID,
) -> Response:
    """The stream, begun; the device's pull is noted when all is sent."""
    accepts = "zstd" in request.headers.get("accept-encoding", "").lower()
    settings, hurry = serving.settings, asyncio.Event()
    level = settings.compression_level if accepts else None
    leave = serving.readers.admit_reader(caller)
    wanted = serving.lanes.streams.is_wanted
    sending = Sending(level, settings.send_seconds, serving.metrics, wanted, hurry, leave)
    noted = BackgroundTask(serving.note_pull, caller, report)
    with serving.metrics.open_seconds.time():
        return await StreamResponse.begin(seal_lines(ask(hurry=hurry)), sending, noted)
