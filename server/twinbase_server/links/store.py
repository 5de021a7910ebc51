"""Links are kept: made, found, used once, ended, forgotten."""

import json
from datetime import datetime, timedelta

import asyncpg

from twinbase.errors import TwinbaseError
from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.links.link import OneTimeLink, hash_secret, make_secret
from twinbase_server.sessions.store import end_sessions

PASSWORD_CHANGED = "The password was changed."
FORGOTTEN_AFTER = timedelta(days=90)
"""For so long it can be seen who was invited by whom, and whether the link was used."""


class AccountExists(TwinbaseError):
    """There is an account with this e-mail already. `twinbase user reset` gives it a link for another password."""


class AccountMissing(TwinbaseError):
    """There is no account with this e-mail, or it is disabled. `twinbase user list` shows which there are."""


async def make_link(connection: Connection, link: OneTimeLink, made_by: str, now: datetime) -> str:
    """The secret of a new link, which is told here and never again. Older links of the account end.

    Raises AccountExists for one that makes an account which is there, AccountMissing for a reset of one that is not, or
    is disabled.
    """
    account, secret = normalise_email(link.account), make_secret()
    claims = json.dumps(dict(link.claims))
    async with connection.transaction():
        await take_turn(connection, account)
        admitted = await connection.fetchval("SELECT NOT disabled FROM twinbase.account WHERE email = $1", account)
        if link.makes_account and admitted is not None:
            raise AccountExists(account)
        if not link.makes_account and not admitted:
            raise AccountMissing(account)
        await connection.fetch(_END, account, now)
        await connection.execute(
            _MAKE, hash_secret(secret), link.kind, account, link.name, claims, made_by, now, link.ends_at
        )
    return secret


async def find_link(connection: Connection, secret: str, now: datetime) -> OneTimeLink | None:
    """What a link would give; None for one that is unknown, was used, or has ended. Nothing is used up."""
    row = await connection.fetchrow(_FIND, hash_secret(secret), now)
    return _read(row) if row is not None else None


async def use_link(connection: Connection, secret: str, password_hash: str, now: datetime) -> OneTimeLink | None:
    """Give the account its password, and use the link up; None where that cannot be done (any more). A reset ends all
    sessions of the account: whoever knows the old password may have opened one.

    Of two who come at once one waits for the other, and then finds the link used.
    """
    async with connection.transaction():
        row = await connection.fetchrow(_USE, hash_secret(secret), now)
        if row is None:
            return None
        link = _read(row)
        if link.makes_account:
            done = await make_account(connection, link.account, password_hash, row["claims"], link.name)
        else:
            done = await connection.fetchval(_RESET, link.account, password_hash)
            await end_sessions(connection, link.account, PASSWORD_CHANGED, now)
    return link if done else None


async def make_account(connection: Connection, account: str, password_hash: str, claims: str, name: str) -> bool:
    """An account of these claims (JSON); False where there is one already."""
    return bool(await connection.fetchval(_MAKE_ACCOUNT, account, password_hash, claims, name))


async def end_links(connection: Connection, account: str, now: datetime) -> int:
    """No link of this account is good any more, nor one that is being made; answers how many were."""
    account = normalise_email(account)
    await take_turn(connection, account)
    return len(await connection.fetch(_END, account, now))


async def take_turn(connection: Connection, account: str) -> None:
    """Until the transaction ends nobody else makes, uses up or ends a link of this account, or the account itself."""
    await connection.execute(_TAKE_TURN, account)


async def forget_links(connection: Connection, now: datetime) -> None:
    """What ended long ago goes."""
    await connection.execute("DELETE FROM twinbase.link WHERE ends_at < $1", now - FORGOTTEN_AFTER)


def _read(row: asyncpg.Record) -> OneTimeLink:
    return OneTimeLink(row["kind"], row["account"], row["ends_at"], json.loads(row["claims"]), row["name"])


_TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase link ' || $1::text, 0))"
_MAKE = """
INSERT INTO twinbase.link (hash, kind, account, name, claims, made_by, made_at, ends_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
"""
_GOOD = "used_at IS NULL AND ends_at > $2"
_FIND = f"SELECT kind, account, name, claims::text, ends_at FROM twinbase.link WHERE hash = $1 AND {_GOOD}"
_USE = f"""
UPDATE twinbase.link SET used_at = $2 WHERE hash = $1 AND {_GOOD}
RETURNING kind, account, name, claims::text, ends_at
"""
_MAKE_ACCOUNT = """
INSERT INTO twinbase.account (email, password_hash, claims, name) VALUES ($1, $2, $3::jsonb, $4)
ON CONFLICT DO NOTHING RETURNING true
"""
_RESET = "UPDATE twinbase.account SET password_hash = $2 WHERE email = $1 AND NOT disabled RETURNING true"
_END = f"UPDATE twinbase.link SET ends_at = $2 WHERE account = $1 AND {_GOOD} RETURNING true"
