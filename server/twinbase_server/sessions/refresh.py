"""Go on with a session: the refresh token that was shown, judged, and the one that follows it.

Of a session one token counts, and the one before it while its successor is unused: an answer that was lost in a dead
zone is no theft, nor are two processes of one device that ask at once. They get the same successor. Any older token has
been used and has been followed by one that was used too: somebody has a copy, and the session ends for both.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from twinbase.identity import Identity
from twinbase.plugins import Plugins
from twinbase.protocol import RefreshRequest
from twinbase_server.database.connection import Connection
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import turn_away
from twinbase_server.sessions.device_key import is_of_device
from twinbase_server.sessions.refresh_token import RefreshToken, RefreshTokens
from twinbase_server.sessions.store import Session, end_session, lock_session, rotate_session

REUSED = "A refresh token was shown that had been used long before: somebody may have a copy of it."
_log = logging.getLogger(__name__)


class Shown(Enum):
    """Which of a session's refresh tokens was shown."""

    PRESENT = "present"
    LAST = "last"
    SPENT = "spent"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long a session lasts: `idle` without a refresh, and `whole` at the very most (None: without an end)."""

    idle: timedelta
    whole: timedelta | None = None

    def ends_at(self, made_at: datetime, now: datetime) -> datetime:
        """When a session ends that is used now."""
        return now + self.idle if self.whole is None else min(now + self.idle, made_at + self.whole)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A session that goes on: who it is of, as of now, and the refresh token to keep."""

    session: Session
    identity: Identity
    refresh_token: str = field(repr=False)


async def refresh_session(
    connection: Connection,
    plugins: Plugins,
    tokens: RefreshTokens,
    request: RefreshRequest,
    life: SessionLife,
    now: datetime,
) -> Refreshed:
    """The session goes on, with the claims that the account has now.

    Raises the problems `session-ended`, `device-revoked` and `other-device`, and what a plugin raises that is asked who
    it is now.
    """
    shown = tokens.read(request.refresh_token)
    async with connection.transaction():
        session = await lock_session(connection, shown.session)
        if session is None:
            raise ProblemError("session-ended", "This server does not know the session. Sign in again.")
        _check_asker(session, request)
        await _check_goes_on(connection, session, now)
        following = _follow(session, shown, request)
        if following is None:
            await end_session(connection, session.id, REUSED, now)
        else:
            identity = await plugins.identify_again(session.identity, connection)
            ends_at = life.ends_at(session.made_at, now)
            await rotate_session(connection, session, following.serial, following.rotation, identity, ends_at, now)
    if following is None:
        _log.warning("Session %s of device %s was ended. %s", session.id, session.replica, REUSED)
        raise ProblemError("session-ended", f"{REUSED} Sign in again.")
    return Refreshed(session, identity, tokens.make(following))


def _check_asker(session: Session, request: RefreshRequest) -> None:
    """Whoever asks must be the device: a token alone is worth nothing, and spoils nothing either."""
    if session.replica != request.replica:
        raise ProblemError("other-device", "The session is of another device. Sign in on this one.")
    if session.device_key is not None and not is_of_device(request, session.device_key):
        raise ProblemError("other-device", "The request is not signed by the device's key. Sign in on this device.")


async def _check_goes_on(connection: Connection, session: Session, now: datetime) -> None:
    """Whoever was cut off is told so, and not to sign in again, which would be no use."""
    if session.ended_at is not None:
        revoked = await connection.fetchval(_IS_REVOKED, session.replica)
        turn_away(session.replica, "revoked" if revoked else None)
        raise ProblemError("session-ended", f"{session.ended_why} Sign in again; unsent work is kept on the device.")
    if session.ends_at <= now:
        raise ProblemError("session-ended", "It was not used for too long. Sign in again; unsent work is kept.")


def _follow(session: Session, shown: RefreshToken, request: RefreshRequest) -> RefreshToken | None:
    """The token that follows the one that was shown; None when it is one that must not be shown any more."""
    is_bound = session.device_key is not None
    match _name_shown(session, shown):
        case Shown.PRESENT:
            return RefreshToken(session.id, session.serial + 1, request.rotation)
        case Shown.LAST if is_bound or request.rotation == session.rotation:
            return RefreshToken(session.id, session.serial, session.rotation)
        case Shown.AHEAD if is_bound:
            # The database was restored to a moment of before; the device's key says that it is nobody else.
            return RefreshToken(session.id, shown.serial + 1, request.rotation)
    return None


_IS_REVOKED = "SELECT revoked_at IS NOT NULL FROM twinbase.replica WHERE id = $1"


def _name_shown(session: Session, shown: RefreshToken) -> Shown:
    if shown.serial == session.serial and shown.rotation == session.rotation:
        return Shown.PRESENT
    if shown.serial >= session.serial:
        return Shown.AHEAD
    return Shown.LAST if shown.serial == session.serial - 1 else Shown.SPENT
