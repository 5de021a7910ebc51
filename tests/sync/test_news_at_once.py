"""A device whose sync runs by itself hears of news at once; and whatever becomes of a hint, the regular sync comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from tests.sync.shop import Job, Product
from tests.sync.test_background import SOON, reach

from twinbase.replica import Replica
from twinbase.replica.background import Background
from twinbase.replica.schedule import SyncPace
from twinbase.replica.status import SyncStatus
from twinbase.replica.sync.listen import ListenPace, NewsListener
from twinbase.replica.sync.server import Server
from twinbase.testing import Device, World
from twinbase.testing.wire import AsgiApp
from twinbase.testing.world import KEY
from twinbase_server.http.listening import listening_options
from twinbase_server.problems import ProblemError, problem_response

SETTINGS = {"news_heartbeat_seconds": 1}
AGAIN_SOON = ListenPace(hello_seconds=60, again_seconds=0.05)
HEARS_SOON_THAT_IT_IS_KEPT_BACK = ListenPace(hello_seconds=3, again_seconds_max=3600)


def make_background(
    replica: Replica, pace: SyncPace = SOON, server: Server | None = None, listening: ListenPace = AGAIN_SOON
) -> Background:
    """As `replica.background()` makes it, coming again sooner; `server`: another line to listen on."""
    syncing = replica.syncing
    listen = NewsListener(server or syncing.server, replica.database, syncing.session, replica.status, pace=listening)
    return Background(
        replica.sync, pace=pace, has_more=syncing.has_more, watch_writes=replica.database.watch_writes, listen=listen
    )


@asynccontextmanager
async def syncing(
    replica: Replica,
    pace: SyncPace = SOON,
    *,
    until: Callable[[SyncStatus], bool],
    server: Server | None = None,
    listening: ListenPace = AGAIN_SOON,
) -> AsyncIterator[Background]:
    """The sync runs by itself, and the status is as it is wanted."""
    background = make_background(replica, pace, server, listening)
    task = asyncio.create_task(background.run())
    await reach(replica, until)
    yield background
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def hears(status: SyncStatus) -> bool:
    return bool(status.hears_news) and not status.is_syncing


def has_synced(status: SyncStatus) -> bool:
    return status.synced_at is not None and not status.is_syncing


async def new_product(world: World, device: Device, id: int) -> None:
    """The office writes a product; return when the device's sessions see it."""
    async with asyncio.timeout(30), device.replica.changes(Product) as changes:
        await world.sql("INSERT INTO workshop.product VALUES (:id, 'boiler')", id=id)
        async for _ in changes:
            return


async def test_what_the_office_writes_is_on_a_device_at_once(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    background = anna.replica.background(pace=SOON)
    task = asyncio.create_task(background.run())
    await reach(anna.replica, hears)
    await new_product(world, anna, 1)
    await new_product(world, anna, 2)
    assert [product.id for product in await anna.all(Product)] == [1, 2]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert not anna.replica.status.now.hears_news


async def test_an_app_may_do_without(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    task = asyncio.create_task(anna.replica.background(pace=SOON, listen=False).run())
    await reach(anna.replica, has_synced)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert anna.wire.list_requests("sync/events") == []


async def test_a_device_is_not_told_of_what_it_has_pushed_itself(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with syncing(anna.replica, until=hears):
        before = len(anna.wire.list_requests("sync/pending"))
        await anna.save(Job(lead="anna", title="boiler"))
        await reach(anna.replica, lambda status: status.pending > 0)
        await reach(anna.replica, lambda status: status.pending == 0 and not status.is_syncing)
        await new_product(world, anna, 1)
        await reach(anna.replica, lambda status: not status.is_syncing)
        assert len(anna.wire.list_requests("sync/pending")) == before + 2


async def test_what_changed_while_nobody_listened_is_heard_of_when_it_listens_again(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with syncing(anna.replica, until=hears):
        async with asyncio.timeout(30), anna.replica.changes(Product) as changes:
            anna.wire.up = False
            for listener in list(world.application.state.serving.news.audience):
                listener.send_away(0)
            await reach(anna.replica, lambda status: not status.hears_news)
            await world.sql("INSERT INTO workshop.product VALUES (1, 'boiler')")
            anna.wire.up = True
            async for _ in changes:
                break


def lose_hints(application: AsgiApp) -> AsgiApp:
    """Something on the way that swallows every hint."""

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        async def pass_on(message: Any) -> None:
            if not message.get("body", b"").startswith(b"event: news"):
                await send(message)

        await application(scope, receive, pass_on)

    return proxy


async def test_a_hint_that_is_lost_costs_the_regular_interval_and_no_more(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    anna.wire.application = lose_hints(world.application)
    async with syncing(anna.replica, SyncPace(regular_seconds=0.5, jitter=0), until=hears):
        await new_product(world, anna, 1)


def answer_nothing_there(application: AsgiApp) -> AsgiApp:
    """A server of before the news."""

    async def older(scope: Any, receive: Any, send: Any) -> None:
        answering = problem_response(ProblemError("not-found")) if scope["path"].endswith("/events") else application
        await answering(scope, receive, send)

    return older


async def test_an_older_server_is_synced_with_regularly(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    anna.wire.application = answer_nothing_there(world.application)
    async with syncing(anna.replica, SyncPace(regular_seconds=0.5, jitter=0), until=has_synced):
        await new_product(world, anna, 1)
        assert len(anna.wire.list_requests("sync/events")) == 1


async def test_a_token_that_has_expired_costs_one_sync_and_then_it_hears_again(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with syncing(anna.replica, until=hears):
        world.clock.advance(seconds=901)
        for listener in list(world.application.state.serving.news.audience):
            listener.send_away(0)
        await reach(anna.replica, lambda status: not status.hears_news)
        await reach(anna.replica, hears)
        await new_product(world, anna, 1)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[int]:
    """The world's application on a port, over real HTTP."""
    options = listening_options(100)
    config = uvicorn.Config(
        world.application, host="127.0.0.1", port=0, lifespan="off", log_level="critical", **options
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


class HoldingProxy:
    """A proxy that passes on what is asked, and keeps an answer to `sync/events` back until it is whole."""

    def __init__(self, port: int) -> None:
        self._port, self.held, self.holds = port, bytearray(), True

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[int]:
        async with await asyncio.start_server(self._carry, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._port)
        asked = bytearray()

        async def up() -> None:
            while data := await reader.read(65536):
                asked.extend(data)
                upstream_writer.write(data)
            upstream_writer.close()

        async def down() -> None:
            while data := await upstream_reader.read(65536):
                if self.holds and b"GET /api/v1/sync/events" in asked:
                    self.held += data
                else:
                    writer.write(data)
            writer.close()

        with suppress(OSError):
            await asyncio.gather(up(), down())


@pytest.fixture
async def device_by_network(world: World, tmp_path: Path) -> Callable[[int], Any]:
    await world.account("anna", lead="anna")

    async def open_device(port: int) -> Replica:
        url = f"http://127.0.0.1:{port}"
        replica = await Replica.open(
            tmp_path / f"{uuid4().hex}.twin", KEY, plugins=world.plugins, server=url, clock=world.clock
        )
        await replica.sign_in("anna@example.org", "correct horse")
        return replica

    return open_device


async def test_a_proxy_that_keeps_answers_back_is_noticed_and_told(
    world: World, device_by_network: Callable[[int], Any]
) -> None:
    async with served(world) as port:
        proxy = HoldingProxy(port)
        async with proxy.listen() as between, await device_by_network(between) as replica:
            pace, listening = SyncPace(regular_seconds=0.5, jitter=0), HEARS_SOON_THAT_IT_IS_KEPT_BACK
            async with syncing(replica, pace, until=lambda status: status.news_kept_back, listening=listening):
                assert b"event: hello" in proxy.held and not replica.status.now.hears_news
                async with asyncio.timeout(30), replica.changes(Product) as changes:
                    await world.sql("INSERT INTO workshop.product VALUES (1, 'boiler')")
                    async for _ in changes:
                        break


async def test_a_greeting_that_was_only_slow_costs_no_hour(
    world: World, device_by_network: Callable[[int], Any]
) -> None:
    """It looks like one that is kept back: what is tried again soon is heard soon."""
    async with served(world) as port:
        proxy = HoldingProxy(port)
        async with proxy.listen() as between, await device_by_network(between) as replica:
            listening = ListenPace(hello_seconds=3, again_seconds_max=0.1)
            async with syncing(replica, until=lambda status: status.news_kept_back, listening=listening):
                proxy.holds = False
                await reach(replica, hears)


async def test_another_network_without_that_proxy_is_tried_when_the_app_says_so(
    world: World, device_by_network: Callable[[int], Any]
) -> None:
    async with served(world) as port:
        proxy = HoldingProxy(port)
        async with proxy.listen() as between, await device_by_network(between) as replica:
            listening = HEARS_SOON_THAT_IT_IS_KEPT_BACK
            async with syncing(replica, until=lambda status: status.news_kept_back, listening=listening) as background:
                proxy.holds = False
                background.note_network()
                await reach(replica, hears)
                assert not replica.status.now.news_kept_back


async def test_a_line_that_is_dead_without_being_cut_is_left_for_another(
    world: World, device_by_network: Callable[[int], Any]
) -> None:
    async with served(world) as port:
        proxy = HoldingProxy(port)
        proxy.holds = False
        async with proxy.listen() as between, await device_by_network(between) as replica:
            server = Server(f"http://127.0.0.1:{between}", silence_seconds=3)
            async with syncing(replica, until=hears, server=server):
                async with asyncio.timeout(30), replica.changes(Product) as changes:
                    proxy.holds = True
                    await world.sql("INSERT INTO workshop.product VALUES (1, 'boiler')")
                    await reach(replica, lambda status: not status.hears_news)
                    proxy.holds = False
                    async for _ in changes:
                        break
            await server.close()


async def test_a_line_on_which_nothing_happens_is_kept(world: World, device_by_network: Callable[[int], Any]) -> None:
    async with served(world) as port, await device_by_network(port) as replica:
        server, lost = Server(f"http://127.0.0.1:{port}", silence_seconds=3), asyncio.Event()
        async with syncing(replica, until=hears, server=server):
            replica.status.watch(lambda status: None if status.hears_news else lost.set())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(lost.wait(), 4.5)
        await server.close()
