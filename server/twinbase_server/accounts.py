"""The built-in sign-in, a plugin like any other: e-mail and password from table twinbase.account."""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from twinbase.errors import Refused
from twinbase.hooks import hookimpl
from twinbase.identity import Credentials, Identity, UncheckedIdentity
from twinbase.postgres import PostgresConnection
from twinbase_server.passwords import hash_password, matches_hash

_FIND = "SELECT password_hash, claims::text, disabled FROM twinbase.account WHERE email = $1"
# Whoever was to choose a password by a link has got one, so the link goes.
_KEEP = """
WITH ended AS (DELETE FROM twinbase.link WHERE account = $1 AND used_at IS NULL)
INSERT INTO twinbase.account (email, password_hash, claims) VALUES ($1, $2, $3::jsonb)
ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash, claims = excluded.claims, disabled = false
"""


@hookimpl
async def twinbase_authenticate(credentials: Credentials, connection: PostgresConnection) -> UncheckedIdentity:
    """The account of this e-mail, if the password is right. An unknown e-mail takes as long as a wrong password."""
    email = normalise_email(credentials.email)
    row = await connection.fetchrow(_FIND, email) if "\x00" not in email else None
    kept = row["password_hash"] if row is not None else None
    admitted = row is not None and not row["disabled"]
    identity = Identity(email, json.loads(row["claims"])) if row is not None and admitted else None
    return UncheckedIdentity(identity, partial(matches_hash, credentials.password, kept))


@hookimpl
async def twinbase_identify_again(identity: Identity, connection: PostgresConnection) -> Identity | None:
    """The account with the claims that it has now; a disabled one is refused, an unknown one is another plugin's."""
    row = await connection.fetchrow(_FIND, identity.subject)
    if row is None:
        return None
    if row["disabled"]:
        raise Refused("disabled", "This account was disabled. Unsent work is kept on its devices.")
    return Identity(identity.subject, json.loads(row["claims"]))


async def save_account(connection: PostgresConnection, email: str, password: str, claims: Mapping[str, Any]) -> None:
    """Make an account, or give it this password and these claims. Raises UnfitPassword."""
    email = normalise_email(email)
    kept = await asyncio.to_thread(hash_password, password, of=email)
    await connection.execute(_KEEP, email, kept, json.dumps(dict(claims)))


def normalise_email(email: str) -> str:
    """As it is kept: without spaces round it, in lower case."""
    return email.strip().lower()
