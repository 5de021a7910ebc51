"""The line between a device and its server: it lets everything through until a chosen moment of a chosen request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

CHUNK_BYTES = 4096
Moment = Literal["asked", "sent", "answered"] | int


@dataclass(frozen=True, slots=True)
class Plan:
    """At `moment` of the next request whose path holds `path`, `act` and cut the line.

    asked: the request has come, and nothing of it goes on to the server. sent: all of it went to the server.
    answered: the answer has come, and nothing of it goes on to the device. A number: so many bytes of the answer went
    to the device.
    """

    path: bytes
    moment: Moment
    act: Callable[[], None]


class Cut(Exception):
    """The line is cut on purpose."""


class Relay:
    """Listens on a port of its own and speaks to the server on its port."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = 0
        self._plan: Plan | None = None
        self._sent_due: tuple[int, Callable[[], None]] | None = None

    @classmethod
    @asynccontextmanager
    async def to(cls, server_port: int) -> AsyncIterator["Relay"]:
        relay = cls(server_port)
        listening = await asyncio.start_server(relay._serve, "127.0.0.1", 0)
        relay.port = listening.sockets[0].getsockname()[1]
        async with listening:
            yield relay

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, moment: Moment, act: Callable[[], None]) -> None:
        """What to do, once."""
        self._plan = Plan(path.encode(), moment, act)

    def after_sent(self, size: int, act: Callable[[], None]) -> None:
        """What to do, once, when so many more bytes have gone to the server, of whatever requests."""
        self._sent_due = size, act

    def forget(self) -> None:
        self._plan = self._sent_due = None

    def count_sent(self, piece: bytes) -> tuple[bytes, Callable[[], None] | None]:
        """How much of a piece goes on to the server, and what to do after it."""
        if self._sent_due is None:
            return piece, None
        left, act = self._sent_due
        self._sent_due = None if len(piece) >= left else (left - len(piece), act)
        return piece[:left], act if self._sent_due is None else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, Cut):
            there = await asyncio.open_connection("127.0.0.1", self.server_port)
            try:
                await _Line(self, (reader, writer), there).run()
            finally:
                there[1].close()
        writer.close()

    def due(self, path: bytes, moment: Moment) -> bool:
        plan = self._plan
        return plan is not None and plan.path in path and plan.moment == moment

    def bytes_due(self, path: bytes) -> int | None:
        plan = self._plan
        return plan.moment if plan is not None and plan.path in path and isinstance(plan.moment, int) else None

    def act(self) -> None:
        """Do it, and cut."""
        plan, self._plan = self._plan, None
        assert plan is not None
        plan.act()
        raise Cut


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Line:
    """One connection. Requests follow each other on it; a request's head is in the first piece of it that comes."""

    def __init__(self, relay: Relay, device: Ends, server: Ends) -> None:
        self._relay, self._device, self._server = relay, device, server
        self._path = b""
        self._passed = 0

    async def run(self) -> None:
        ways = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self) -> None:
        while piece := await self._device[0].read(1 << 20):
            if piece.startswith((b"GET ", b"POST ")):
                self._path, self._passed = piece.split(b" ", 2)[1], 0
            if self._relay.due(self._path, "asked"):
                self._relay.act()
            piece, act = self._relay.count_sent(piece)
            self._server[1].write(piece)
            await self._server[1].drain()
            if act is not None:
                act()
                raise Cut
            if self._relay.due(self._path, "sent") and (b"GET " in piece[:4] or piece.endswith(b"}")):
                self._relay.act()

    async def _down(self) -> None:
        while piece := await self._server[0].read(CHUNK_BYTES):
            if self._relay.due(self._path, "answered"):
                self._relay.act()
            self._passed += len(piece)
            self._device[1].write(piece)
            await self._device[1].drain()
            due = self._relay.bytes_due(self._path)
            if due is not None and self._passed >= due:
                self._relay.act()
