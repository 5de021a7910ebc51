"""Killed anywhere in its sync, a device has the old state or the new one, and its outbox whole (T6)."""

import signal
from uuid import uuid4

import pytest
from tests.crash.device import KEY, sync_once
from tests.crash.processes import Killable
from tests.sync.shop import Job, Product

from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.world import PASSWORD

POINTS_MAX = 40


async def _prepared(world: World, url: str, *, synced: bool) -> Device:
    """A device with an edit that counts, a new row, and changes that wait for it on the server."""
    await world.sql("INSERT INTO workshop.product SELECT i, 'p' || i, NULL FROM generate_series(1, 1200) i")
    await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 1, false)", id=uuid4())
    await world.account("anna", lead="anna")
    device = Device("anna", world.folder / "anna.twin", KEY, world.plugins, world.application, world.clock, url=url)
    await device.reopen()
    await device.sign_in("anna@example.org", PASSWORD)
    if synced:
        await device.sync()
        (job,) = await device.all(Job)
        await device.change(Job, job.id, visits=2)
        await world.sql("UPDATE workshop.product SET name = 'renamed' WHERE id <= 100")
    await device.save(Job(lead="anna", title="typed in the cellar"))
    await device.close()
    return device


@pytest.mark.parametrize("synced", [False, True], ids=["first-sync", "later-sync"])
async def test_killed_before_any_commit_of_its_sync_a_device_goes_on_and_doubles_nothing(
    world: World, url: str, synced: bool
) -> None:
    device = await _prepared(world, url, synced=synced)
    points = 0
    for point in range(1, POINTS_MAX):
        code = await Killable(sync_once, str(device.path), url, point).ended()
        if code == 0:
            break
        assert code == -signal.SIGKILL
        points += 1
        await _is_sound(device)
    await device.reopen()
    report = await device.sync()

    assert points >= 3 and report.is_proven
    assert sorted(await world.sql("SELECT title, visits FROM workshop.job")) == [
        ("boiler", 2 if synced else 1),
        ("typed in the cellar", 0),
    ]
    assert len(await device.all(Job)) == 2 and len(await device.all(Product)) == 1_200
    await device.close()


async def _is_sound(device: Device) -> None:
    """The file opens, holds together, and still shows what was typed."""
    await device.reopen()
    assert await device.sql("PRAGMA integrity_check") == [("ok",)]
    assert "typed in the cellar" in [job.title for job in await device.all(Job)]
    assert await device.sql("SELECT applying FROM _twinbase_state") == [(0,)]
    await device.close()
