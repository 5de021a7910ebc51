"""The key of a file is changed while the app goes on syncing."""

import asyncio
from uuid import uuid4

import pytest
from tests.sync.shop import Job, Product

from twinbase.errors import ReplicaBusy
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.testing import World


async def test_a_change_of_key_waits_for_the_sync_that_runs_and_calls_nothing_damaged(world: World) -> None:
    await world.sql("INSERT INTO workshop.product SELECT i, md5(i::text), i FROM generate_series(1, 3000) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="boiler"))

    report, _ = await asyncio.gather(anna.sync(), anna.replica.rekey(b"k" * 32))

    assert report.is_proven and len(await anna.all(Product)) == 3000
    assert (await anna.sync()).is_proven
    assert await anna.sql("PRAGMA cipher_integrity_check") == []


async def test_a_change_of_key_does_not_wait_for_ever(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with hold_sync_lock(anna.path, uuid4(), wait_seconds=0.0, who="the kitchen window"):
        with pytest.raises(ReplicaBusy, match="the kitchen window"):
            await anna.replica.rekey(b"k" * 32, wait_seconds=0.0)
    assert (await anna.sync()).is_proven
