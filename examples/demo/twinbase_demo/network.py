"""The network between the phones and the server: a real TCP line that can be cut, and that can break in the middle."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK = 16 * 1024


class Trap:
    """Waits for an answer to a request for `path`; when `after` bytes of it have passed, nothing passes any more.

    `upward`: it is the requests themselves whose bytes count, and then the line is hung up.
    """

    def __init__(self, path: str, after: int, *, upward: bool = False) -> None:
        self.path = path.encode()
        self.after, self.upward = after, upward
        self.passed = 0
        self.sprung = asyncio.Event()


class Network:
    """Forwards connections to the server. `up` False is a cellar: phones find nobody."""

    def __init__(self, server_port: int, port: int = 0) -> None:
        """`port`: where phones look for the server; any that is free, where none is said."""
        self.server_port = server_port
        self.up = True
        self.port = port
        self._trap: Trap | None = None
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        self.hang_up()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where the phones look for the server."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """From now on there is no network."""
        self.up = False
        self.hang_up()

    def restore(self) -> None:
        self.up = True

    def set_trap(self, path: str, *, after: int = 0) -> Trap:
        """Hold the next answer to a request for `path` once so many of its bytes have passed."""
        self._trap = Trap(path, after)
        return self._trap

    def break_off(self, path: str, *, after: int) -> Trap:
        """Hang up once so many bytes of requests for `path` have passed."""
        self._trap = Trap(path, after, upward=True)
        return self._trap

    def release(self) -> None:
        """No trap any more; what was held is lost."""
        self._trap = None
        self.hang_up()

    def hang_up(self) -> None:
        """Break every connection."""
        for writer in list(self._open):
            writer.close()

    async def _accept(self, phone_reader: asyncio.StreamReader, phone: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(phone_reader, phone)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            phone.close()

    async def _carry(self, phone_reader: asyncio.StreamReader, phone: asyncio.StreamWriter) -> None:
        if not self.up:
            phone.transport.abort()
            return
        try:
            server_reader, server = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            phone.transport.abort()
            return
        self._open |= {phone, server}
        call = _Call()
        try:
            await asyncio.gather(self._ask(phone_reader, server, call), self._answer(server_reader, phone, call))
        finally:
            self._open -= {phone, server}
            server.close()

    async def _ask(self, phone: asyncio.StreamReader, server: asyncio.StreamWriter, call: "_Call") -> None:
        with suppress(OSError):
            while chunk := await phone.read(CHUNK):
                self._look_at(chunk, call)
                if call.trap is not None and call.trap.sprung.is_set():
                    self.hang_up()
                    return
                server.write(chunk)
                await server.drain()
        server.close()

    def _look_at(self, chunk: bytes, call: "_Call") -> None:
        """Whether the request steps on the trap; of one that breaks off, whether that is now."""
        if self._trap is not None and self._trap.path in chunk:
            call.trap, call.passed = self._trap, 0
            if not self._trap.upward:
                self._trap = None
        if call.trap is not None and call.trap.upward:
            call.trap.passed += len(chunk)
            if call.trap.passed > call.trap.after:
                self._trap = None
                call.trap.sprung.set()

    async def _answer(self, server: asyncio.StreamReader, phone: asyncio.StreamWriter, call: "_Call") -> None:
        with suppress(OSError):
            while chunk := await server.read(CHUNK):
                if call.trap is not None and not call.trap.upward:
                    call.passed += len(chunk)
                    if call.passed > call.trap.after:
                        call.trap.sprung.set()
                        # Held until the line is hung up: the phone waits for an answer that will not come.
                        await asyncio.get_running_loop().create_future()
                phone.write(chunk)
                await phone.drain()
        phone.close()


class _Call:
    """One connection: the trap that its request has stepped on."""

    trap: Trap | None = None
    passed = 0
