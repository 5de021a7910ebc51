"""A sync that has little to do costs little: the file stays open for the next one, and is let go of in the end."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from tests.sync.shop import Job

from twinbase.errors import Offline
from twinbase.replica.sync.thread import FileThread
from twinbase.testing import World, drop_request


async def test_a_sync_goes_on_with_the_connection_of_the_one_before(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    kept = anna.replica.database.take_kept()
    assert isinstance(kept, FileThread) and anna.replica.database.keep(kept)
    await anna.sync()
    assert anna.replica.database.take_kept() is kept
    await kept.close()


async def test_what_a_person_writes_meanwhile_is_seen_by_the_kept_connection(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    await anna.save(Job(id=uuid4(), lead="anna", title="boiler"))
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.pulled == 1 and report.is_proven


async def test_a_sync_that_failed_leaves_no_connection(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    anna.wire.spoil("sync/pending", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    assert anna.replica.database.take_kept() is None
    assert (await anna.sync()).is_proven


async def test_a_first_sync_leaves_no_connection_that_is_set_for_it(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    assert anna.replica.database.take_kept() is None


async def test_nothing_of_the_file_is_open_once_the_replica_is_closed(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    path = anna.replica.path
    await anna.close()
    assert not any(name.startswith(str(path)) for name in _open_files())


async def test_a_file_whose_key_is_changed_between_two_syncs_goes_on(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sync()
    await anna.replica.rekey(bytes(range(1, 33)))
    assert (await anna.sync()).is_proven


def _open_files() -> set[str]:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("This system does not say which files are open.")
    found = set()
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            found.add(os.readlink(folder / name))
    return found
