"""Signing in, and who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from twinbase.identity import Credentials, Identity, settle_identity
from twinbase.protocol import LoginAnswer, LoginRequest
from twinbase_server.accounts import normalise_email
from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.caller import ServingDep, SignedInDep, check_protocol_and_app
from twinbase_server.http.plugin_failures import translate_plugin_failure
from twinbase_server.http.serving import Serving
from twinbase_server.http.sessions import begin_answered
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.revocation import check_still_admitted, read_claims_version
from twinbase_server.sessions.begin import SigningDevice
from twinbase_server.sessions.device_key import read_device_key
from twinbase_server.sign_in.attempts import Counts, forgive_attempt, is_known_device, note_attempt, take_attempt_back
from twinbase_server.sign_in.delays import SignInAttempt

# A plugin may ask for a badge or a PIN in place of either.
_MISTYPED = "The name and the password or PIN do not belong together: type them again, or ask the office."
SIGN_IN_PROBLEMS = (
    "bad-request", "garbled", "credentials-wrong", "other-account", "device-revoked", "device-wiped", "body-too-large",
    "media-type", "upgrade-required", "too-many-sign-ins", "plugin-failed", "too-busy", "database-unavailable",
)  # fmt: skip
router = APIRouter(prefix="/auth", tags=["auth"])


class Me(BaseModel):
    """Who the token names. `permissions`: what their role permits now; "*" is everything."""

    subject: str
    claims: dict[str, Any]
    permissions: list[str]
    replica: str
    expires_at: str


@router.post(
    "/login",
    response_model=LoginAnswer,
    dependencies=[open_to_anybody("nobody is signed in yet; guessing is slowed down")],
    responses=describe_problems(*SIGN_IN_PROBLEMS),
)
async def sign_in(
    body: LoginRequest, request: Request, serving: ServingDep, _: Annotated[None, Depends(check_protocol_and_app)]
) -> LoginAnswer:
    """Sign in on a device. The device is bound to the account from now on.

    No connection to PostgreSQL is kept while a password is checked.
    """
    now, email = serving.clock(), normalise_email(body.email)
    async with serving.lanes.sign_ins.enter_lane():
        device = SigningDevice(body.replica, body.device_name, read_device_key(body.device_key), body.replaces)
        async with serving.borrow_connection() as connection:
            known = await is_known_device(connection, body.replica, body.email)
            attempt = SignInAttempt(body.email, read_sender_address(request), body.replica, known)
            counts = await note_attempt(connection, attempt, now)
            version = await read_claims_version(connection, email)
        identity = await _identify(serving, Credentials(body.email, body.password), counts)
        if identity is None:
            raise ProblemError("credentials-wrong", _MISTYPED)
        async with serving.borrow_connection() as connection:
            await forgive_attempt(connection, counts)
            known_version = version if identity.subject == email else None
            return await begin_answered(serving, connection, identity, device, known_version, now)


async def _identify(serving: Serving, credentials: Credentials, counts: Counts) -> Identity | None:
    """Who it is, as plugins say. Where one of them failed nobody has guessed: the attempt does not count."""
    try:
        with translate_plugin_failure("twinbase_authenticate", "credentials-wrong"):
            async with serving.borrow_connection() as connection:
                found = await serving.plugins.find_identities(credentials, connection)
            return await settle_identity(found)
    except ProblemError as problem:
        if problem.kind == "plugin-failed":
            async with serving.borrow_connection() as connection:
                await take_attempt_back(connection, counts)
        raise


def read_sender_address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client is not None else ""


@router.get(
    "/me",
    response_model=Me,
    responses=describe_problems(
        "token-invalid",
        "token-expired",
        "session-ended",
        "other-account",
        "device-revoked",
        "device-wiped",
        "too-busy",
        "database-unavailable",
    ),
)
async def read_me(who: SignedInDep, serving: ServingDep) -> Me:
    """Who the token names, and until when."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who)
    return Me(
        subject=who.identity.subject,
        claims=dict(who.identity.claims),
        permissions=sorted(who.identity.permissions or ()),
        replica=str(who.replica),
        expires_at=who.expires_at.isoformat(),
    )
