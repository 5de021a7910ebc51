"""Somebody comes whom another directory vouches for: to an account that is there, or to one that is made for them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from twinbase.identity import Identity
from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.links.store import make_account, take_turn

WITHOUT_PASSWORD = ""
"""What no password has as its hash: whoever signs in elsewhere has none here until a link gives them one."""


async def read_account(connection: Connection, account: str) -> Identity | None:
    """An account as it may sign in now; None when it is unknown or disabled."""
    claims = await connection.fetchval(_READ, account)
    return None if claims is None else Identity(account, json.loads(claims))


async def admit_person(
    connection: Connection, email: str, now: datetime, *, claims_of_new: Mapping[str, Any] | None = None
) -> Identity | None:
    """The account of this e-mail, which another directory has verified; None for who is not wanted here.

    Where there is none, an open invitation makes it, and is used up; else `claims_of_new` does, if any are given.
    A disabled account stays closed. Call it in a transaction.
    """
    email = normalise_email(email)
    await take_turn(connection, email)
    known = await connection.fetchval("SELECT disabled FROM twinbase.account WHERE email = $1", email)
    if known is None:
        await _make_wanted(connection, email, now, claims_of_new)
    return await read_account(connection, email)


async def _make_wanted(
    connection: Connection, email: str, now: datetime, claims_of_new: Mapping[str, Any] | None
) -> None:
    invited = await connection.fetchrow(_USE_INVITATION, email, now)
    if invited is not None:
        await make_account(connection, email, WITHOUT_PASSWORD, invited["claims"], invited["name"])
    elif claims_of_new is not None:
        await make_account(connection, email, WITHOUT_PASSWORD, json.dumps(dict(claims_of_new)), "")


_READ = "SELECT claims::text FROM twinbase.account WHERE email = $1 AND NOT disabled"
_USE_INVITATION = """
UPDATE twinbase.link SET used_at = $2 WHERE account = $1 AND kind <> 'reset'
    AND used_at IS NULL AND ends_at > $2
RETURNING claims::text, name
"""
