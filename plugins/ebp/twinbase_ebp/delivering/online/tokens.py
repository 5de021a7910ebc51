"""Signing in to EBP: each refresh token may be used once, so its successor is kept before anything is done with it."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2
import msgspec

from twinbase.errors import TwinbaseError
from twinbase.postgres import PostgresConnection
from twinbase_ebp.settings import EbpSettings

MARGIN = timedelta(minutes=1)


class SignInNeeded(TwinbaseError):
    """EBP wants a new sign-in: put a new refresh token into TWINBASE_EBP_REST_REFRESH_TOKEN, then release this."""


class _Grant(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: float = 3600

    def __repr__(self) -> str:
        return f"_Grant(expires_in={self.expires_in!r})"


@dataclass(frozen=True, slots=True)
class EbpTokens:
    """`post` sends a form to the address of the tokens; `connection`: asyncpg, in no transaction."""

    connection: PostgresConnection
    settings: EbpSettings
    clock: Callable[[], datetime]
    post: Callable[[dict[str, str]], Awaitable[httpx2.Response]]

    async def get_access_token(self, refused: str = "") -> str:
        """A token that is valid a while yet, and is not the one that was refused."""
        given = self.settings.rest_refresh_token.get_secret_value()
        first = hashlib.sha256(given.encode()).hexdigest()
        kept = await self.connection.fetchrow("SELECT * FROM ebp.rest_token WHERE first = $1", first)
        if kept and kept["expires_at"] > self.clock() + MARGIN and kept["access_token"] != refused:
            return str(kept["access_token"])
        refresh = kept["refresh_token"] if kept else given
        if not refresh:
            raise SignInNeeded()
        return await self._refresh(refresh, first)

    async def _refresh(self, refresh: str, first: str) -> str:
        secret = self.settings.rest_client_secret.get_secret_value()
        answer = await self.post(
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh,
                "client_id": self.settings.rest_client_id,
                "client_secret": secret,
            }
        )
        if answer.status_code in (400, 401, 403):
            raise SignInNeeded()
        answer.raise_for_status()
        grant = msgspec.json.decode(answer.content, type=_Grant)
        ends = self.clock() + timedelta(seconds=grant.expires_in)
        await self.connection.execute(_KEEP, first, grant.refresh_token, grant.access_token, ends)
        return grant.access_token


_KEEP = """
INSERT INTO ebp.rest_token (single, first, refresh_token, access_token, expires_at) VALUES (true, $1, $2, $3, $4)
ON CONFLICT (single) DO UPDATE SET first = excluded.first, refresh_token = excluded.refresh_token,
    access_token = excluded.access_token, expires_at = excluded.expires_at
"""
