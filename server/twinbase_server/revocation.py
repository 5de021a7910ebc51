"""Whether whoever asks may still ask: a token outlives the device that was cut off, the account that was disabled, the
session that was ended and the claims that were changed.

So every request looks, in the query that it makes anyway or in one of its own.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from twinbase.identity import Identity
from twinbase_server.database.connection import Connection
from twinbase_server.problems import ProblemError

_SENTENCES = {
    "wiped": ("device-wiped", "The office has asked for what is on this device to be destroyed."),
    "revoked": ("device-revoked", "This device was cut off; its unsent work is kept on it."),
    "disabled": ("device-revoked", "This account was disabled; unsent work is kept on its devices."),
    "ended": ("session-ended", "This session was ended. Sign in again; unsent work is kept on the device."),
    "claims": ("token-expired", "What this account may see has changed: ask for a new token."),
}


WIPE_PENDING = "(r.wipe_asked_at IS NOT NULL AND r.wiped_at IS NULL)"
"""SQL: whether a device `r` is to be wiped and has not said that it was."""


def turned_away_sql(session: str, claims_version: str, account: str = "r.account") -> str:
    """SQL: why nobody may ask on a device `r`, NULL when one may. The arguments are SQL too: the session and the
    version of the account's claims as the token says them, NULL in one that says neither.

    A subject of another sign-in has no account here, and a session that is not known was begun in hours that a restore
    took away.
    """
    return (
        f"CASE WHEN {WIPE_PENDING} THEN 'wiped' WHEN coalesce(r.revoked_at, r.wiped_at) IS NOT NULL THEN 'revoked'"
        f" WHEN EXISTS (SELECT FROM twinbase.account a WHERE a.email = {account} AND a.disabled) THEN 'disabled'"
        f" WHEN {session} IS NOT NULL AND NOT EXISTS"
        f" (SELECT FROM twinbase.session s WHERE s.id = {session} AND s.ended_at IS NULL) THEN 'ended'"
        f" WHEN EXISTS (SELECT FROM twinbase.account a WHERE a.email = {account}"
        f" AND a.claims_version <> {claims_version}) THEN 'claims' END"
    )


_ASKED = f"""
SELECT r.account, {turned_away_sql("$3::uuid", "$4::bigint", "$2")} AS turned_away
FROM (SELECT) one LEFT JOIN twinbase.replica r ON r.id = $1
"""


class Asking(Protocol):
    """Whoever asks, as a token says."""

    @property
    def identity(self) -> Identity: ...
    @property
    def replica(self) -> UUID: ...
    @property
    def session(self) -> UUID | None: ...
    @property
    def claims_version(self) -> int | None: ...


_TURNED_AWAY = f"""
SELECT who.i FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
    WITH ORDINALITY AS who (replica, subject, session, claims_version, i)
LEFT JOIN twinbase.replica r ON r.id = who.replica
WHERE r.account IS DISTINCT FROM who.subject
    OR {turned_away_sql("who.session", "who.claims_version")} IS NOT NULL
"""


async def find_turned_away(connection: Connection, asking: Sequence[Asking]) -> set[int]:
    """Of many who ask, the places of those who may not any more: one question for all of them."""
    columns = zip(
        *((who.replica, who.identity.subject, who.session, who.claims_version) for who in asking), strict=True
    )
    rows = await connection.fetch(_TURNED_AWAY, *map(list, columns)) if asking else []
    return {row["i"] - 1 for row in rows}


async def check_still_admitted(connection: Connection, who: Asking) -> None:
    """Raises the problem of a token whose device, account, session or claims are not what they were any more."""
    row = await connection.fetchrow(_ASKED, who.replica, who.identity.subject, who.session, who.claims_version)
    assert row is not None
    check_device(row["account"] or who.identity.subject, who, row["turned_away"])


def check_device(account: str, who: Asking, turned_away: str | None) -> None:
    """Raises the problem of whoever asks on a device that is another account's, or is turned away for this."""
    if account != who.identity.subject:
        raise ProblemError("other-account", "This device's file belongs to another account. Sign in with that one.")
    turn_away(who.replica, turned_away)


def turn_away(replica: UUID, turned_away: str | None) -> None:
    """Raises the problem of a device that is turned away for this; None: it is not."""
    if turned_away == "wiped":
        raise ProblemError(*_SENTENCES[turned_away], replica=str(replica))
    if turned_away is not None:
        raise ProblemError(*_SENTENCES[turned_away])


async def read_claims_version(connection: Connection, subject: str) -> int | None:
    """How often the claims of an account have changed; None for a subject that has no account here.

    Read it before the claims: a token may say an older version than its claims are of, and never a newer one.
    """
    query = "SELECT claims_version FROM twinbase.account WHERE email = $1"
    version: int | None = await connection.fetchval(query, subject) if "\x00" not in subject else None
    return version
