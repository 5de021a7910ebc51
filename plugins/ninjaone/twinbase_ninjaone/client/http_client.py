"""HTTP to NinjaOne: one request, one answer, never too many, never too large, never for ever.

Every call of a client goes over one line, so one limiter sees them all. When NinjaOne asks for a pause, all of them
make it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite, nan
from typing import Any

import httpx2
from aiolimiter import AsyncLimiter

from twinbase.clock import utc_now
from twinbase_ninjaone.errors import Uncertain, UnexpectedAnswer, Unreachable
from twinbase_ninjaone.settings import NinjaOneSettings

CONNECT_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `writes`: whether it changes something there. Its repr shows neither headers nor bodies."""

    method: str
    path: str
    writes: bool = False
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    files: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is. `retry_after_seconds`: the pause that was asked for, if any."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after_seconds: float | None = None


class HttpClient:
    """Requests and answers; `calls` counts them."""

    def __init__(self, settings: NinjaOneSettings, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        seconds = settings.timeout_seconds
        self._client = httpx2.AsyncClient(
            base_url=settings.address,
            transport=transport,
            timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS_MAX)),
            follow_redirects=False,  # A redirect would carry the token to another host.
            headers={"Accept": "application/json"},
        )
        self._settings = settings
        self._bucket = AsyncLimiter(1, 1 / settings.calls_per_second)
        self._at_once = asyncio.Semaphore(settings.calls_at_once)
        self._quiet_until = 0.0
        self.calls = 0

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Answer:
        """The answer, of any status. Raises Unreachable or Uncertain when there is none, UnexpectedAnswer when it is
        larger than allowed."""
        async with self._at_once:
            await self._wait_for_our_turn()
            self.calls += 1
            answer = await self._exchange(request)
        if answer.status in (429, 503) and answer.retry_after_seconds:
            pause = min(answer.retry_after_seconds, self._settings.longest_pause_seconds)
            self._quiet_until = max(self._quiet_until, asyncio.get_running_loop().time() + pause)
        return answer

    async def _wait_for_our_turn(self) -> None:
        quiet = self._quiet_until - asyncio.get_running_loop().time()
        if quiet > 0:
            await asyncio.sleep(quiet)
        await self._bucket.acquire()

    async def _exchange(self, request: Request) -> Answer:
        silent = Uncertain if request.writes else Unreachable
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._open(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise Unreachable(f"{request}: {type(error).__name__}.") from error
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            raise silent(f"{request}: {type(error).__name__}.") from error

    async def _open(self, request: Request) -> Answer:
        async with self._client.stream(
            request.method,
            request.path,
            params=dict(request.query) or None,
            headers=dict(request.headers),
            json=request.json,
            data=request.form,
            files=request.files,
        ) as response:
            kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
            pause = parse_retry_after(response.headers.get("retry-after"), utc_now())
            return Answer(response.status_code, kind, await self._body(request, response), pause)

    async def _body(self, request: Request, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._settings.answer_bytes_max:
                raise UnexpectedAnswer(f"{request}: more than {self._settings.answer_bytes_max} bytes.")
        return bytes(body)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After in either of its two forms; None when there is none that can be read."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header, now)
    return max(seconds, 0.0) if isfinite(seconds) else None


def _seconds_until(date: str, now: datetime) -> float:
    """Dates of HTTP are of UTC, said or not; what is none is never."""
    try:
        moment = parsedate_to_datetime(date)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return nan
