"""A tus client of somebody else's brings content through the same routes, by the lines that the how-to shows."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from tests.docs.page_blocks import executes, find_blocks
from tests.server.files.album import Gallery, make_image
from tests.server.files.peer import bring_by_tus

(LINES,) = find_blocks("docs/how-to/attachments.md", "javascript")


@asynccontextmanager
async def listening(gallery: Gallery) -> AsyncIterator[str]:
    """The gallery's server on a real port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(gallery.world.application, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/files"
        server.should_exit = True
        await task


@executes(LINES)
async def test_it_brings_a_photo_in_pieces_and_goes_on_after_a_break(
    gallery: Gallery, peers: Path, tmp_path: Path
) -> None:
    anna, body = await gallery.carrier("anna"), make_image((900, 900))
    id = await gallery.photo("anna", body)
    async with listening(gallery) as endpoint:
        told = tell(anna.http.headers["Authorization"], endpoint, id, tmp_path, body)
        stopped = await asyncio.to_thread(bring_by_tus, peers, {**told, "stop_after": 100_000})
        assert (stopped["done"], stopped["sent"]) == (False, 100_000)
        done = await asyncio.to_thread(bring_by_tus, peers, {**told, "url": stopped["url"]})
        assert done == {"done": True, "url": stopped["url"]}
        # Asked to begin once more, it finds that all of it is there.
        again = await asyncio.to_thread(bring_by_tus, peers, told)
        assert again["done"], again
    assert (await anna.read("photo", id)).content == body
    assert await gallery.state_of(id) == "stored"


async def test_it_is_told_what_is_wrong(gallery: Gallery, peers: Path, tmp_path: Path) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body[:-1] + b"?")
    async with listening(gallery) as endpoint:
        told = tell(anna.http.headers["Authorization"], endpoint, id, tmp_path, body)
        said = await asyncio.to_thread(bring_by_tus, peers, told)
    assert (said["done"], said["status"]) == (False, 422) and "attachment-refused" in said["said"]


def tell(authorization: str, endpoint: str, id: UUID, folder: Path, body: bytes) -> dict[str, Any]:
    """What the client is told: the page's lines, with pieces that suit a small picture, and the test's own table."""
    path = folder / "photo.jpg"
    path.write_bytes(body)
    lines = LINES.take().replace("4 * 1024 * 1024", "100_000").replace("site_photos", "photo")
    token = authorization.removeprefix("Bearer ")
    return {"lines": lines, "token": token, "endpoint": endpoint, "id": str(id), "path": str(path)}
