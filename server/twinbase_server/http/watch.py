"""For whoever watches: health, metrics, and what the server knows of a device."""

import hmac
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.caller import Bearer, CallerDep, ServingDep
from twinbase_server.http.pull import COMMON
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.revocation import check_still_admitted

sync_router = APIRouter(prefix="/sync", tags=["sync"])
router = APIRouter(tags=["watch"])
LOOPBACK = frozenset({"127.0.0.1", "::1"})
_STATUS = """
SELECT r.epoch, r.last_n, r.last_pull,
    (SELECT id FROM twinbase.generation ORDER BY n DESC LIMIT 1) AS generation,
    (SELECT coalesce(json_object_agg(status, many), '{}')::text FROM (
        SELECT status, count(*) AS many FROM twinbase.ledger WHERE replica = r.id GROUP BY 1) s) AS outcomes
FROM twinbase.replica r WHERE r.id = $1
"""


class DeviceStatus(BaseModel):
    """What the server knows of a device. `outcomes`: mutations that the ledger holds, by what became
    of them."""

    generation: str
    epoch: int
    last_n: int
    last_pull: str | None
    outcomes: dict[str, int]
    twins: list[str]


class Health(BaseModel):
    status: str


@sync_router.get("/status", response_model=DeviceStatus, responses=describe_problems(*COMMON))
async def read_status(serving: ServingDep, caller: CallerDep) -> DeviceStatus:
    """How far this device has come."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, caller)
        row = await connection.fetchrow(_STATUS, caller.replica)
    if row is None:
        raise ProblemError("token-invalid", "The server does not know this device: sign in on it again.")
    return DeviceStatus.model_validate(_status(serving.registry.twins, row))


def _status(twins: Any, row: Any) -> dict[str, Any]:
    return {
        "generation": row["generation"] or "",
        "epoch": row["epoch"],
        "last_n": row["last_n"],
        "last_pull": row["last_pull"].isoformat() if row["last_pull"] else None,
        "outcomes": msgspec.json.decode(row["outcomes"]),
        "twins": list(twins),
    }


@router.get(
    "/health",
    response_model=Health,
    dependencies=[open_to_anybody("it says that the server serves, and nothing else")],
    responses=describe_problems("database-unavailable"),
)
async def check_health(serving: ServingDep) -> Health:
    """Whether this server can serve: it answers, and so does its database."""
    await serving.health.check()
    return Health(status="ok")


def check_watcher(request: Request, serving: ServingDep, bearer: Bearer) -> None:
    """Let in whoever has the token for metrics; where none is set, whoever asks from this machine."""
    wanted = serving.settings.metrics_token.get_secret_value()
    if wanted:
        given = bearer.credentials if bearer else ""
        admitted = hmac.compare_digest(given.encode(), wanted.encode())
    else:
        admitted = request.client is not None and request.client.host in LOOPBACK
    if not admitted:
        raise ProblemError("not-found", "There is nothing here.")


@router.get(
    "/metrics",
    response_class=Response,
    dependencies=[open_to_anybody("check_watcher asks for a token of its own, or for this machine")],
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **describe_problems("not-found", "too-busy", "database-unavailable"),
    },
)
async def read_metrics(serving: ServingDep, _: Annotated[None, Depends(check_watcher)]) -> Response:
    """Prometheus's text format. With TWINBASE_METRICS_TOKEN as bearer; without one, from this machine alone."""
    async with serving.borrow_connection() as connection:
        text = await serving.metrics.render_text(connection)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
