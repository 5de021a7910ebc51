"""What a request says it is, compared with what arrived; and answers say the same of themselves.

A device of before the checksums says none, and is served as ever. Streams say theirs frame by frame, as they go.
"""

from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twinbase.checksum import sum_answer, sum_request
from twinbase.protocol import HEADER_CHECKSUM
from twinbase_server.problems import ProblemError, problem_response


class ComparedChecksums:
    """ASGI middleware, behind the one that limits bodies. `prefix` comes before what a checksum calls the route."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        saying = _SumOfAnswer(send)
        headers = Headers(scope=scope)
        if HEADER_CHECKSUM in headers:
            body = b"" if scope["method"] in ("GET", "HEAD") else await _read_whole(receive)
            if headers[HEADER_CHECKSUM] != self._sum(scope, headers, body):
                await problem_response(ProblemError("garbled", _WHAT))(scope, receive, saying.send)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, saying.send)

    def _sum(self, scope: Scope, headers: Headers, body: bytes) -> str:
        route = scope["path"].partition(self._prefix)[2]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        return sum_request(scope["method"], route, query, headers, body)


_WHAT = "Its checksum is that of another request. Something between the device and the server changes what is sent."


class _SumOfAnswer:
    """Holds the head of an answer until its body is known. Of a body in several parts, a stream, nothing is said."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if not message.get("more_body", False):
                headers = MutableHeaders(raw=start.setdefault("headers", []))
                headers[HEADER_CHECKSUM] = sum_answer(start["status"], message.get("body", b""))
            await self._send(start)
        await self._send(message)


async def _read_whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
