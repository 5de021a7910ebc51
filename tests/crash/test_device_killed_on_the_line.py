"""A device that is killed while it talks to the server: everything goes on, and every effect is there once."""

import random
import signal

from tests.crash.processes import until
from tests.crash.relay import Moment
from tests.crash.scene import Scene

FIRST_ANSWER_BYTES = 200_000
LATER_ANSWER_BYTES = 100_000


async def test_killed_in_the_middle_of_its_first_sync_a_device_keeps_its_pages_and_goes_on(
    scene: Scene, rng: random.Random
) -> None:
    for share in (0.0, 0.3, 0.6, 0.9):
        moment = 1 + int(FIRST_ANSWER_BYTES * share * rng.uniform(0.8, 1.1))
        code = await scene.cut_at("sync/initial", moment)
        assert code == -signal.SIGKILL or (code == 0 and share > 0.5)
        await scene.is_sound()
    await scene.goes_on()
    await scene.work()
    await scene.goes_on()


async def test_killed_round_its_push_a_device_has_every_effect_once(scene: Scene) -> None:
    await scene.goes_on()
    moments: tuple[Moment, ...] = ("asked", "sent", "answered", 1)
    for moment in moments:
        await scene.work()
        assert await scene.cut_at("sync/mark-synced", moment) == -signal.SIGKILL
        await scene.is_sound()
        await scene.goes_on()


async def test_killed_while_it_pulls_a_device_has_the_old_state_or_the_new_one(
    scene: Scene, rng: random.Random
) -> None:
    await scene.goes_on()
    for share in (0.0, 0.5):
        await scene.work()
        moment = 1 + int(LATER_ANSWER_BYTES * share * rng.uniform(0.5, 1.0))
        assert await scene.cut_at("sync/pending", moment) == -signal.SIGKILL
        await scene.is_sound()
        await scene.goes_on()


async def test_killed_while_it_writes_what_it_pulled_a_device_goes_on(scene: Scene, rng: random.Random) -> None:
    """The log of its file shows that it writes: all that comes before the apply leaves less than that in it."""
    await scene.goes_on()
    for _ in range(3):
        await scene.work()
        await _killed_while_writing(scene, written=rng.randrange(150_000, 500_000))
        await scene.is_sound()
        await scene.goes_on()


async def _killed_while_writing(scene: Scene, written: int) -> None:
    log = scene.path.with_name(scene.path.name + "-wal")
    device = scene.process()
    await until(lambda: not device.runs or (log.exists() and log.stat().st_size > written), "the log growing")
    assert device.runs
    device.kill()
