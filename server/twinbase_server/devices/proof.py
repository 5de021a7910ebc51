"""Whether whoever asks is the device that is to be wiped: nobody else learns of it, and nobody else causes anything."""

from uuid import UUID

import asyncpg

from twinbase.protocol import RefreshRequest, wipe_proof
from twinbase_server.database.connection import Connection
from twinbase_server.devices.wipe_ticket import WipeTicket
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import WIPE_PENDING, turn_away
from twinbase_server.sessions.device_key import is_of_device, is_signed
from twinbase_server.sessions.refresh_token import RefreshTokens

_PENDING = f"SELECT r.device_key FROM twinbase.replica r WHERE r.id = $1 AND {WIPE_PENDING}"
_OF_DEVICE = "SELECT EXISTS (SELECT FROM twinbase.session WHERE id = $1 AND replica = $2)"
_ASKED = "SELECT device_key, wipe_asked_at, wiped_at FROM twinbase.replica WHERE id = $1"


async def check_not_wiped(connection: Connection, tokens: RefreshTokens, request: RefreshRequest) -> None:
    """Raises `device-wiped` when the device that asks to go on is to be wiped, however long ago its session ended.

    It is known by its key; one that has none, by any refresh token that was its own.
    """
    row = await connection.fetchrow(_PENDING, request.replica)
    if row is None:
        return
    key = row["device_key"]
    if is_of_device(request, key) if key is not None else await _had_token(connection, tokens, request):
        turn_away(request.replica, "wiped")


async def check_ticket(connection: Connection, ticket: WipeTicket, text: str, proof: str) -> bool:
    """Whether this very wipe is still to be done; False when the device has said that it is.

    Raises `token-invalid` when it was cancelled, and `other-device` when the device has a key and did not sign with it.
    """
    row: asyncpg.Record | None = await connection.fetchrow(_ASKED, ticket.replica)
    if row is None or row["wipe_asked_at"] != ticket.asked_at:
        raise ProblemError("token-invalid", "This wipe was cancelled. Nothing is to be destroyed.")
    if row["device_key"] is not None and not is_signed(wipe_proof(text), proof, row["device_key"]):
        raise ProblemError("other-device", "The request is not signed by the key of the device.")
    return row["wiped_at"] is None


async def _had_token(connection: Connection, tokens: RefreshTokens, request: RefreshRequest) -> bool:
    try:
        session: UUID = tokens.read(request.refresh_token).session
    except ProblemError:
        return False
    return bool(await connection.fetchval(_OF_DEVICE, session, request.replica))
