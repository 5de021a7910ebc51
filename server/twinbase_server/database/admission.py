"""Whether whoever asks may still ask: a token outlives the device that was cut off, and the account that was disabled.

So every request looks, in the query that it makes anyway or in one of its own.
"""

from uuid import UUID

from twinbase.identity import Identity
from twinbase_server.database.connection import Connection
from twinbase_server.problems import ProblemError

DISABLED = "EXISTS (SELECT FROM twinbase.account a WHERE a.email = r.account AND a.disabled)"
"""SQL: the account of a device `r` was disabled. A subject of another sign-in has no such account."""
_ASKED = """
SELECT r.account, r.revoked_at IS NOT NULL AS revoked,
    EXISTS (SELECT FROM twinbase.account a WHERE a.email = $2 AND a.disabled) AS disabled
FROM (SELECT) one LEFT JOIN twinbase.replica r ON r.id = $1
"""


async def check_still_admitted(connection: Connection, identity: Identity, replica: UUID) -> None:
    """Raises the problem of a token whose device or account is not admitted any more."""
    row = await connection.fetchrow(_ASKED, replica, identity.subject)
    assert row is not None
    check_device(row["account"] or identity.subject, identity, revoked=row["revoked"], disabled=row["disabled"])


def check_device(account: str, identity: Identity, *, revoked: bool, disabled: bool) -> None:
    """Raises the problem of whoever asks on a device that is another account's, was cut off, or whose account was."""
    if account != identity.subject:
        raise ProblemError("other-account", "This device's file belongs to another account. Sign in with that one.")
    if revoked:
        raise ProblemError("device-revoked", "This device was cut off; its unsent work is kept on it.")
    if disabled:
        raise ProblemError("device-revoked", "This account was disabled; unsent work is kept on its devices.")
