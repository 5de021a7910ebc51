"""Who works on a file together with others, and who has to have it for himself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from twinbase.errors import ReplicaLocked

SECONDS_MAX = 10.0
"""Whoever needs the file for himself waits no longer for the others: a sync in a bad network takes minutes, and until
it is through nobody who comes would get a turn."""


class Turns:
    """Many at a time by `take_one`, or one alone by `take_all`: he waits for those who work, and those who come wait
    for him."""

    def __init__(self, seconds_max: float = SECONDS_MAX) -> None:
        self._working, self._seconds_max = 0, seconds_max
        self._free, self._idle = asyncio.Event(), asyncio.Event()
        self._free.set()
        self._idle.set()

    async def wait_until_free(self) -> None:
        """Until nobody is alone."""
        while not self._free.is_set():
            await self._free.wait()

    @asynccontextmanager
    async def take_one(self) -> AsyncIterator[None]:
        """Work beside others."""
        await self.wait_until_free()
        self._working += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._idle.set()

    @asynccontextmanager
    async def take_all(self) -> AsyncIterator[None]:
        """Work alone. Raises ReplicaLocked when the others do not come to an end."""
        await self.wait_until_free()
        self._free.clear()
        try:
            async with asyncio.timeout(self._seconds_max):
                await self._idle.wait()
        except BaseException as error:
            self._free.set()
            if isinstance(error, TimeoutError):
                raise ReplicaLocked("Somebody else works on the file.") from None
            raise
        try:
            yield
        finally:
            self._free.set()
