"""Signing in with a badge: its number, and the code that goes with it."""

import asyncio
import hashlib
import hmac
import secrets

from twinbase import Credentials, Identity
from twinbase.postgres import PostgresConnection

PREFIX = "badge:"
NOBODYS = f"{'0' * 32}${'0' * 128}"
"""What no code is kept as."""
_FIND = "SELECT driver, code_hash FROM vending.badges WHERE number = $1 AND NOT lost"


async def owner_of(credentials: Credentials, connection: PostgresConnection) -> Identity | None:
    """Whose badge it is, when number and code are right; None for whoever signs in with something else."""
    if not credentials.email.startswith(PREFIX):
        return None
    number = credentials.email.removeprefix(PREFIX)
    row = await connection.fetchrow(_FIND, number) if "\x00" not in number else None
    # An unknown badge takes as long as a wrong code, or it could be told from it.
    right = await asyncio.to_thread(is_code, credentials.password, row["code_hash"] if row else NOBODYS)
    return Identity(f"{PREFIX}{number}", {"driver": row["driver"]}) if row and right else None


def hashed(code: str, salt: str = "") -> str:
    """A code as it is kept."""
    salt = salt or secrets.token_hex(16)
    return f"{salt}${hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()}"


def is_code(code: str, kept: str) -> bool:
    """Whether a code is the one that was kept."""
    return hmac.compare_digest(hashed(code, kept.partition("$")[0]), kept)
