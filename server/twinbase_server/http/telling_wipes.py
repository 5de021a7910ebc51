"""Telling a device that it is to be wiped, on whichever route it comes: with a ticket, and noted as told."""

from uuid import UUID

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from twinbase_server.database.errors import DATABASE_ERRORS, database_problem
from twinbase_server.devices.wipe_ticket import WipeTicket
from twinbase_server.http.serving import Serving
from twinbase_server.problems import ProblemError, problem_response
from twinbase_server.revocation import WIPE_PENDING, turn_away

_IS_PENDING = f"SELECT EXISTS (SELECT FROM twinbase.replica r WHERE r.id = $1 AND {WIPE_PENDING})"
_TELL = f"""
UPDATE twinbase.replica r SET wipe_reached_at = coalesce(r.wipe_reached_at, $2), last_seen = $2
WHERE r.id = $1 AND {WIPE_PENDING} RETURNING r.wipe_asked_at
"""


async def check_expired(serving: Serving, problem: ProblemError, token: str) -> None:
    """Raises `device-wiped` when it is the token of a device that is to be wiped, and that has only expired."""
    if problem.kind != "token-expired":
        return
    replica = serving.tokens.read_ended(token).replica
    async with serving.borrow_connection() as connection:
        if await connection.fetchval(_IS_PENDING, replica):
            turn_away(replica, "wiped")


async def find_wipe(scope: Scope, problem: ProblemError) -> ProblemError:
    """What to answer before a body is read: that the device is to be wiped, or else the problem."""
    serving: Serving = scope["app"].state.serving
    _, token = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    try:
        await check_expired(serving, problem, token)
    except ProblemError as other:
        return await _tell(serving, other) if other.kind == "device-wiped" else problem
    except DATABASE_ERRORS:
        return problem
    return problem


async def answer_problem_or_wipe(request: Request, error: Exception) -> Response:
    """FastAPI's handler for ProblemError."""
    assert isinstance(error, ProblemError)
    return problem_response(await _tell(request.app.state.serving, error) if error.kind == "device-wiped" else error)


async def _tell(serving: Serving, problem: ProblemError) -> ProblemError:
    """The problem with its ticket. From now on the wipe cannot be cancelled: it may be done the next moment."""
    try:
        return await _make_order(serving, problem)
    except ProblemError as busy:
        return busy
    except DATABASE_ERRORS as error:
        return ProblemError(database_problem(error))


async def _make_order(serving: Serving, problem: ProblemError) -> ProblemError:
    replica = UUID(problem.extra["replica"])
    async with serving.borrow_connection() as connection:
        asked_at = await connection.fetchval(_TELL, replica, serving.clock())
    if asked_at is None:
        return ProblemError("too-busy", "Try again.")
    ticket = serving.wipe_tickets.make(WipeTicket(replica, asked_at))
    keeps = serving.settings.wipe_keeps_unsent
    return ProblemError("device-wiped", problem.detail, ticket=ticket, keeps_unsent=keeps)
