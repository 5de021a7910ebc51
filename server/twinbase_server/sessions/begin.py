"""Sign somebody in on a device: the device is bound to the account, and a session begins."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from twinbase.identity import Identity
from twinbase_server.database.connection import Connection
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import WIPE_PENDING, turn_away
from twinbase_server.sessions.refresh import SessionLife
from twinbase_server.sessions.store import begin_session, end_replaced_sessions

# A file belongs to one account for ever (H30): the update finds no row when the device is another account's.
_ENROL = f"""
INSERT INTO twinbase.replica AS r (id, account, device_name, last_seen, device_key) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET device_name = coalesce(nullif(excluded.device_name, ''), r.device_name),
    last_seen = excluded.last_seen, device_key = coalesce(excluded.device_key, r.device_key)
WHERE r.account = excluded.account
RETURNING CASE WHEN {WIPE_PENDING} THEN 'wiped'
    WHEN coalesce(r.revoked_at, r.wiped_at) IS NOT NULL THEN 'revoked' END AS turned_away
"""


@dataclass(frozen=True, slots=True)
class SigningDevice:
    """The device on which somebody signs in. `key`: the public half of its own; None where it has none. `replaces`: its
    session of before, as it says."""

    replica: UUID
    name: str
    key: bytes | None = field(default=None, repr=False)
    replaces: UUID | None = None


async def begin_on_device(
    connection: Connection, identity: Identity, device: SigningDevice, life: SessionLife, now: datetime
) -> UUID:
    """The session that begins; raises the problems `other-account`, `device-revoked` and `device-wiped`.

    One transaction: of two sign-ins on one device at once the second waits. A device has few sessions at a time: one
    for each copy of its file, such as a backup that was restored on another phone.
    """
    async with connection.transaction():
        await _bind_device(connection, identity, device, now)
        await end_replaced_sessions(connection, device.replica, device.replaces, now)
        return await begin_session(connection, identity, device.replica, device.key, now, life.ends_at(now, now))


async def _bind_device(connection: Connection, identity: Identity, device: SigningDevice, now: datetime) -> None:
    """Bind a device to the account that signs in on it; refuse a device that is another account's, or cut off."""
    name = device.name.replace("\x00", "")
    row = await connection.fetchrow(_ENROL, device.replica, identity.subject, name, now, device.key)
    if row is None:
        raise ProblemError("other-account", "Open one file per account on this device.")
    turn_away(device.replica, row["turned_away"])
