"""Who may sign in, and who was asked to: accounts and open invitations, listed, disabled, enabled, changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.links.store import AccountMissing, end_links
from twinbase_server.sessions.store import end_sessions


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An account, or one that an open invitation will make.

    `last_seen`: when one of its devices spoke to the server. `link`, `link_ends_at`: of an open link, if there is one.
    """

    email: str
    name: str
    state: str
    claims: Mapping[str, Any]
    made_at: datetime
    last_seen: datetime | None
    link: str | None
    link_ends_at: datetime | None


async def list_people(connection: Connection, now: datetime) -> list[KnownPerson]:
    """Everybody, by e-mail. `state` is active, disabled, or invited."""
    rows = await connection.fetch(_LIST, now)
    return [KnownPerson(**{**row, "claims": json.loads(row["claims"])}) for row in map(dict, rows)]


async def read_claims(connection: Connection, email: str, now: datetime) -> Mapping[str, Any] | None:
    """What an account may do, disabled or not, or will that an open invitation makes; None where there is neither."""
    claims = await connection.fetchval(_CLAIMS, email, now)
    return None if claims is None else dict(json.loads(claims))


async def disable_account(connection: Connection, email: str, now: datetime) -> None:
    """From now on every request of it is refused, in every process; its sessions end, and its links. An invitation that
    was not used is taken back. Raises AccountMissing where there is neither."""
    email = normalise_email(email)
    async with connection.transaction():
        found = await connection.fetchval(_SET_DISABLED, email, True)
        ended = await end_links(connection, email, now)
        await end_sessions(connection, email, "The account was disabled.", now)
    if not found and not ended:
        raise AccountMissing(email)


async def enable_account(connection: Connection, email: str) -> None:
    """It may sign in again, with the password that it had. Raises AccountMissing."""
    await _expect(connection, normalise_email(email), _SET_DISABLED, False)


async def rename_account(connection: Connection, email: str, name: str) -> None:
    """What people read that it is called; its e-mail, to which devices are bound, stays. Raises AccountMissing."""
    await _expect(connection, normalise_email(email), _RENAME, name.strip())


async def change_claims(
    connection: Connection, email: str, claims: Mapping[str, Any], drop: Sequence[str]
) -> Mapping[str, Any]:
    """Give an account these claims, take those from it, and answer what it has now. Raises AccountMissing."""
    email = normalise_email(email)
    changed = await connection.fetchval(_CHANGE, email, json.dumps(dict(claims)), list(drop))
    if changed is None:
        raise AccountMissing(email)
    now: Mapping[str, Any] = json.loads(changed)
    return now


async def _expect(connection: Connection, email: str, statement: str, value: object) -> None:
    if not await connection.fetchval(statement, email, value):
        raise AccountMissing(email)


_CLAIMS = """
SELECT coalesce(
    (SELECT claims FROM twinbase.account WHERE email = $1),
    (SELECT claims FROM twinbase.link WHERE account = $1 AND kind <> 'reset' AND used_at IS NULL AND ends_at > $2),
    -- Of another directory: what it said last.
    (SELECT claims FROM twinbase.session WHERE account = $1 ORDER BY made_at DESC LIMIT 1)
)::text
"""
_SET_DISABLED = "UPDATE twinbase.account SET disabled = $2 WHERE email = $1 RETURNING true"
_RENAME = "UPDATE twinbase.account SET name = $2 WHERE email = $1 RETURNING true"
_CHANGE = """
UPDATE twinbase.account SET claims = (claims - $3::text[]) || $2::jsonb WHERE email = $1 RETURNING claims::text
"""
_LIST = """
SELECT coalesce(a.email, l.account) AS email, coalesce(nullif(a.name, ''), l.name, '') AS name,
    CASE WHEN a.email IS NULL THEN 'invited' WHEN a.disabled THEN 'disabled' ELSE 'active' END AS state,
    coalesce(a.claims, l.claims)::text AS claims, coalesce(a.created_at, l.made_at) AS made_at,
    (SELECT max(r.last_seen) FROM twinbase.replica r WHERE r.account = a.email) AS last_seen,
    l.kind AS link, l.ends_at AS link_ends_at
FROM twinbase.account a
FULL JOIN (SELECT * FROM twinbase.link WHERE used_at IS NULL AND ends_at > $1) l ON l.account = a.email
ORDER BY 1
"""
