"""Sessions over HTTP: go on with one, list one's own, end them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from twinbase.identity import Identity
from twinbase.protocol import EndAnswer, LoginAnswer, RefreshRequest, SessionAnswer, SessionsAnswer
from twinbase_server.database.connection import Connection
from twinbase_server.devices.proof import check_not_wiped
from twinbase_server.http.access import open_to_anybody
from twinbase_server.http.caller import ServingDep, SignedInDep, check_protocol_and_app
from twinbase_server.http.plugin_failures import translate_plugin_failure
from twinbase_server.http.serving import Serving
from twinbase_server.problems import describe_problems
from twinbase_server.revocation import check_still_admitted, read_claims_version
from twinbase_server.sessions.begin import SigningDevice, begin_on_device
from twinbase_server.sessions.refresh import Refreshed, refresh_session
from twinbase_server.sessions.refresh_token import RefreshToken
from twinbase_server.sessions.store import (
    Session,
    end_session,
    end_sessions,
    find_account,
    list_sessions,
    read_device_names,
)

SIGNED_OUT = "It was signed out."
ENDED_BY_OWNER = "It was ended from another of the account's devices."
_SIGNED = ("token-invalid", "token-expired", "session-ended", "other-account", "device-revoked", "device-wiped")
_PASSING = ("too-busy", "database-unavailable")
router = APIRouter(prefix="/auth", tags=["auth"])


class EndRequest(BaseModel):
    """Which session of one's own to end; none: all but the one that asks."""

    model_config = ConfigDict(extra="forbid")
    session: UUID | None = None


async def begin_answered(
    serving: Serving,
    connection: Connection,
    identity: Identity,
    device: SigningDevice,
    claims_version: int | None,
    now: datetime,
) -> LoginAnswer:
    """Begin a session for somebody who has shown who they are, and give the device its tokens.

    `claims_version`: read before the claims were.
    """
    session = await begin_on_device(connection, identity, device, serving.session_life, now)
    refresh = serving.refresh_tokens.make(RefreshToken(session, 0, ""))
    return _answer(serving, identity, device.replica, session, refresh, claims_version, now)


@router.post(
    "/refresh",
    response_model=LoginAnswer,
    dependencies=[open_to_anybody("whoever asks shows a refresh token of the device")],
    responses=describe_problems(
        "bad-request",
        "garbled",
        "session-ended",
        "other-device",
        "device-revoked",
        "device-wiped",
        "other-account",
        "body-too-large",
        "media-type",
        "upgrade-required",
        "plugin-failed",
        *_PASSING,
    ),
)
async def renew_session(
    body: RefreshRequest, serving: ServingDep, _: Annotated[None, Depends(check_protocol_and_app)]
) -> LoginAnswer:
    """Go on with a session: a new access token, and the refresh token that follows the one that is shown.

    When no answer comes, the same request again gets the same one.
    """
    now = serving.clock()
    async with serving.borrow_connection() as connection:
        await check_not_wiped(connection, serving.refresh_tokens, body)
        shown = serving.refresh_tokens.read(body.refresh_token)
        subject = await find_account(connection, shown.session)
        version = await read_claims_version(connection, subject or "")
        with translate_plugin_failure("twinbase_identify_again", "session-ended"):
            done = await refresh_session(
                connection, serving.plugins, serving.refresh_tokens, body, serving.session_life, now
            )
        await check_still_admitted(connection, _Refreshing(done, body.replica, version))
    return _answer(serving, done.identity, body.replica, done.session.id, done.refresh_token, version, now)


@router.get("/sessions", response_model=SessionsAnswer, responses=describe_problems(*_SIGNED, *_PASSING))
async def read_sessions(who: SignedInDep, serving: ServingDep) -> SessionsAnswer:
    """One's own sessions: on which devices one is signed in, and since when."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who)
        sessions = await list_sessions(connection, who.identity.subject)
        names = await read_device_names(connection, [session.replica for session in sessions])
    return SessionsAnswer(
        sessions=[_shown(session, names.get(session.replica, ""), who.session) for session in sessions]
    )


@router.post("/sessions/end", response_model=EndAnswer, responses=describe_problems("bad-request", *_SIGNED, *_PASSING))
async def end_own_sessions(body: EndRequest, who: SignedInDep, serving: ServingDep) -> EndAnswer:
    """End one of one's own sessions, or all but the one that asks; what is unsent on their devices is kept there."""
    subject, now = who.identity.subject, serving.clock()
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who)
        if body.session is None:
            return EndAnswer(ended=await end_sessions(connection, subject, ENDED_BY_OWNER, now, but=who.session))
        ended = await end_session(connection, body.session, ENDED_BY_OWNER, now, account=subject)
    return EndAnswer(ended=int(ended))


@router.post("/sign-out", response_model=EndAnswer, responses=describe_problems(*_SIGNED, *_PASSING))
async def sign_out(who: SignedInDep, serving: ServingDep) -> EndAnswer:
    """End the session that asks."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who)
        ended = who.session is not None and await end_session(connection, who.session, SIGNED_OUT, serving.clock())
    return EndAnswer(ended=int(ended))


class _Refreshing:
    """Whoever has just refreshed, as the token to come will say."""

    def __init__(self, done: Refreshed, replica: UUID, claims_version: int | None) -> None:
        self.identity, self.replica, self.session = done.identity, replica, done.session.id
        self.claims_version = claims_version


def _answer(
    serving: Serving,
    identity: Identity,
    replica: UUID,
    session: UUID,
    refresh_token: str,
    claims_version: int | None,
    now: datetime,
) -> LoginAnswer:
    return LoginAnswer(
        token=serving.tokens.make(identity, replica, now, session=session, claims_version=claims_version),
        expires_in_seconds=int(serving.tokens.lifetime.total_seconds()),
        subject=identity.subject,
        claims=dict(identity.claims),
        refresh_token=refresh_token,
        session=str(session),
    )


def _shown(session: Session, device_name: str, asking: UUID | None) -> SessionAnswer:
    return SessionAnswer(
        session=str(session.id),
        device_name=device_name,
        replica=session.replica,
        made_at=session.made_at,
        used_at=session.used_at,
        ends_at=session.ends_at,
        is_this=session.id == asking,
    )
