"""The server is killed at any byte of any piece: what it acknowledged is there, and all of it arrives in the end."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from tests.crash.processes import ServerProcess, serving
from tests.server.files.album import PIECE, Carrier, Gallery, make_image, open_gallery, sum_of
from tests.server.files.gallery_server import make_server

KILLS = 10
PIECE_BYTES = 20_000


@dataclass
class Scene:
    """A server that can be killed, and an office that looks at what it has."""

    office: Gallery
    server: ServerProcess
    anna: Carrier

    async def come_back(self) -> None:
        self.server.kill()
        await self.server.start()


@asynccontextmanager
async def open_scene(
    database_url: str, folder: Path, file_bytes_max: int = 0, prepared: bool = False
) -> AsyncIterator[Scene]:
    async with open_gallery(database_url, folder, prepared=prepared) as office:
        await office.world.account("anna")
        run = make_server(str(office.store), file_bytes_max)
        async with serving(run, database_url) as server:
            base = f"http://127.0.0.1:{server.port}/api/v1/"
            async with httpx2.AsyncClient(base_url=base, timeout=30) as http:
                yield Scene(office, server, await Carrier(http).sign_in("anna@example.org"))


@pytest.fixture
def rng(pytestconfig: pytest.Config) -> random.Random:
    """Chance, from the number that the run prints."""
    return random.Random(int(pytestconfig.option.hypothesis_seed))


@pytest.mark.long
async def test_photos_survive_kills_of_the_server_at_any_byte(
    database_url: str, tmp_path: Path, rng: random.Random
) -> None:
    async with open_scene(database_url, tmp_path) as scene:
        bodies = [make_image((250, 250), shade=shade) for shade in range(4)]
        photos = {await scene.office.photo("anna", body): body for body in bodies}
        for _ in range(KILLS):
            id, body = rng.choice(list(photos.items()))
            await dies_in_the_middle(scene, id, body, rng)
        for id, body in photos.items():
            assert (await scene.anna.bring(body, "photo", id, piece=PIECE_BYTES)).status_code in (201, 204)
            read = await scene.anna.read("photo", id)
            assert (read.content, await scene.office.state_of(id)) == (body, "stored")
        kept = await scene.office.world.sql("SELECT object FROM twinbase.content")
        assert len(kept) == len(bodies) and {row.object for row in kept} <= set(scene.office.objects())


async def dies_in_the_middle(scene: Scene, id: UUID, body: bytes, rng: random.Random) -> None:
    """Some pieces arrive; the server dies while the next one comes, or just after it came. What it said holds."""
    begun = await scene.anna.begin("photo", id, length=len(body))
    address, offset = begun.headers["Location"], int(begun.headers["Upload-Offset"])
    for _ in range(rng.randrange(2)):
        if offset < len(body):
            answer = await scene.anna.send(address, offset, body[offset : offset + PIECE_BYTES])
            assert answer.status_code == 204
            offset = int(answer.headers["Upload-Offset"])
    part = body[offset : offset + PIECE_BYTES]
    heard = await send_and_kill(scene, address, offset, part, rng) if part else False
    await scene.server.start()
    there = await scene.anna.ask(address)
    assert there.status_code == 200
    stands = int(there.headers["Upload-Offset"])
    assert stands in ((offset + len(part),) if heard else (offset, offset + len(part))), "a piece counts whole or not"
    assert (await scene.office.state_of(id) == "stored") == (stands == len(body)), "all is there with its row, or not"


async def send_and_kill(scene: Scene, address: str, offset: int, part: bytes, rng: random.Random) -> bool:
    """So many bytes of a piece go out, a moment passes, and the server dies. Answers whether it had acknowledged it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.server.port)
    token = scene.anna.http.headers["Authorization"]
    headers = PIECE | {
        "Host": "x", "Authorization": token, "Upload-Offset": str(offset), "Content-Length": str(len(part)),
        "Upload-Checksum": sum_of(part),
    }  # fmt: skip
    head = f"PATCH {address} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    whole = head.encode() + part
    cut = len(whole) if rng.random() < 0.7 else rng.randrange(1, len(whole))
    writer.write(whole[:cut])
    await writer.drain()
    answer = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(rng.choice((0.0, 0.005, 0.02, 0.05, 0.2))):
            answer = await reader.read(4096)
    scene.server.kill()
    with suppress(OSError):
        answer += await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 204")


async def test_a_full_disk_loses_nothing_and_takes_the_rest_when_there_is_room(
    database_url: str, tmp_path: Path
) -> None:
    async with open_scene(database_url, tmp_path, file_bytes_max=30_000) as scene:
        body = make_image((400, 400))
        id = await scene.office.photo("anna", body)
        address = (await scene.anna.begin("photo", id, length=len(body))).headers["Location"]
        assert (await scene.anna.send(address, 0, body[:20_000])).status_code == 204
        await is_full(await scene.anna.send(address, 20_000, body[20_000:60_000]))
        for start in range(20_000, len(body) - 20_000, 20_000):
            assert (await scene.anna.send(address, start, body[start : start + 20_000])).status_code == 204
        await is_full(await scene.anna.send(address, start + 20_000, body[start + 20_000 :]))
        assert await scene.office.state_of(id) == "local"
        assert {name.partition("/")[0] for name in scene.office.objects()} == {"upload"}, "no half content is left"
    async with open_scene(database_url, tmp_path, prepared=True) as roomy:
        stands = int((await roomy.anna.ask(address)).headers["Upload-Offset"])
        assert stands == start + 20_000
        assert (await roomy.anna.send(address, stands, body[stands:])).status_code == 204
        assert (await roomy.anna.read("photo", id)).content == body


async def is_full(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["type"]) == (507, "store-full")
    assert int(answer.headers["Retry-After"]) > 60
