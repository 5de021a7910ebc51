"""Sessions in PostgreSQL: begun by a sign-in, gone on with by a refresh, ended by anybody who may."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from twinbase.identity import Identity
from twinbase_server.database.connection import Connection

SESSIONS_OF_DEVICE_MAX = 4
KEPT_ENDED = timedelta(days=30)
"""How long a session that has ended is still shown, and why it has."""


ENDED_BY_OFFICE = "The office ended it."


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device. `serial` and `rotation`: of the refresh token that counts."""

    id: UUID
    account: str
    replica: UUID
    claims: dict[str, Any]
    made_at: datetime
    used_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_why: str | None
    serial: int
    rotation: str
    device_key: bytes | None = field(repr=False)

    @property
    def identity(self) -> Identity:
        """Who signed in, as it was then."""
        return Identity(self.account, self.claims)


async def begin_session(
    connection: Connection,
    identity: Identity,
    replica: UUID,
    device_key: bytes | None,
    now: datetime,
    ends_at: datetime,
) -> UUID:
    """A session more. Answers its id."""
    claims, id = json.dumps(dict(identity.claims)), uuid4()
    await connection.execute(_BEGIN, id, identity.subject, replica, device_key, claims, now, ends_at)
    return id


async def end_replaced_sessions(connection: Connection, replica: UUID, replaced: UUID | None, now: datetime) -> None:
    """End the session of this device that another one replaces, and those that were longest unused, so that
    with the one to come there are not too many."""
    why = "Somebody signed in on this device again."
    await connection.execute(_END_REPLACED, replica, now, why, replaced, SESSIONS_OF_DEVICE_MAX - 1)


async def lock_session(connection: Connection, id: UUID) -> Session | None:
    """The session, locked until the transaction ends: two refreshes of one session come one after the other."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM twinbase.session WHERE id = $1 FOR UPDATE", id)
    return None if row is None else _session_of(row)


async def rotate_session(
    connection: Connection,
    session: Session,
    serial: int,
    rotation: str,
    identity: Identity,
    ends_at: datetime,
    now: datetime,
) -> None:
    """From now on the refresh token of this number counts, and the session lasts until then."""
    claims = json.dumps(dict(identity.claims))
    await connection.execute(_ROTATE, session.id, serial, rotation, claims, now, ends_at)


async def find_account(connection: Connection, id: UUID) -> str | None:
    """Whose session it is, whether it goes on or not; None for one that is unknown."""
    account: str | None = await connection.fetchval("SELECT account FROM twinbase.session WHERE id = $1", id)
    return account


async def list_sessions(
    connection: Connection, account: str | None = None, *, ended: bool = False
) -> Sequence[Session]:
    """The sessions of an account or of all, the newest first; with those that have `ended` lately."""
    rows = await connection.fetch(_LIST, account, ended)
    return [_session_of(row) for row in rows]


async def read_device_names(connection: Connection, replicas: Sequence[UUID]) -> dict[UUID, str]:
    """What these devices are called."""
    rows = await connection.fetch("SELECT id, device_name FROM twinbase.replica WHERE id = ANY ($1)", replicas)
    return {row["id"]: row["device_name"] or "" for row in rows}


async def end_session(connection: Connection, id: UUID, why: str, now: datetime, *, account: str | None = None) -> bool:
    """End one session, of this account if one is given; answers whether there was one to end."""
    status = await connection.execute(_END_ONE, id, now, why, account)
    return bool(status != "UPDATE 0")


async def end_sessions(
    connection: Connection, account: str, why: str, now: datetime, *, but: UUID | None = None
) -> int:
    """End all sessions of an account, `but` one perhaps; answers how many."""
    status = await connection.execute(_END_OF_ACCOUNT, account, now, why, but)
    return int(status.rpartition(" ")[2])


async def end_session_of_device(connection: Connection, replica: UUID, why: str, now: datetime) -> None:
    """End the sessions that a device has."""
    await connection.execute(_END_OF_REPLICA, replica, now, why)


async def forget_sessions(connection: Connection, now: datetime) -> None:
    """Delete what has been over for a while."""
    await connection.execute(_FORGET, now - KEPT_ENDED)


def _session_of(row: asyncpg.Record) -> Session:
    return Session(**{**row, "claims": json.loads(row["claims"])})


_COLUMNS = (
    "id, account, replica, claims::text, made_at, used_at, ends_at, ended_at, ended_why, serial, rotation, device_key"
)
_BEGIN = """
INSERT INTO twinbase.session (id, account, replica, device_key, claims, made_at, used_at, ends_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $6, $7)
"""
_ROTATE = """
UPDATE twinbase.session SET serial = $2, rotation = $3, claims = $4::jsonb, used_at = $5, ends_at = $6 WHERE id = $1
"""
_LIST = f"""
SELECT {_COLUMNS} FROM twinbase.session
WHERE ($1::text IS NULL OR account = $1) AND ($2 OR ended_at IS NULL) ORDER BY used_at DESC, id
"""
_END_REPLACED = """
UPDATE twinbase.session SET ended_at = $2, ended_why = $3
WHERE replica = $1 AND ended_at IS NULL AND (id = $4 OR id IN (
    SELECT id FROM twinbase.session WHERE replica = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $4
    ORDER BY used_at DESC, made_at DESC, id OFFSET $5))
"""
_END_OF_REPLICA = "UPDATE twinbase.session SET ended_at = $2, ended_why = $3 WHERE replica = $1 AND ended_at IS NULL"
_END_ONE = """
UPDATE twinbase.session SET ended_at = $2, ended_why = $3
WHERE id = $1 AND ended_at IS NULL AND ($4::text IS NULL OR account = $4)
"""
_END_OF_ACCOUNT = """
UPDATE twinbase.session SET ended_at = $2, ended_why = $3
WHERE account = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $4
"""
# A device that is to be wiped may have nothing but its last session to be known by.
_FORGET = """
DELETE FROM twinbase.session WHERE coalesce(ended_at, ends_at) < $1 AND replica NOT IN (
    SELECT id FROM twinbase.replica WHERE wipe_asked_at IS NOT NULL AND wiped_at IS NULL)
"""
