"""The devices of the office: what is known of each, and what may be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase_server.database.connection import Connection
from twinbase_server.sessions.store import end_session_of_device

REVOKED = "The office has cut this device off."
WIPED = "This device was wiped."


class UnknownDevice(TwinbaseError):
    """There is no such device. `twinbase device list` shows which there are."""


class CannotCancel(TwinbaseError):
    """This wipe cannot be cancelled."""


@dataclass(frozen=True, slots=True)
class OfficeDevice:
    """One device, as the office knows it. What an older app does not tell is None.

    `unsent` and `oldest_unsent`: edits that wait on it, as it said at its last pull.
    """

    id: UUID
    account: str
    device_name: str
    platform: str | None
    app_version: str | None
    schema: str | None
    made_at: datetime
    last_seen: datetime | None
    proven_at: datetime | None
    unsent: int | None
    oldest_unsent: datetime | None
    storage_bytes: int | None
    revoked_at: datetime | None
    wipe_asked_at: datetime | None
    wipe_reached_at: datetime | None
    wiped_at: datetime | None

    @property
    def state(self) -> str:
        """In a word: admitted, revoked, or how far its wipe has come."""
        if self.wiped_at is not None:
            return "wiped"
        if self.wipe_reached_at is not None:
            return "told to wipe"
        if self.wipe_asked_at is not None:
            return "to be wiped"
        return "revoked" if self.revoked_at is not None else "admitted"


async def list_devices(connection: Connection, account: str | None = None) -> Sequence[OfficeDevice]:
    """The devices of an account or of all, the one that was seen last first."""
    return [OfficeDevice(**dict(row)) for row in await connection.fetch(_LIST, account)]


async def read_device(connection: Connection, id: UUID) -> OfficeDevice:
    """One device; raises UnknownDevice."""
    row = await connection.fetchrow(_ONE, id)
    if row is None:
        raise UnknownDevice(f"{id}.")
    return OfficeDevice(**dict(row))


async def find_device(connection: Connection, begins: str) -> OfficeDevice:
    """The device whose id begins so; raises UnknownDevice when none does, or more than one."""
    found = [OfficeDevice(**dict(row)) for row in await connection.fetch(_BEGINS, begins.strip().lower())]
    if len(found) != 1:
        raise UnknownDevice(f"{begins}{': more than one begins so' if found else ''}.")
    return found[0]


async def rename_device(connection: Connection, id: UUID, name: str) -> None:
    """Call it so, until somebody signs in on it under another name."""
    await _update(connection, id, "device_name = $2", name)


async def revoke_device(connection: Connection, id: UUID, now: datetime) -> None:
    """Cut it off: its next request is refused, on every route of every process, and its session is over."""
    async with connection.transaction():
        await _update(connection, id, "revoked_at = coalesce(revoked_at, $2)", now)
        await end_session_of_device(connection, id, REVOKED, now)


async def readmit_device(connection: Connection, id: UUID) -> None:
    """Let it in again: somebody signs in on it, and it sends what it still has."""
    await _update(connection, id, "revoked_at = NULL")


async def wipe_device(connection: Connection, id: UUID, now: datetime) -> None:
    """Ask for it to be wiped at its next contact. Of one that was wiped, nothing is asked any more."""
    await _update(connection, id, "wipe_asked_at = coalesce(wipe_asked_at, $2)", now)


async def cancel_wipe(connection: Connection, id: UUID) -> None:
    """As if it had never been asked for. Raises CannotCancel when the device has been told, or none was asked for."""
    device = await read_device(connection, id)
    if device.wipe_asked_at is None:
        raise CannotCancel("None was asked for.")
    if not await connection.fetchval(_CANCEL, id):
        raise CannotCancel("The device was told; what was on it may be destroyed already. See `twinbase salvage list`.")


async def note_wiped(connection: Connection, id: UUID, now: datetime) -> None:
    """The device says that its key and its file are destroyed."""
    async with connection.transaction():
        await _update(connection, id, "wiped_at = coalesce(wiped_at, $2)", now)
        await end_session_of_device(connection, id, WIPED, now)


async def _update(connection: Connection, id: UUID, change: str, *values: object) -> None:
    found = await connection.fetchval(f"UPDATE twinbase.replica SET {change} WHERE id = $1 RETURNING true", id, *values)
    if not found:
        raise UnknownDevice(f"{id}.")


_COLUMNS = """
id, account, coalesce(device_name, '') AS device_name, platform, app_version, schema_fingerprint AS schema,
created_at AS made_at, last_seen, proven_at, unsent, oldest_outbox AS oldest_unsent, storage_bytes, revoked_at,
wipe_asked_at, wipe_reached_at, wiped_at
"""
_LIST = f"""
SELECT {_COLUMNS} FROM twinbase.replica WHERE ($1::text IS NULL OR account = $1) AND NOT of_office
ORDER BY last_seen DESC NULLS LAST, id
"""
_ONE = f"SELECT {_COLUMNS} FROM twinbase.replica WHERE id = $1 AND NOT of_office"
_BEGINS = f"SELECT {_COLUMNS} FROM twinbase.replica WHERE starts_with(id::text, $1) AND $1 <> '' AND NOT of_office"
_CANCEL = """
UPDATE twinbase.replica SET wipe_asked_at = NULL WHERE id = $1 AND wipe_reached_at IS NULL RETURNING true
"""
