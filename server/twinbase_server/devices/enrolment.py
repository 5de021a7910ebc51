"""Codes by which a device enrols: for one account, for one device, for minutes.

A code is short, so that it can be typed. What it is worth comes from the tries: its first letters say which code is
meant, the others are the secret, and after five tries at them the code is worth nothing, from however many addresses
they came. A try counts before it is looked at, so that a thousand at once are no more than five.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from twinbase.enrolment import CODE_LETTERS, LETTERS, read_code
from twinbase.errors import TwinbaseError, WrongCode
from twinbase_server.database.connection import Connection

PREFIX_LETTERS = 3
TRIES = 5
"""At 25 bits of secret: one chance in almost seven million, for each code that was ever made."""
LIFETIME = timedelta(minutes=10)
LIFETIME_MAX = timedelta(days=1)
KEPT = timedelta(days=30)
"""How long it is still known who enrolled by which code."""
_PREFIXES_TRIED = 50
_NOBODY = "0" * CODE_LETTERS


class UnknownAccount(TwinbaseError):
    """There is no such account."""


class NoRoomForCodes(TwinbaseError):
    """So many codes wait to be used that no new one can be told from them. Try again when some have ended."""


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code as it is kept: `hash` of its letters."""

    id: UUID
    account: str
    hash: bytes = field(repr=False)


async def make_code(
    connection: Connection, account: str, made_by: str, now: datetime, lifetime: timedelta = LIFETIME
) -> str:
    """A new code of the account; it is nowhere but in the answer. Raises UnknownAccount."""
    if not await connection.fetchval(_IS_ACCOUNT, account):
        raise UnknownAccount(f"{account}: make it first (`twinbase account add`), or write it as it signs in.")
    for _ in range(_PREFIXES_TRIED):
        id, code = uuid4(), "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
        prefix, hashed = code[:PREFIX_LETTERS], hash_code(code, id)
        if await connection.fetchval(_MAKE, id, prefix, hashed, account, made_by, now, now + lifetime, TRIES):
            return code
    raise NoRoomForCodes


async def find_code(connection: Connection, typed: str, now: datetime) -> KeptCode | None:
    """The code that may be meant; a try of it is gone. None where there is none that can still be used."""
    try:
        prefix = read_code(typed)[:PREFIX_LETTERS]
    except WrongCode:
        return None
    row: asyncpg.Record | None = await connection.fetchrow(_TRY, prefix, now)
    return None if row is None else KeptCode(row["id"], row["account"], row["hash"])


def is_code(typed: str, kept: KeptCode | None) -> bool:
    """Whether it is that code. It takes as long where there is none: nobody learns which codes there are."""
    try:
        code = read_code(typed)
    except WrongCode:
        code = _NOBODY
    hashed = hash_code(code, UUID(int=0) if kept is None else kept.id)
    return hmac.compare_digest(hashed, b"" if kept is None else kept.hash)


async def use_code(connection: Connection, kept: KeptCode, replica: UUID, key: bytes | None, now: datetime) -> bool:
    """Use it up; answers whether this device may have it.

    A device whose answer was lost asks again, and is known by its key; without one, a code is good for one answer.
    """
    return bool(await connection.fetchval(_USE, kept.id, replica, key, now))


async def forget_codes(connection: Connection, now: datetime) -> None:
    """Delete what has ended long ago."""
    await connection.execute("DELETE FROM twinbase.enrolment WHERE ends_at < $1", now - KEPT)


def hash_code(code: str, id: UUID) -> bytes:
    """What is kept of it. So slow that whoever reads the table does not find the code before it ends."""
    return hashlib.scrypt(code.encode(), salt=id.bytes, n=2**14, r=8, p=1, dklen=32)


_IS_ACCOUNT = """
SELECT EXISTS (SELECT FROM twinbase.account WHERE email = $1) OR EXISTS (
    SELECT FROM twinbase.session WHERE account = $1)
"""
_MAKE = """
INSERT INTO twinbase.enrolment (id, prefix, hash, account, made_by, made_at, ends_at, tries_left)
SELECT $1, $2, $3, $4, $5, $6::timestamptz, $7, $8
WHERE NOT EXISTS (SELECT FROM twinbase.enrolment WHERE prefix = $2 AND ends_at > $6)
RETURNING true
"""
_TRY = """
UPDATE twinbase.enrolment SET tries_left = tries_left - 1
WHERE id = (SELECT id FROM twinbase.enrolment WHERE prefix = $1 AND ends_at > $2 ORDER BY made_at LIMIT 1)
    AND tries_left > 0
RETURNING id, account, hash
"""
_USE = """
UPDATE twinbase.enrolment SET used_at = coalesce(used_at, $4), used_by = $2, used_key = $3
WHERE id = $1 AND ends_at > $4 AND (used_at IS NULL OR (used_by = $2 AND used_key = $3))
RETURNING true
"""
