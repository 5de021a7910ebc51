"""Who calls: the headers of a request, read and checked before anything else happens."""

import re
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from twinbase.protocol import (
    HEADER_CLIENT,
    HEADER_DEFERS,
    HEADER_EPOCH,
    HEADER_PROTOCOL,
    HEADER_REPLICA,
    HEADER_REQUEST,
    HEADER_REVISION,
    HEADER_SCHEMA,
    VERSION,
)
from twinbase_server.caller import Caller
from twinbase_server.http.serving import Serving
from twinbase_server.http.telling_wipes import check_expired
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError
from twinbase_server.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="The token of auth/login.")


# What a route depends on is `async def` also where it awaits nothing: FastAPI runs a plain `def` in a thread of a pool,
# which costs more than any of these do.
async def serving_of(request: Request) -> Serving:
    """The application's one Serving."""
    serving: Serving = request.app.state.serving
    return serving


ServingDep = Annotated[Serving, Depends(serving_of)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def read_signed_in(serving: ServingDep, bearer: Bearer) -> SignedIn:
    """Who the token names, with what their role permits now."""
    if bearer is None:
        raise ProblemError("token-invalid", "Send Authorization: Bearer with the token of auth/login.")
    try:
        signed_in = serving.tokens.read(bearer.credentials, serving.clock())
    except ProblemError as problem:
        await check_expired(serving, problem, bearer.credentials)
        raise
    return replace(signed_in, identity=serving.plugins.roles.grant(signed_in.identity))


SignedInDep = Annotated[SignedIn, Depends(read_signed_in)]


async def check_protocol_and_app(
    serving: ServingDep,
    protocol: Annotated[str, Header(alias=HEADER_PROTOCOL, examples=["1"])] = "",
    client: Annotated[str, Header(alias=HEADER_CLIENT, max_length=64, examples=["1.4.0"])] = "",
) -> None:
    """Refuse a protocol or an app that this server does not serve, or everybody when sync is switched off."""
    if not serving.settings.sync_enabled:
        raise ProblemError("sync-off", "The operator has paused sync.")
    if protocol != str(VERSION):
        kind = "upgrade-required" if protocol.isdecimal() else "protocol"
        raise ProblemError(kind, f"This server speaks protocol {VERSION} (header {HEADER_PROTOCOL}).", protocol=VERSION)
    check_client(serving.settings, client)


def check_client(settings: Settings, client: str) -> None:
    """Refuse an app older than the operator admits; one that does not say its version is let in."""
    if settings.minimum_client and client and _numbers(client) < _numbers(settings.minimum_client):
        minimum = settings.minimum_client
        raise ProblemError("upgrade-required", f"Version {minimum} or newer is needed.", minimum=minimum)


def _numbers(version: str) -> list[int]:
    return [int(part[:9]) for part in re.findall(r"[0-9]+", version)]


async def read_caller(
    who: SignedInDep,
    _: Annotated[None, Depends(check_protocol_and_app)],
    replica: Annotated[str, Header(alias=HEADER_REPLICA, examples=["0198c5a0-0000-7000-8000-000000000001"])] = "",
    epoch: Annotated[str, Header(alias=HEADER_EPOCH, examples=["1"])] = "",
    schema: Annotated[str, Header(alias=HEADER_SCHEMA, max_length=64, examples=["90e1f3bb5a1a4c52"])] = "",
    request: Annotated[str, Header(alias=HEADER_REQUEST, max_length=64)] = "",
    revision: Annotated[str, Header(alias=HEADER_REVISION, max_length=9, examples=["2"])] = "",
    defers: Annotated[str, Header(alias=HEADER_DEFERS, max_length=8, examples=["1"])] = "",
) -> Caller:
    """The device and the person that ask, and what the device says of itself."""
    if _uuid(replica) != who.replica:
        raise ProblemError("other-device", "The token was given to another device than the one that uses it.")
    if not epoch.isdecimal() or len(epoch) > 9:
        raise ProblemError("protocol", f"Header {HEADER_EPOCH} is a whole number.")
    safe = re.sub(r"[^0-9A-Za-z._-]", "", request)
    knows = int(revision) if revision.isdecimal() else 1
    return Caller(
        who.identity, who.replica, int(epoch), schema, safe, knows, defers == "1", who.session, who.claims_version
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ProblemError("protocol", f"Header {HEADER_REPLICA} is the UUID of the device's file.") from error


CallerDep = Annotated[Caller, Depends(read_caller)]
