"""Devices that listen, as thin as can be: they read events as they come."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
from tests.server.depot import Device, House

from twinbase.testing.wire import Wire
from twinbase_server.feed.news.watch import NewsWatch
from twinbase_server.sql.unseen import Snapshot, parse_snapshot

OVER = "the stream is over"


class Ear:
    """The events of one stream, in order."""

    def __init__(self, source: httpx2.EventSource) -> None:
        self.headers = source.response.headers
        self._events = aiter(source)

    async def hear(self) -> tuple[str, dict[str, Any]]:
        """The name of the next event, and what it says."""
        async with asyncio.timeout(30):
            async for event in self._events:
                return event.event, json.loads(event.data)
        return OVER, {}

    async def expect(self, name: str) -> dict[str, Any]:
        """What the next event says, which is of this name."""
        heard, said = await self.hear()
        assert heard == name
        return said

    async def hear_all(self) -> list[str]:
        """The names of all events that are left."""
        names = []
        while (name := (await self.hear())[0]) != OVER:
            names.append(name)
        return names


@asynccontextmanager
async def listening(app: Any | None, device: Device, since: str = "") -> AsyncIterator[Ear]:
    """A device that listens to an application, and has been greeted; None: to where its requests go."""
    transport = Wire(app) if app else None
    async with httpx2.AsyncClient(transport=transport, base_url=device.http.base_url) as http:
        params = {"since": since} if since else {}
        async with http.sse("sync/events", params=params, headers=device.headers()) as source:
            ear = Ear(source)
            await ear.expect("hello")
            yield ear


async def who_heard(house: House, devices: dict[str, Device], writes: Awaitable[object]) -> set[str]:
    """By name, the devices that were told of what was written. Everything is looked at when this returns."""
    while watch_of(house).seen is not None:  # those who listened before have left a moment ago
        await asyncio.sleep(0)
    async with AsyncExitStack() as stack:
        ears = {name: await stack.enter_async_context(listening(house.app, one)) for name, one in devices.items()}
        await writes
        await until_told(house)
        for listener in watch_of(house).audience:
            listener.send_away()
        heard = {name: await ear.hear_all() for name, ear in ears.items()}
    assert all(names[-1] == "bye" for names in heard.values()), heard
    return {name for name, names in heard.items() if "news" in names}


def watch_of(house: House) -> NewsWatch:
    watch: NewsWatch = house.app.state.serving.news
    return watch


async def until_told(house: House) -> None:
    """Return when what is committed by now was looked at, and whom it concerns was told."""
    now = parse_snapshot(await house.office.fetchval("SELECT pg_current_snapshot()::text"))
    watch = watch_of(house)
    async with asyncio.timeout(30):
        while not _covers(watch.seen, now) or watch.is_telling or any(one.said for one in watch.audience):
            await asyncio.sleep(0)


def _covers(seen: Snapshot | None, now: Snapshot) -> bool:
    first = min(now.xmin, seen.xmin if seen else now.xmin)
    return seen is not None and all(seen.sees(xid) for xid in range(first, now.xmax) if now.sees(xid))
