"""The signing keys in PostgreSQL: made when a database is set up, read by every process, rotated by command."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import asyncpg

from twinbase.errors import TwinbaseError
from twinbase_server.database.connection import Connection
from twinbase_server.keys.signing_key import ALGORITHMS, KEPT, PUBLISHED, PURPOSES, Purpose, SigningKey
from twinbase_server.keys.wrapping import KEY_BYTES, WrappingKey, WrongWrappingKey

KID_BYTES = 6


class KeysWrapped(TwinbaseError):
    """The signing keys are wrapped. Set TWINBASE_WRAPPING_KEY_FILE to the file of the key that wraps them."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A signing key as it is kept, without its secret. `wrapped_by`: which key wraps it; empty: none does."""

    purpose: Purpose
    kid: str
    algorithm: str
    signs_from: datetime
    ends_at: datetime | None
    wrapped_by: str


async def make_keys(connection: Connection, wrapping: WrappingKey | None, now: datetime) -> None:
    """Make the keys that are missing, wrap those that are not, and let a key of the kind of today follow an older kind.

    Raises KeysWrapped or WrongWrappingKey when those that are there cannot be read.
    """
    async with connection.transaction():
        await connection.execute(_LOCK)
        keys = await read_keys(connection, wrapping)
        for purpose in PURPOSES:
            kept = [key for key in keys if key.purpose == purpose]
            if not any(key.algorithm == ALGORITHMS[purpose] and key.ends_at is None for key in kept):
                await _follow(connection, purpose, wrapping, now, now + PUBLISHED if kept else now)
        if wrapping is not None:
            await _wrap(connection, [key for key in await list_keys(connection) if not key.wrapped_by], None, wrapping)


async def rotate_keys(
    connection: Connection, purpose: Purpose, wrapping: WrappingKey | None, now: datetime, *, end_old: bool = False
) -> str:
    """A new key for this purpose; answers its name. It signs in a few minutes, when every process knows it.

    What older keys have signed is taken for a while yet; with `end_old` only until the new one signs.
    """
    async with connection.transaction():
        await connection.execute(_LOCK)
        await read_keys(connection, wrapping)
        kid = await _follow(connection, purpose, wrapping, now, now + PUBLISHED)
        if end_old:
            await connection.execute(_END, purpose, kid, now + PUBLISHED)
    return kid


async def rewrap_keys(connection: Connection, old: WrappingKey | None, new: WrappingKey) -> int:
    """Wrap all keys by another wrapping key; answers how many. Raises KeysWrapped or WrongWrappingKey."""
    async with connection.transaction():
        await connection.execute(_LOCK)
        kept = [key for key in await list_keys(connection) if key.wrapped_by != new.fingerprint]
        await _wrap(connection, kept, old, new)
    return len(kept)


async def read_keys(connection: Connection, wrapping: WrappingKey | None) -> list[SigningKey]:
    """All keys, to sign with. Raises KeysWrapped without their wrapping key, WrongWrappingKey with another."""
    rows = await connection.fetch(f"SELECT {_COLUMNS}, secret FROM twinbase.signing_key")
    return [_open_key(row, wrapping) for row in rows]


async def list_keys(connection: Connection) -> list[KeptKey]:
    """All keys as they are kept, oldest first."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM twinbase.signing_key ORDER BY purpose, signs_from, kid")
    return [_kept(row) for row in rows]


async def forget_ended_keys(connection: Connection, now: datetime) -> None:
    """Delete the keys of which nothing is taken any more."""
    await connection.execute("DELETE FROM twinbase.signing_key WHERE ends_at < $1", now)


async def _follow(
    connection: Connection, purpose: Purpose, wrapping: WrappingKey | None, now: datetime, signs_from: datetime
) -> str:
    """A new key after those that are there; their end is set."""
    kid = secrets.token_hex(KID_BYTES)
    secret, by = _wrapped(purpose, kid, secrets.token_bytes(KEY_BYTES), wrapping)
    await connection.execute(_ADD, purpose, kid, ALGORITHMS[purpose], secret, by, signs_from, now)
    await connection.execute(_END, purpose, kid, signs_from + KEPT[purpose])
    return kid


def _open_key(row: asyncpg.Record, wrapping: WrappingKey | None) -> SigningKey:
    kept = _kept(row)
    secret = _unwrap(kept, row["secret"], wrapping)
    return SigningKey(kept.purpose, kept.kid, kept.algorithm, secret, kept.signs_from, kept.ends_at)


def _kept(row: asyncpg.Record) -> KeptKey:
    return KeptKey(**{field.name: row[field.name] for field in fields(KeptKey)})


async def _wrap(connection: Connection, kept: Sequence[KeptKey], old: WrappingKey | None, new: WrappingKey) -> None:
    for key in kept:
        plain = _unwrap(key, await connection.fetchval(_SECRET, key.purpose, key.kid), old)
        await connection.execute(_REPLACE, key.purpose, key.kid, *_wrapped(key.purpose, key.kid, plain, new))


def _wrapped(purpose: str, kid: str, secret: bytes, wrapping: WrappingKey | None) -> tuple[bytes, str]:
    return (secret, "") if wrapping is None else (wrapping.wrap(f"{purpose}/{kid}", secret), wrapping.fingerprint)


def _unwrap(key: KeptKey, secret: bytes, wrapping: WrappingKey | None) -> bytes:
    if not key.wrapped_by:
        return secret
    if wrapping is None:
        raise KeysWrapped()
    if wrapping.fingerprint != key.wrapped_by:
        raise WrongWrappingKey(f"(key {key.kid})")
    return wrapping.unwrap(f"{key.purpose}/{key.kid}", secret)


_COLUMNS = ", ".join(field.name for field in fields(KeptKey))
_LOCK = "LOCK TABLE twinbase.signing_key IN SHARE ROW EXCLUSIVE MODE"
_SECRET = "SELECT secret FROM twinbase.signing_key WHERE purpose = $1 AND kid = $2"
_ADD = """
INSERT INTO twinbase.signing_key (purpose, kid, algorithm, secret, wrapped_by, signs_from, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_END = """
UPDATE twinbase.signing_key SET ends_at = least(ends_at, $3) WHERE purpose = $1 AND kid <> $2
"""
_REPLACE = "UPDATE twinbase.signing_key SET secret = $3, wrapped_by = $4 WHERE purpose = $1 AND kid = $2"
