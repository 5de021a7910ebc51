"""Twenty pictures, and a device and a server that are killed on their way: each arrives, whole, and is noted once."""

import random
from functools import partial
from pathlib import Path

import pytest
from tests.attachments.camera import OFFLINE, serve_gallery, sync_until
from tests.attachments.gallery import Picture, gallery
from tests.attachments.pictures import make_picture
from tests.crash.device import KEY
from tests.crash.processes import Killable, serving
from tests.crash.relay import Relay

from twinbase.replica import Replica
from twinbase.testing import World
from twinbase.testing.world import PASSWORD

PICTURES, LARGE = 20, 2


@pytest.fixture
def rng(pytestconfig: pytest.Config) -> random.Random:
    """Chance, from the number that the run prints."""
    return random.Random(int(pytestconfig.option.hypothesis_seed))


async def take_pictures(path: Path, url: str) -> dict[str, bytes]:
    """Anna's file, with pictures that nobody else has; two of them go in several pieces."""
    content = [make_picture(32, shade) for shade in range(PICTURES - LARGE)]
    content += [make_picture(700, shade) for shade in range(LARGE)]
    async with await Replica.open(path, KEY, plugins=gallery(), server=url) as replica:
        await replica.sign_in("anna@example.org", PASSWORD)
        named = {await replica.attachments.put(one): one for one in content}
        async with replica.session() as session:
            session.add_all(Picture(sha256=sha256) for sha256 in named)
            await session.commit()
    return named


async def assert_all_arrived(world: World, path: Path, url: str, named: dict[str, bytes]) -> None:
    """The server says so of each row, and another device gets the same bytes from it."""
    rows = await world.sql("SELECT sha256, blob_state FROM gallery.picture")
    assert sorted(rows) == sorted((sha256, "stored") for sha256 in named)
    async with await Replica.open(path, KEY, plugins=gallery(), server=url) as replica:
        assert (await replica.sync()).files_waiting == 0
        assert {(await replica.attachments.state(sha256)).where for sha256 in named} == {"stored"}
    async with await Replica.open(path.with_name("bob.twin"), KEY, plugins=gallery(), server=url) as bob:
        await bob.sign_in("anna@example.org", PASSWORD)
        await bob.sync()
        await bob.attachments.fetch(*named)
        for sha256, content in named.items():
            with await bob.attachments.open(sha256) as file:
                assert file.read() == content


async def test_pictures_survive_a_device_that_is_killed_again_and_again(
    world: World, database_url: str, shelf: Path, tmp_path: Path, rng: random.Random
) -> None:
    await world.account("anna", lead="anna")
    path = tmp_path / "anna.twin"
    async with serving(partial(serve_gallery, str(shelf)), database_url) as server, Relay.to(server.port) as relay:
        named = await take_pictures(path, relay.url)
        kills = 0
        while (code := await Killable(sync_until, str(path), relay.url, rng.randint(1, 40)).ended()) != 0:
            assert code == -9
            kills += 1
        assert kills >= 3
        await assert_all_arrived(world, path, relay.url, named)


async def test_pictures_survive_a_server_that_is_killed_at_any_byte(
    world: World, database_url: str, shelf: Path, tmp_path: Path, rng: random.Random
) -> None:
    await world.account("anna", lead="anna")
    path = tmp_path / "anna.twin"
    async with serving(partial(serve_gallery, str(shelf)), database_url) as server, Relay.to(server.port) as relay:
        named = await take_pictures(path, relay.url)
        share = sum(map(len, named.values())) // 4
        for _ in range(3):
            relay.after_sent(rng.randint(2_000, share), server.kill)
            assert await Killable(sync_until, str(path), relay.url, 0).ended() == OFFLINE
            relay.forget()
            await server.start()
        while await Killable(sync_until, str(path), relay.url, 0).ended():
            pass
        await assert_all_arrived(world, path, relay.url, named)
