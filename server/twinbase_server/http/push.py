"""The writing half of sync: a batch of mutations in, an outcome for each out."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from twinbase.protocol import PushAnswer
from twinbase_server.accept import AcceptLimits, accept_push
from twinbase_server.http.caller import CallerDep, ServingDep
from twinbase_server.http.pull import COMMON
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/sync", tags=["sync"])
IGNORES_UNKNOWN = 2
"""The revision of the protocol since which a device ignores members that it does not know."""
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Push"},
                "example": {
                    "n": 8,
                    "previous": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "offset_ms": -350,
                    "mutations": [
                        {
                            "id": "0198c5a0-1111-7000-8000-000000000001",
                            "tx": 12,
                            "twin": "interventions",
                            "op": "update",
                            "key": ["0198c5a0-2222-7000-8000-000000000001"],
                            "base": 981,
                            "old": {"status": "planned"},
                            "new": {"status": "done"},
                            "at": "2026-05-04T08:59:30.120000+00:00",
                        }
                    ],
                },
            }
        },
    }
}


@router.post(
    "/mark-synced",
    response_model=PushAnswer,
    openapi_extra=_BODY,
    responses=describe_problems(
        *COMMON,
        "schema-unknown",
        "claim-missing",
        "bad-batch",
        "batch-too-large",
        "body-too-large",
        "media-type",
        "forked",
        "gap",
        "generation",
        "plugin-failed",
        "schema-unknown",
    ),
)
async def push(request: Request, serving: ServingDep, caller: CallerDep) -> Response:
    """Push a batch. Its exact bytes are its name: the same bytes are the same batch, and have the same answer."""
    sent = await request.body()
    settings = serving.settings
    limits = AcceptLimits(
        settings.pool_wait_seconds, settings.lock_seconds, settings.statement_seconds, settings.push_seconds
    )
    # An older server behind the same address would refuse for good what it does not know; so it says so instead.
    agreed = partial(serving.schemas.find, fingerprint=caller.schema) if caller.schema else None
    try:
        async with serving.lanes.pushes.enter_lane():
            answer = await accept_push(
                serving.pool, serving.plugins, caller, sent, serving.clock(), limits, serving.find_waiting, agreed
            )
    except ProblemError as problem:
        serving.metrics.pushes.labels(problem.kind).inc()
        if problem.kind == "forked":
            serving.metrics.forks.inc()
        raise
    serving.metrics.pushes.labels("replayed" if answer.replayed else "accepted").inc()
    hidden = None if caller.revision >= IGNORES_UNKNOWN else {"outcomes": {"__all__": {"decision", "flags"}}}
    body = answer.model_dump_json(exclude=hidden)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
