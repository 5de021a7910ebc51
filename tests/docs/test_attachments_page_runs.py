"""The table of the how-to about attachments is mirrored, and its content brought; the client's lines run elsewhere."""

from pathlib import Path
from uuid import uuid4

import httpx2
from tests.docs.page_blocks import executes, find_blocks, load_page
from tests.docs.test_mirrors_run import Hooks
from tests.server.files.album import Carrier, hash_of, make_image

from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts

PAGE = load_page("docs/how-to/attachments.md")


@executes(*find_blocks("docs/how-to/attachments.md", "python"))
async def test_a_photo_of_the_page_is_declared_and_brought(database_url: str, tmp_path: Path) -> None:
    plugins = Plugins(accounts, Hooks(PAGE.mirror))
    async with World.open(database_url, plugins, tmp_path, files=str(tmp_path / "files")) as world:
        anna, id, body = await world.device("anna"), uuid4(), make_image()
        await anna.save(PAGE.Photo(id=id, caption="the boiler", sha256=hash_of(body), size_bytes=len(body)))
        assert (await anna.sync()).outcomes == {"applied": 1}
        transport = httpx2.ASGITransport(app=world.application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://world.example/api/v1/") as http:
            carrier = await Carrier(http).sign_in("anna@example.org")
            assert (await carrier.bring(body, PAGE.Photo.__tablename__, id)).status_code == 204
        assert (await anna.sync()).is_proven
        photo = await anna.read(PAGE.Photo, id)
        assert photo is not None and photo.state == "stored"
