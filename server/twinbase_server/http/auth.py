"""Signing in, and who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from twinbase.identity import Credentials
from twinbase.protocol import LoginAnswer, LoginRequest
from twinbase_server.database.admission import check_still_admitted
from twinbase_server.http.caller import ServingDep, SignedInDep, check_admission
from twinbase_server.http.tokens import bind_device
from twinbase_server.problems import ProblemError, describe_problems

# A plugin may ask for a badge or a PIN in place of either.
_MISTYPED = "The name and the password or PIN do not belong together: type them again, or ask the office."
router = APIRouter(prefix="/auth", tags=["auth"])


class Me(BaseModel):
    """Who the token names."""

    subject: str
    claims: dict[str, Any]
    replica: str
    expires_at: str


@router.post(
    "/login",
    response_model=LoginAnswer,
    responses=describe_problems(
        "bad-request",
        "garbled",
        "credentials-wrong",
        "other-account",
        "device-revoked",
        "body-too-large",
        "media-type",
        "upgrade-required",
        "too-busy",
        "database-unavailable",
    ),
)
async def sign_in(body: LoginRequest, serving: ServingDep, _: Annotated[None, Depends(check_admission)]) -> LoginAnswer:
    """Sign in on a device. The device is bound to the account from now on."""
    now = serving.clock()
    async with serving.lanes.sign_ins.enter_lane(), serving.borrow_connection() as connection:
        identity = await serving.plugins.authenticate(Credentials(body.email, body.password), connection)
        if identity is None:
            raise ProblemError("credentials-wrong", _MISTYPED)
        await bind_device(connection, identity, body.replica, body.device_name, now)
    return LoginAnswer(
        token=serving.tokens.make(identity, body.replica, now),
        expires_in_seconds=int(serving.tokens.lifetime.total_seconds()),
        subject=identity.subject,
        claims=dict(identity.claims),
    )


@router.get(
    "/me",
    response_model=Me,
    responses=describe_problems(
        "token-invalid", "token-expired", "other-account", "device-revoked", "too-busy", "database-unavailable"
    ),
)
async def read_me(who: SignedInDep, serving: ServingDep) -> Me:
    """Who the token names, and until when."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who.identity, who.replica)
    return Me(
        subject=who.identity.subject,
        claims=dict(who.identity.claims),
        replica=str(who.replica),
        expires_at=who.expires_at.isoformat(),
    )
