"""News at once: a stream of server-sent events, each a hint that a pull would bring something."""

import asyncio
from contextlib import suppress
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from starlette.types import Receive, Scope, Send

from twinbase.clock import cut_to_hour
from twinbase.protocol import EVENTS_TYPE
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.news.audience import BYE, LEFT, NEWS, Listener
from twinbase_server.feed.news.look import find_news
from twinbase_server.http.caller import CallerDep, ServingDep, SignedInDep
from twinbase_server.http.listening import LEAVING
from twinbase_server.http.pull import COMMON
from twinbase_server.http.serving import Serving
from twinbase_server.problems import ProblemError, describe_problems
from twinbase_server.revocation import check_still_admitted

router = APIRouter(prefix="/sync", tags=["sync"])
HEARTBEAT = b":\n\n"
_EXAMPLE = (
    'event: hello\ndata: {"heartbeat_seconds":15.0}\n\nevent: news\ndata: {}\n\n:\n\n'
    'event: bye\ndata: {"away_seconds":2.5}\n\n'
)
_CONTENT = {EVENTS_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}}


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events.", "content": _CONTENT},
        **describe_problems(*COMMON, "schema-unknown", "claim-missing", "bad-cursor"),
    },
)
async def stream_news(
    serving: ServingDep, who: SignedInDep, caller: CallerDep, since: Annotated[str, Query(max_length=16_384)] = ""
) -> Response:
    """Be told when a pull would bring something, at once if it would already since this cursor. It is a hint, and may
    be lost: pull regularly all the same.
    """
    cursor = serving.context.signer.open(since, Cursor) if since else None
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, caller)
        shapes = await serving.schemas.find(connection, caller.schema)
        await serving.check_claims(connection, caller, shapes.values(), cut_to_hour(serving.clock()))
    listener = Listener(caller, frozenset(shapes), who.expires_at)
    return EventStream(serving, listener, cursor)


class EventStream(Response):
    """An answer without an end: it begins with a greeting, so that whoever asked notices a proxy that keeps it back.

    Whatever is raised before its head is sent leaves as a problem.
    """

    media_type = EVENTS_TYPE

    def __init__(self, serving: Serving, listener: Listener, since: Cursor | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._serving, self._listener, self._since = serving, listener, since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._serving.news.follow_news(self._listener):
            gone = asyncio.create_task(self._notice_end(receive))
            if LEAVING in scope:
                scope[LEAVING].append(lambda: self._listener.send_away(self._serving.news.away_seconds))
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await self._tell_all(send)
            except (TimeoutError, OSError):
                self._serving.metrics.broken.labels("client").inc()
            finally:
                gone.cancel()
                await asyncio.gather(gone, return_exceptions=True)

    async def _tell_all(self, send: Send) -> None:
        heartbeat = self._serving.settings.news_heartbeat_seconds
        await self._send(send, write_event("hello", heartbeat_seconds=heartbeat))
        if await self._has_missed_news():
            self._listener.say(NEWS)
        while (word := await self._next_word(heartbeat)) != LEFT:
            if word == BYE:
                away = round(self._listener.away_seconds, 1)
                await self._send(send, write_event(BYE, away_seconds=away), more=False)
                return
            await self._send(send, write_event(NEWS) if word == NEWS else HEARTBEAT)

    async def _next_word(self, heartbeat: float) -> str:
        """What comes next; nothing when it is time for a heartbeat."""
        with suppress(TimeoutError):
            async with asyncio.timeout(heartbeat):
                await self._listener.wakes.wait()
        return self._listener.take()

    async def _has_missed_news(self) -> bool:
        """Whether something has changed, since its cursor, in tables that its rows depend on; so it is when nobody can
        tell."""
        if self._since is None:
            return False
        news = self._serving.news
        try:
            async with self._serving.borrow_connection() as connection:
                found = await find_news(connection, news.tables, self._since.seen)
        except (ProblemError, *DATABASE_ERRORS):
            return True
        return found.generation != self._since.generation or news.may_concern(self._listener, found)

    async def _notice_end(self, receive: Receive) -> None:
        """Nobody reads any more: an answer that is not being written would not notice."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._listener.say(LEFT)

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._serving.settings.send_seconds):
            await send({"type": "http.response.body", "body": body, "more_body": more})


def write_event(name: str, **members: float) -> bytes:
    """One event, as it travels."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(members))
