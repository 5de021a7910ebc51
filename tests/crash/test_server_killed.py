"""The server's process is killed while it writes a batch or sends a stream; another one goes on where it stood."""

import random

from tests.crash.device import OFFLINE
from tests.crash.held import OPEN, accept_held, seen
from tests.crash.scene import Scene


async def test_killed_before_the_commit_of_a_batch_it_leaves_nothing_of_it(scene: Scene) -> None:
    await scene.goes_on()
    for table in ("workshop.job", "twinbase.ledger"):
        await scene.work()
        before = await scene.world.sql("SELECT visits FROM workshop.job")
        async with accept_held(scene, table):
            scene.server.kill()
        await seen(scene, OPEN, 0)
        assert await scene.world.sql("SELECT visits FROM workshop.job") == before
        await scene.server.start()
        await scene.is_sound()
        await scene.goes_on()


async def test_killed_between_the_commit_of_a_batch_and_its_answer_it_has_its_effect_once(scene: Scene) -> None:
    await scene.goes_on()
    await scene.work()
    before = await scene.world.sql("SELECT max(n) FROM twinbase.ledger")
    assert await scene.dies_at("sync/mark-synced", "answered") == OFFLINE
    assert await scene.world.sql("SELECT max(n) FROM twinbase.ledger") != before
    assert await scene.world.sql("SELECT visits FROM workshop.job") == [(scene.visits,)]
    await scene.server.start()
    await scene.is_sound()
    await scene.goes_on()


async def test_killed_in_the_middle_of_a_stream_it_is_asked_for_the_rest(scene: Scene, rng: random.Random) -> None:
    for share in (0.1, 0.5):
        assert await scene.dies_at("sync/initial", 1 + int(200_000 * share * rng.uniform(0.5, 1.0))) == OFFLINE
        await scene.is_sound()
        await scene.server.start()
    await scene.goes_on()
    await scene.work()
    assert await scene.dies_at("sync/pending", 1 + int(50_000 * rng.random())) == OFFLINE
    await scene.server.start()
    await scene.is_sound()
    await scene.goes_on()
