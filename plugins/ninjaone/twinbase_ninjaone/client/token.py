"""The token that every call carries: asked for once, kept until shortly before it expires."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

MARGIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Grant:
    """A token, and how long it lasts. Its repr does not show it."""

    token: str = field(repr=False)
    lasts_seconds: float


class TokenCache:
    """One token for all callers: whoever comes while it is being asked for waits for the same one."""

    def __init__(self, ask: Callable[[], Awaitable[Grant]], clock: Callable[[], float]) -> None:
        self._ask, self._clock = ask, clock
        self._lock = asyncio.Lock()
        self._grant: Grant | None = None
        self._stale_at = 0.0

    async def get(self) -> str:
        async with self._lock:
            if self._grant is None or self._clock() >= self._stale_at:
                self._grant = await self._ask()
                margin = min(MARGIN_SECONDS, self._grant.lasts_seconds / 10)
                self._stale_at = self._clock() + self._grant.lasts_seconds - margin
            return self._grant.token

    def forget(self, token: str) -> None:
        """This one is not accepted any more. Of many callers that say so, the first makes a new one be asked for."""
        if self._grant is not None and self._grant.token == token:
            self._grant = None
