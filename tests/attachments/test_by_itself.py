"""A device that syncs by itself sends its attachments too, and goes on with its session meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from tests.attachments.gallery import Picture
from tests.attachments.pictures import add_picture, make_picture, read_bytes, whereabouts

from twinbase.replica.schedule import SyncPace
from twinbase.replica.status import SyncStatus
from twinbase.testing import Device, World, drop_request

SOON = SyncPace(regular_seconds=3600, after_write_seconds=0.05, retry_seconds=0.05, jitter=0)
"""Whatever is sent within a test was sent because it was written, or because it could not be sent before."""
ANNA = {"lead": "anna"}


@pytest.fixture
async def anna(world: World) -> Device:
    return await world.device("anna", claims=ANNA)


@asynccontextmanager
async def running(device: Device) -> AsyncIterator[None]:
    """The device's sync runs by itself; the first one, at the start, is over."""
    task = asyncio.create_task(device.replica.background(pace=SOON).run())
    await reach(device, lambda status: status.synced_at is not None and not status.is_syncing)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def reach(device: Device, wanted: Callable[[SyncStatus], bool]) -> None:
    """Return when the status is as it is wanted."""
    async with asyncio.timeout(60):
        async for status in device.replica.status.follow_changes():
            if wanted(status):
                return


async def until_sent(device: Device) -> None:
    await reach(device, lambda status: status.unsent_files > 0)
    await reach(device, lambda status: status.unsent_files == 0)


async def test_a_photo_is_sent_by_itself(anna: Device) -> None:
    async with running(anna):
        sent = asyncio.create_task(until_sent(anna))
        picture = await add_picture(anna, make_picture(900))
        await sent
    assert (await whereabouts(anna, picture)).where == "stored"


async def test_a_photo_whose_line_breaks_goes_on_by_itself(anna: Device) -> None:
    async with running(anna):
        sent = asyncio.create_task(until_sent(anna))
        anna.wire.spoil("/files", *[drop_request()] * 3)
        picture = await add_picture(anna, make_picture())
        await sent
    assert (await whereabouts(anna, picture)).where == "stored"


async def test_photos_that_waited_go_by_themselves_when_the_network_is_free_again(anna: Device) -> None:
    anna.replica.attachments.metered = True
    async with running(anna):
        await add_picture(anna, make_picture())
        await reach(anna, lambda status: status.unsent_files == 1 and status.pending == 0 and not status.is_syncing)
        sent = asyncio.create_task(reach(anna, lambda status: status.unsent_files == 0))
        anna.replica.attachments.metered = False
        await sent


async def test_a_fetch_beside_a_sync_goes_on_with_the_session(anna: Device, world: World) -> None:
    """The token of both has expired: it is renewed once, and nobody ends the session of the other."""
    bob = await world.device("bob", claims=ANNA)
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await bob.sync()
    for _ in range(3):
        world.clock.advance(hours=1)
        await anna.save(Picture(caption="another one"))
        await asyncio.gather(bob.sync(), bob.replica.attachments.fetch(picture.sha256 or ""), bob.sync())
    assert await read_bytes(bob, picture) == make_picture()
    await bob.sync()


async def test_a_fetch_alone_goes_on_with_the_session(anna: Device, world: World) -> None:
    bob = await world.device("bob", claims=ANNA)
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await bob.sync()
    world.clock.advance(hours=1)
    await bob.reopen()
    await bob.replica.attachments.fetch(picture.sha256 or "")
    assert await read_bytes(bob, picture) == make_picture()
