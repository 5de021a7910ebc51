"""The page about attachments on a device, on two devices."""

from pathlib import Path
from typing import Any

from tests.attachments.gallery import Picture, gallery
from tests.attachments.pictures import make_picture
from tests.docs.page_blocks import executes, find_blocks

from twinbase.testing import World

TAKE, SHOW, LEFT = find_blocks("docs/how-to/attachments-on-a-device.md", "python")


@executes(TAKE, SHOW)
async def test_a_photo_is_taken_on_one_device_and_shown_on_another(database_url: str, tmp_path: Path) -> None:
    page: dict[str, Any] = {}
    exec(TAKE.take(), page)
    exec(SHOW.take(), page)
    async with World.open(database_url, gallery(), tmp_path, files=str(tmp_path / "shelf")) as world:
        anna, bob = [await world.device(name, claims={"lead": "anna"}) for name in ("anna", "bob")]
        sha256 = await page["add_photo"](anna.replica, Picture, make_picture(), caption="the boiler")
        assert (await anna.sync()).files_sent == 1
        await bob.sync()
        (row,) = await bob.all(Picture)
        assert (row.sha256, row.caption, row.blob_state) == (sha256, "the boiler", "stored")
        assert await page["show_small"](bob.replica, sha256) is None, "no worker has made one"
        content = await page["read_whole"](bob.replica, sha256)
        assert content == await page["read_whole"](anna.replica, sha256)
        assert await page["show_small"](bob.replica, sha256)
        world.raise_crashes()


@executes(TAKE, LEFT)
async def test_a_photo_of_a_visit_that_was_deleted_is_listed_and_given_up(database_url: str, tmp_path: Path) -> None:
    page: dict[str, Any] = {}
    exec(TAKE.take(), page)
    exec(LEFT.take(), page)
    async with World.open(database_url, gallery(), tmp_path, files=str(tmp_path / "shelf")) as world:
        anna = await world.device("anna", claims={"lead": "anna"})
        anna.replica.attachments.metered = True
        sha256 = await page["add_photo"](anna.replica, Picture, make_picture(), caption="the boiler")
        await anna.sync()
        await world.sql("DELETE FROM gallery.picture")
        anna.replica.attachments.metered = False
        await anna.sync()
        ((listed, reason),) = await page["list_left_behind"](anna.replica)
        assert listed == sha256 and reason.startswith("What it belongs to is somebody else's now, or is gone")
        await page["give_up"](anna.replica, sha256)
        assert await page["list_left_behind"](anna.replica) == []
        world.raise_crashes()
