"""How much room attachments take: what the server has goes, what is unsent never does, what is left over is found."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.attachments.gallery import Picture
from tests.attachments.pictures import add_picture, make_picture, read_bytes, whereabouts

from twinbase.errors import Offline
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.tidy import PARTS_KEPT, UNUSED_KEPT
from twinbase.replica.file.content_tables import content_folder
from twinbase.testing import Device, World

ANNA = {"lead": "anna"}
DAY = timedelta(days=1)


@pytest.fixture
async def anna(world: World) -> Device:
    return await world.device("anna", claims=ANNA)


def number_of_files(device: Device) -> int:
    return len(list(ContentStore(device.path, b"").list_names()))


@pytest.mark.parametrize("photos", [30, pytest.param(500, marks=pytest.mark.long)])
async def test_photos_of_thirty_days_offline_stay_and_go_when_they_are_sent(
    anna: Device, world: World, photos: int
) -> None:
    """Far over the budget while they are nowhere else; within it as soon as the server has them."""
    content = [make_picture(16, shade) for shade in range(photos)]
    anna.replica.attachments.budget_bytes = budget = sum(map(len, content)) // 4
    anna.wire.up = False
    pictures = []
    for day, one in enumerate(content):
        pictures.append(await add_picture(anna, one))
        if day % (photos // 30) == 0:
            world.clock.now += DAY
            with pytest.raises(Offline):
                await anna.sync()
    usage = await anna.replica.attachments.read_usage()
    assert usage.bytes == usage.unsent_bytes == sum(map(len, content)) and usage.waiting == photos
    anna.wire.up = True
    await world.sign_in(anna, "anna")
    while (await anna.sync()).files_waiting:
        pass
    usage = await anna.replica.attachments.read_usage()
    assert 0 < usage.bytes <= budget and usage.unsent_bytes == usage.waiting == 0
    assert number_of_files(anna) < photos // 2
    here = {picture.sha256 for picture in pictures if (await whereabouts(anna, picture)).is_here}
    gone = min(pictures, key=lambda picture: picture.sha256 in here)
    await anna.replica.attachments.fetch(gone.sha256 or "")
    assert await read_bytes(anna, gone) == content[pictures.index(gone)]


async def test_what_was_shown_last_stays_longest(anna: Device, world: World) -> None:
    pictures = []
    for shade in range(4):
        pictures.append(await add_picture(anna, make_picture(16, shade)))
        world.clock.now += DAY
    await anna.sync()
    await read_bytes(anna, pictures[0])
    world.clock.now += DAY
    anna.replica.attachments.budget_bytes = 2 * len(make_picture(16)) + 100
    pictures.append(await add_picture(anna, make_picture(16, 5)))
    here = [(await whereabouts(anna, picture)).is_here for picture in pictures]
    assert here[0] and here[4] and not here[1] and not here[2]


async def test_what_another_row_waits_for_does_not_make_room(anna: Device, world: World) -> None:
    """The server has it, for the first row alone: nobody learns from a hash what it has."""
    first = await add_picture(anna, make_picture())
    await anna.sync()
    anna.wire.up = False
    second = Picture(sha256=first.sha256)
    await anna.save(second)
    anna.replica.attachments.budget_bytes = 0
    await anna.replica.attachments.put(b"one more")
    assert (await whereabouts(anna, first)).is_here
    anna.wire.up = True
    await sync_until_all_is_stored(anna)
    assert await list_states(world) == ["stored", "stored"]


async def test_what_had_made_room_comes_again_for_another_row_that_names_it(anna: Device, world: World) -> None:
    first = await add_picture(anna, make_picture())
    await sync_until_all_is_stored(anna)
    anna.replica.attachments.budget_bytes = 0
    await anna.replica.attachments.put(b"one more")
    assert not (await whereabouts(anna, first)).is_here
    second = Picture(sha256=first.sha256)
    await anna.save(second)
    await sync_until_all_is_stored(anna)
    assert await list_states(world) == ["stored", "stored"]

    # And whatever becomes of the first, the second has it.
    await world.sql(f"DELETE FROM gallery.picture WHERE id = '{first.id}'")
    await anna.sync()
    await anna.replica.attachments.fetch(first.sha256 or "")
    assert await read_bytes(anna, second) == make_picture()


async def sync_until_all_is_stored(device: Device) -> None:
    """What is sent is said by the pull that follows."""
    for _ in range(3):
        await device.sync()


async def list_states(world: World) -> list[str | None]:
    return [state for (state,) in await world.sql("SELECT blob_state FROM gallery.picture")]


async def test_thumbnails_stay_longer_than_their_pictures(anna: Device) -> None:
    photo = await anna.replica.attachments.take_photo(make_picture(600))
    await anna.save(Picture(sha256=photo.sha256))
    await anna.sync()
    anna.replica.attachments.budget_bytes = photo.size
    await anna.replica.attachments.put(b"one more")
    assert not (await anna.replica.attachments.state(photo.sha256)).is_here
    assert await anna.replica.attachments.thumbnail(photo.sha256)


async def test_what_a_killed_process_left_in_its_place_goes(anna: Device) -> None:
    """It was renamed, and not noted: nobody was told that it is kept."""
    picture = await add_picture(anna, make_picture())
    await anna.sql("DELETE FROM _twinbase_content")
    await anna.reopen()
    await anna.sync()
    assert number_of_files(anna) == 0 and (await whereabouts(anna, picture)).where == "elsewhere"


async def test_a_copy_without_its_attachments_sends_none_and_says_so(anna: Device, world: World) -> None:
    anna.replica.attachments.metered = True
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    copy = await world.clone(anna, "copy")
    report = await copy.sync()
    assert (report.files_waiting, report.files_refused, report.files_problem) == (0, 1, "")
    assert "not on this device any more" in (await whereabouts(copy, picture)).reason
    await anna.sync()
    assert (await whereabouts(anna, picture)).where == "stored"
    assert (await copy.sync()).files_refused == 0
    await copy.replica.attachments.fetch(picture.sha256 or "")
    assert await read_bytes(copy, picture) == make_picture()


async def test_a_copy_of_all_of_it_sends_each_once(anna: Device, world: World) -> None:
    anna.replica.attachments.metered = True
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await anna.close()
    shutil.copytree(content_folder(anna.path), world.folder / "copy.twin-content")
    copy = await world.clone(anna, "copy")
    await copy.sync()
    await anna.sync()
    assert [len([s for s in d.wire.seen if s.method == "PATCH"]) for d in (copy, anna)] == [1, 0]
    for device in (copy, anna):
        await device.sync()
        assert (await whereabouts(device, picture)).where == "stored"


async def test_what_no_row_ever_named_goes_after_a_while(anna: Device, world: World) -> None:
    unused = await anna.replica.attachments.put(b"taken, and never saved")
    used = await add_picture(anna, make_picture())
    waiting = await anna.replica.attachments.put(b"noted somewhere else")
    await anna.sql("CREATE TABLE _twinbase_somewhere (note TEXT) STRICT")
    await anna.sql("INSERT INTO _twinbase_somewhere VALUES (?)", f'{{"photos": ["{waiting}"]}}')
    await anna.sync()
    world.clock.now += UNUSED_KEPT + DAY
    await anna.reopen()
    await anna.sync()
    await anna.reopen()
    await anna.sync()
    here = {name: (await anna.replica.attachments.state(name)).is_here for name in (unused, waiting, used.sha256 or "")}
    assert list(here.values()) == [False, True, True]


async def test_what_came_by_half_goes_after_a_while(anna: Device, world: World) -> None:
    store = await anna.replica.attachments._open_store()
    opened = store.open_part("0" * 64)
    assert opened is not None
    opened[0].close()
    world.clock.now += PARTS_KEPT + DAY
    await anna.reopen()
    await add_picture(anna, make_picture())
    await anna.sync()
    assert list(store.list_parts()) == []


async def test_a_server_that_was_restored_gets_them_again(anna: Device, world: World, shelf: Path) -> None:
    """It has lost what it had said to have: what is here goes once more."""
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await anna.sync()
    for table in ("attached", "content", "upload"):
        await world.sql(f"DELETE FROM twinbase.{table}")
    shutil.rmtree(shelf)
    await world.sql("UPDATE gallery.picture SET blob_state = NULL")
    anna.wire.seen.clear()
    await anna.sync()
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "PATCH"]
    await anna.sync()
    assert (await whereabouts(anna, picture)).where == "stored"
