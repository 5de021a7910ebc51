"""The way to the server, as the device sees it: with `messages.py` all that knows httpx2.

Every way in which a network can fail becomes one error of twinbase.errors: nothing answered (Offline), something else
answered (NotTwinbase), the answer stopped (HalfAnswer), the server said no (NotSignedIn, ServerRefused).
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from io import BytesIO
from typing import Any, NoReturn, TypeVar

import httpx2
import msgspec
from pydantic import BaseModel, RootModel, ValidationError

from twinbase import protocol
from twinbase.checksum import sum_answer, sum_request
from twinbase.errors import (
    ForeignReplica,
    Garbled,
    HalfAnswer,
    NotSignedIn,
    NotTwinbase,
    Offline,
    ReplicaClosed,
    ServerRefused,
    WrongAddress,
)
from twinbase.identity import Identity
from twinbase.protocol import (
    EndAnswer,
    EnrollRequest,
    LoginAnswer,
    LoginRequest,
    MeAnswer,
    PushAnswer,
    RefreshRequest,
    SchemaAnswer,
    SchemaRequest,
    WipeAnswer,
)
from twinbase.replica.sync.encodings import decode_source
from twinbase.replica.sync.messages import Body, Reply, RequestContext, Traffic
from twinbase.replica.sync.pipe import read_pieces
from twinbase.replica.sync.strangers import judge_stranger

API = "/api/v1/"
PLAIN_BYTES_MAX = 32 * 1024 * 1024
Answer = TypeVar("Answer", bound=BaseModel)
_UNSIGNED = {protocol.HEADER_PROTOCOL: str(protocol.VERSION), protocol.HEADER_REVISION: str(protocol.REVISION)}
Transport = httpx2.AsyncBaseTransport
"""A way to the server."""


class _Members(RootModel[dict[str, Any]]):
    """A plugin's answer, which it alone understands."""


class Server:
    """The server at `url`, reached through `transport` (the network when None)."""

    def __init__(
        self,
        url: str,
        *,
        transport: Transport | None = None,
        timeout_seconds: float = 30.0,
        silence_seconds: float = 90.0,
        verify: ssl.SSLContext | bool = True,
        app: str = "",
    ) -> None:
        """`app`: the version of the app, which the server may ask to be newer, and the office sees. `silence_seconds`:
        how long nothing may come of news; it is three times as long as a server may wait with its next heartbeat."""
        self.url = url.rstrip("/")
        self.traffic = Traffic()
        self._transport, self._verify = transport, verify
        self._timeout = httpx2.Timeout(timeout_seconds, connect=min(10.0, timeout_seconds))
        self._headers = {protocol.HEADER_CLIENT: app} if app else {}
        self._silence_seconds = silence_seconds
        self._called: httpx2.AsyncClient | None = None
        self._closed = False

    @property
    def _client(self) -> httpx2.AsyncClient:
        """Made when the server is first called: the authorities that this machine trusts take longer to read than the
        file to open, and a screen that shows what is on the device waits for none of them."""
        if self._closed:
            raise ReplicaClosed(f"({self.url})")
        if self._called is None:
            self._called = httpx2.AsyncClient(
                base_url=self.url,
                transport=self._transport,
                timeout=self._timeout,
                verify=self._verify,
                follow_redirects=False,
                headers=self._headers,
            )
        return self._called

    async def close(self) -> None:
        self._closed = True
        opened = self._called or self._transport
        if opened is not None:
            await opened.aclose()

    async def sign_in(self, request: LoginRequest) -> LoginAnswer:
        """Sign in; raises NotSignedIn when e-mail or password are wrong."""
        content = request.model_dump_json(exclude_defaults=True).encode()
        return await self._ask("auth/login", content, _UNSIGNED, LoginAnswer)

    async def enroll(self, request: EnrollRequest) -> LoginAnswer:
        """Sign in by a code of the office; raises NotSignedIn when it is none that can be used."""
        return await self._ask("auth/enroll", request.model_dump_json().encode(), _UNSIGNED, LoginAnswer)

    async def sign_in_by(self, route: str, content: Mapping[str, Any]) -> LoginAnswer:
        """Sign in at a plugin's route; raises NotSignedIn when it does not know who this is."""
        return await self._ask(route, msgspec.json.encode(content), _UNSIGNED, LoginAnswer)

    async def ask_plugin(self, route: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What a plugin's route answers to anybody; raises ServerRefused with its problem."""
        return (await self._ask(route, msgspec.json.encode(content), _UNSIGNED, _Members)).root

    async def hand_over(self, body: bytes, ticket: str, proof: str) -> int:
        """Hand a frozen batch to the office, before a wipe; answers how many edits it has now."""
        answer = await self._ask("auth/wipe/unsent", body, _of_wipe(ticket, proof), WipeAnswer)
        return answer.taken

    async def say_wiped(self, ticket: str, proof: str) -> None:
        """Key and file of this device are destroyed."""
        await self._ask("auth/wipe/done", b"", _of_wipe(ticket, proof), WipeAnswer)

    async def renew_session(self, request: RefreshRequest) -> LoginAnswer:
        """Go on with a session; raises NotSignedIn when it is over, or is not this device's."""
        headers = {protocol.HEADER_PROTOCOL: str(protocol.VERSION), protocol.HEADER_REVISION: str(protocol.REVISION)}
        try:
            return await self._ask("auth/refresh", request.model_dump_json().encode(), headers, LoginAnswer)
        except ServerRefused as problem:
            # 404: a server of before the sessions. 403: the session is another device's, or this one was cut off.
            if problem.status in (403, 404) and problem.kind != "device-revoked":
                raise NotSignedIn(problem.detail) from problem
            raise

    async def sign_out(self, caller: RequestContext) -> None:
        """End the session on the server."""
        await self._ask("auth/sign-out", b"", caller.make_headers(), EndAnswer)

    async def fetch_identity(self, caller: RequestContext) -> Identity:
        """Who the token names, and the claims that its rows are chosen by."""
        answer = await self._ask("auth/me", b"", caller.make_headers(), MeAnswer, method="GET")
        return Identity(answer.subject, answer.claims)

    async def check_health(self) -> None:
        """Whether the server can be reached; raises Offline, HalfAnswer, NotTwinbase or ServerRefused when not."""
        await self._ask("health", b"", _UNSIGNED, _Members, method="GET")

    async def agree_schema(self, request: SchemaRequest, caller: RequestContext) -> SchemaAnswer:
        return await self._ask("sync/schema", request.model_dump_json().encode(), caller.make_headers(), SchemaAnswer)

    async def push(self, body: bytes, caller: RequestContext) -> PushAnswer:
        """Send a frozen batch, byte for byte."""
        return await self._ask("sync/mark-synced", body, caller.make_headers(), PushAnswer)

    @asynccontextmanager
    async def stream_initial(self, request: Mapping[str, Any], caller: RequestContext) -> AsyncIterator[Body]:
        async with self._stream("POST", "sync/initial", caller, content=msgspec.json.encode(request)) as body:
            yield body

    @asynccontextmanager
    async def stream_pending(self, params: Mapping[str, str], caller: RequestContext) -> AsyncIterator[Body]:
        async with self._stream("GET", "sync/pending", caller, params=params) as body:
            yield body

    @asynccontextmanager
    async def stream_repair(self, request: Mapping[str, Any], caller: RequestContext) -> AsyncIterator[Body]:
        async with self._stream("POST", "sync/repair", caller, content=msgspec.json.encode(request)) as body:
            yield body

    @asynccontextmanager
    async def stream_events(self, cursor: str, caller: RequestContext) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """News as they come: the name of each event and what it says. Raises HalfAnswer when the line breaks, or when
        nothing at all has come for so long that it must be dead."""
        headers = {**caller.make_headers(), "Accept": protocol.EVENTS_TYPE, "Accept-Encoding": "identity"}
        params = {"since": cursor} if cursor else {}
        async with self._send("GET", "sync/events", headers, b"", params, silence=self._silence_seconds) as response:
            await self._expect(response, protocol.EVENTS_TYPE)
            async with aclosing(self._read_events(response)) as events:
                yield events

    async def _read_events(self, response: httpx2.Response) -> AsyncGenerator[tuple[str, str], None]:
        try:
            async for event in httpx2.EventSource(response):
                self.traffic.received += len(event.data)
                yield event.event, event.data
        except httpx2.HTTPError as error:
            raise HalfAnswer() from error

    @asynccontextmanager
    async def send(
        self,
        method: str,
        path: str,
        caller: RequestContext,
        *,
        headers: Mapping[str, str],
        expected: Collection[int],
        content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Reply]:
        """A request about bytes, and its answer. Raises the server's problem unless its status is `expected`."""
        said = {**caller.make_headers(), "Accept-Encoding": "identity", **headers}
        async with self._send(method, path, said, content, params) as response:
            if response.status_code not in expected:
                await self._object(response)
            yield Reply(response.status_code, response.headers, Body(response, self.traffic))

    @asynccontextmanager
    async def _stream(
        self,
        method: str,
        path: str,
        caller: RequestContext,
        *,
        content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Body]:
        headers = {**caller.make_headers(), "Accept": protocol.STREAM_TYPE, "Accept-Encoding": "zstd"}
        async with self._send(method, path, headers, content, params) as response:
            await self._expect(response, protocol.STREAM_TYPE)
            yield Body(response, self.traffic)

    async def _ask(
        self, path: str, content: bytes, headers: Mapping[str, str], answer: type[Answer], *, method: str = "POST"
    ) -> Answer:
        headers = {**headers, "Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._send(method, path, headers, content, None) as response:
            await self._expect(response, "application/json")
            body = await self._read(response)
        _compare_checksum(response, body)
        try:
            return answer.model_validate_json(body)
        except ValidationError as error:
            raise NotTwinbase(f"Its answer to {path} is not one of ours.") from error

    @asynccontextmanager
    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes,
        params: Mapping[str, str] | None,
        silence: float | None = None,
    ) -> AsyncIterator[httpx2.Response]:
        """`silence`: for how long nothing may come, where that is longer than for other answers."""
        if not self.url:
            raise WrongAddress("None was given when the replica was opened: `Replica.open(…, server=…)`.")
        self.traffic.requests += 1
        self.traffic.sent += len(content)
        typed = {"Content-Type": "application/json", **headers} if content else dict(headers)
        typed[protocol.HEADER_CHECKSUM] = sum_request(method, path, (params or {}).items(), headers, content)
        request = self._client.build_request(method, API + path, headers=typed, content=content, params=params)
        if silence is not None:
            request.extensions["timeout"]["read"] = silence
        try:
            response = await self._client.send(request, stream=True)
        except (httpx2.HTTPError, OSError) as error:
            if (distrust := _distrust(error)) is not None:
                raise NotTwinbase(f"Its certificate is not trusted: {distrust.verify_message}.") from error
            raise Offline(type(error).__name__) from error
        try:
            yield response
        finally:
            await response.aclose()

    async def _expect(self, response: httpx2.Response, content_type: str) -> None:
        """Raise unless this is a good answer of the type that was asked for."""
        if response.status_code != 200 or _type_of(response) != content_type:
            await self._object(response)

    async def _object(self, response: httpx2.Response) -> NoReturn:
        """Raise what an answer means that is not the one that was hoped for: the server's problem, or a stranger's."""
        retry_after = response.headers.get("retry-after")
        if _type_of(response) != protocol.PROBLEM_TYPE:
            raise judge_stranger(response.status_code, _type_of(response), retry_after)
        if response.request.method == "HEAD":  # Its answer has no body to say more in.
            raise NotSignedIn() if response.status_code == 401 else ServerRefused(response.status_code, "unsaid")
        body = await self._read(response)
        _compare_checksum(response, body)
        raise _problem(response.status_code, body, retry_after)

    async def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                self.traffic.received += len(chunk)
                body += chunk
                if len(body) > PLAIN_BYTES_MAX:
                    raise NotTwinbase(f"Its answer is larger than {PLAIN_BYTES_MAX} bytes.")
        except httpx2.HTTPError as error:
            raise HalfAnswer() from error
        source = decode_source(BytesIO(body), response.headers.get("content-encoding", ""))
        return b"".join(read_pieces(source, PLAIN_BYTES_MAX))


def _type_of(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "")).split(";")[0].strip().lower()


def _of_wipe(ticket: str, proof: str) -> dict[str, str]:
    return {**_UNSIGNED, "Authorization": f"Bearer {ticket}", protocol.HEADER_PROOF: proof}


def _distrust(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """What was wrong with a certificate, somewhere behind this error."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _compare_checksum(response: httpx2.Response, body: bytes) -> None:
    """Raise Garbled unless this is the answer that was sent. A server of before the checksums says none."""
    said = response.headers.get(protocol.HEADER_CHECKSUM)
    if said is not None and said != sum_answer(response.status_code, body):
        raise Garbled("An answer is not the one that was sent.")


def _problem(status: int, body: bytes, retry_after: str | None) -> Exception:
    """What the server's problem (RFC 9457) means here."""
    try:
        problem = protocol.Problem.model_validate_json(body)
    except ValidationError:
        return NotTwinbase(f"It answered {status} with a problem that cannot be read.")
    kind = problem.type.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    if status == 401:
        return NotSignedIn(problem.detail)
    if kind == "other-account":
        return ForeignReplica(problem.detail)
    if kind == "garbled":
        return Garbled("The server did not receive what was sent, and did nothing.")
    extra = {**(problem.model_extra or {}), "retry_after": retry_after}
    return ServerRefused(status, kind, problem.detail or problem.title, **extra)
