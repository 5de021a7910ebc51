"""The network of a world: an ASGI application in this process, and what may go wrong on the way to it and back.

Answers stream as they would from a socket: the application runs while the device reads. Faults are put on the wire one
at a time and used up by the requests that they fit: `wire.spoil("sync/pending", cut(after=700))`.
"""

import asyncio
from collections.abc import AsyncIterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

AsgiApp = Any  # a callable, and whatever else its framework gives it
FaultKind = Literal["drop_request", "drop_answer", "duplicate", "cut", "portal", "garble_request", "garble_answer"]
MESSAGES_AHEAD = 4
PORTAL = b"<html><title>Welcome to the hotel</title><form>Please sign in</form></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one request."""

    kind: FaultKind
    after: int = 0
    at: float = 0.0


def drop_request() -> Fault:
    """The request never arrives."""
    return Fault("drop_request")


def drop_answer() -> Fault:
    """The server does its work, and its answer is lost."""
    return Fault("drop_answer")


def duplicate() -> Fault:
    """The request arrives twice; the device sees the second answer."""
    return Fault("duplicate")


def cut(after: int) -> Fault:
    """The line breaks after that many bytes of the answer's body."""
    return Fault("cut", after)


def show_portal() -> Fault:
    """A captive portal answers instead of the server."""
    return Fault("portal")


def garble_request(at: float) -> Fault:
    """One bit of the request flips, of its address and headers (`at` from 0), or of its body (from 0.5 up to 1)."""
    return Fault("garble_request", at=at)


def garble_answer(at: float) -> Fault:
    """One bit of the answer flips, of its status and headers (`at` from 0), or of its body (from 0.5 up to 1)."""
    return Fault("garble_answer", at=at)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that went over the wire."""

    method: str
    path: str
    body: bytes


class Wire(httpx2.AsyncBaseTransport):
    """One device's line to the server. `up`: the network; `seen`: what was sent; `crashes`: what the server raised."""

    def __init__(self, application: AsgiApp) -> None:
        self.application = application
        self.up = True
        self.seen: list[Seen] = []
        self.crashes: list[BaseException] = []
        self._faults: list[tuple[str, Fault]] = []

    def spoil(self, path: str, *faults: Fault) -> None:
        """The next requests whose path ends so meet these faults, one each."""
        self._faults += [(path, fault) for fault in faults]

    def mend(self) -> None:
        """No fault is left on the wire."""
        self._faults.clear()

    def list_requests(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path.endswith(path)]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        self.seen.append(Seen(request.method, request.url.path, body))
        fault = self._next_fault(request.url.path)
        if not self.up or (fault and fault.kind == "drop_request"):
            raise httpx2.ConnectError("no network", request=request)
        if fault and fault.kind == "portal":
            return httpx2.Response(200, headers={"content-type": "text/html"}, content=PORTAL)
        if fault and fault.kind in ("drop_answer", "duplicate"):
            await self._whole(request, body)
        if fault and fault.kind == "drop_answer":
            raise httpx2.ReadError("the answer was lost", request=request)
        if fault and fault.kind == "garble_request":
            return await self._answer(*_garbled_request(request, body, fault.at), None)
        if fault and fault.kind == "garble_answer":
            return await _garbled_answer(await self._answer(request, body, None), request, fault.at)
        return await self._answer(request, body, fault)

    def _next_fault(self, path: str) -> Fault | None:
        for index, (suffix, fault) in enumerate(self._faults):
            if path.endswith(suffix):
                del self._faults[index]
                return fault
        return None

    async def _whole(self, request: httpx2.Request, body: bytes) -> None:
        response = await self._answer(request, body, None)
        await response.aread()
        await response.aclose()

    async def _answer(self, request: httpx2.Request, body: bytes, fault: Fault | None) -> httpx2.Response:
        exchange = _Exchange(self.application, request, body, fault, self.crashes)
        status, headers = await exchange.start()
        return httpx2.Response(status, headers=headers, stream=exchange)


def _flip(head: Sequence[bytes], body: bytes, at: float) -> tuple[list[bytes], bytes]:
    """The parts of a message with one bit flipped in one of them."""
    if at >= 0.5 and body:
        return list(head), _flip_bit(body, at * 2 - 1)
    whole, parts = _flip_bit(b"".join(head), at * 2 % 1), []
    for part in head:
        parts.append(whole[: len(part)])
        whole = whole[len(part) :]
    return parts, body


def _flip_bit(whole: bytes, at: float) -> bytes:
    bit, flipped = int(at * len(whole) * 8), bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def _garbled_request(request: httpx2.Request, body: bytes, at: float) -> tuple[httpx2.Request, bytes]:
    headers = [part for pair in request.headers.raw for part in pair]
    (target, *headers), body = _flip([request.url.raw_path, *headers], body, at)
    try:
        url = request.url.copy_with(raw_path=target)
    except (httpx2.InvalidURL, ValueError) as error:
        raise httpx2.ReadError("the server closed the line", request=request) from error
    return httpx2.Request(request.method, url, headers=_paired(headers)), body


async def _garbled_answer(answer: httpx2.Response, request: httpx2.Request, at: float) -> httpx2.Response:
    body = b"".join([chunk async for chunk in answer.aiter_raw()])
    await answer.aclose()
    headers = [part for pair in answer.headers.raw for part in pair]
    (status, *headers), body = _flip([str(answer.status_code).encode(), *headers], body, at)
    if not status.isdigit():
        raise httpx2.RemoteProtocolError("no answer of HTTP", request=request)
    return httpx2.Response(int(status), headers=_paired(headers), stream=httpx2.ByteStream(body))


def _paired(parts: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(parts[::2], parts[1::2], strict=True))


class _Exchange(httpx2.AsyncByteStream):
    """One request inside the application, and its answer as it comes."""

    def __init__(
        self,
        application: AsgiApp,
        request: httpx2.Request,
        body: bytes,
        fault: Fault | None,
        crashes: list[BaseException],
    ) -> None:
        self._crashes = crashes
        self._application, self._request, self._body, self._fault = application, request, body, fault
        self._messages: asyncio.Queue[MutableMapping[str, Any] | None] = asyncio.Queue(MESSAGES_AHEAD)
        self._gone = asyncio.Event()
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> tuple[int, Any]:
        self._task = asyncio.create_task(self._run())
        try:
            message = await self._messages.get()
        except BaseException:
            # Whoever gives up before the answer has begun hangs up as well.
            await self.aclose()
            raise
        if message is None:
            await self._task
            raise httpx2.RemoteProtocolError("the server closed the line", request=self._request)
        return message["status"], message.get("headers", [])

    async def _run(self) -> None:
        try:
            await self._application(self._scope(), self._receive, self._send)
        except Exception as error:
            self._crashes.append(error)
        finally:
            if not self._gone.is_set():
                await self._messages.put(None)

    def _scope(self) -> dict[str, Any]:
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }

    async def _receive(self) -> dict[str, Any]:
        if self._asked:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if self._gone.is_set():
            raise OSError("the device is gone")
        await self._messages.put(message)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._fault.after if self._fault and self._fault.kind == "cut" else None
        while (message := await self._messages.get()) is not None:
            body: bytes = message.get("body", b"")
            if left is not None and len(body) > left:
                yield body[:left]
                raise httpx2.ReadError("the line broke", request=self._request)
            left = None if left is None else left - len(body)
            if body:
                yield body
        if left is not None:
            raise httpx2.ReadError("the line broke", request=self._request)

    async def aclose(self) -> None:
        """The device hangs up: the application is told, and has ended when this returns."""
        self._gone.set()
        while not self._messages.empty():
            self._messages.get_nowait()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
