"""Lanes: how many requests of one kind are worked on at one time, so that no kind takes all that there is."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

from twinbase_server.problems import ProblemError
from twinbase_server.revocation import Asking

PIECES_AT_ONCE_MAX = 8
"""Each holds its bytes, and a file of the store, but no connection to PostgreSQL meanwhile."""
DEVICE_STREAMS_MAX = 4
"""A device reads one answer at a time; that its line broke before may be noticed late."""


class Lane:
    """So many at one time. The others wait their turn, and are told to come back when it does not come soon.

    A lane `within` another one takes a place of that, too.
    """

    def __init__(self, count: int, wait_seconds: float, what: str, within: "Lane | None" = None) -> None:
        """`what` is said of those who are in it: "Too many … at the moment."."""
        self._count, self._wait_seconds, self._what, self._within = count, wait_seconds, what, within
        self._free = asyncio.Semaphore(count)
        self._inside = self._waiting = 0

    @asynccontextmanager
    async def enter_lane(self) -> AsyncIterator[None]:
        """A place for the time of the block; raises `too-busy` when none comes free."""
        await self._wait()
        self._inside += 1
        try:
            async with nullcontext() if self._within is None else self._within.enter_lane():
                yield
        finally:
            self._inside -= 1
            self._free.release()

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise ProblemError("too-busy", f"Too many {self._what} at the moment.") from error
        finally:
            self._waiting -= 1

    def is_wanted(self) -> bool:
        """Whether somebody waits for a place, or the next one would have to."""
        return self._waiting > 0 or self._inside == self._count > 1


class Readers:
    """Who is being sent an answer: so many in all, of one account and of one device."""

    def __init__(self, most: int, account_most: int) -> None:
        self._most, self._account_most = most, account_most
        self._now: Counter[object] = Counter()

    def admit_reader(self, caller: Asking) -> Callable[[], None]:
        """One more, until what this answers is called; raises `too-busy`."""
        limits = {None: self._most, caller.identity.subject: self._account_most, caller.replica: DEVICE_STREAMS_MAX}
        if any(self._now[who] >= most for who, most in limits.items()):
            raise ProblemError("too-busy", "Too many answers are being read at the moment.")
        self._now.update(limits.keys())

        def leave() -> None:
            self._now.subtract(limits.keys())
            for who in [who for who in limits if not self._now[who]]:
                del self._now[who]

        return leave


class Lanes:
    """The lanes of one server. What may take long never has all connections: some are kept for short requests, and a
    pull does not wait for pushes alone, nor a push for pulls."""

    def __init__(self, pool_max: int, wait_seconds: float, sign_ins_max: int) -> None:
        long = Lane(pool_max - pool_max // 4, wait_seconds, "requests")
        each = max(1, pool_max * 3 // 5)
        self.streams = Lane(each, wait_seconds, "devices pull", long)
        self.pushes = Lane(each, wait_seconds, "devices push", long)
        self.pieces = Lane(PIECES_AT_ONCE_MAX, wait_seconds, "pieces of attachments are stored")
        self.sign_ins = Lane(sign_ins_max, wait_seconds, "people sign in")
