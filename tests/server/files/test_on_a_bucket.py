"""The same on a store that speaks S3, over the line; and when that store is away."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.files.album import KIB, Gallery, make_image, open_gallery
from tests.server.files.peer import KEY, BucketServer

from twinbase_server.files.preview import make_next_preview


@pytest.fixture
async def gallery(database_url: str, tmp_path: Path, bucket: BucketServer) -> AsyncIterator[Gallery]:
    given: dict[str, Any] = {"files": bucket.address, "files_key_id": KEY, "files_secret": KEY}
    async with open_gallery(database_url, tmp_path, **given) as opened:
        yield opened


async def test_content_comes_in_pieces_and_is_read_in_parts(gallery: Gallery, bucket: BucketServer) -> None:
    anna, body = await gallery.carrier("anna"), b"%PDF-1.7 " + bytes(range(256)) * 40 * KIB
    paper = await gallery.paper("anna", 1, body)
    assert (await anna.bring(body, "paper", *paper, piece=3_000 * KIB)).status_code == 204
    assert (await anna.read("paper", *paper)).content == body
    part = await anna.read("paper", *paper, Range="bytes=6000000-6000099")
    assert (part.status_code, part.content) == (206, body[6_000_000:6_000_100])
    assert [name.partition("/")[0] for name in bucket.objects()] == ["content"]


async def test_what_is_refused_or_ended_leaves_nothing(gallery: Gallery, bucket: BucketServer) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body)
    wrong = await anna.bring(body[:-1] + b"?", "photo", id, piece=5_000)
    assert wrong.json()["type"] == "attachment-refused" and bucket.objects() == []
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    await anna.send(address, 0, body[:5_000])
    assert len(bucket.objects()) == 1
    await anna.http.delete(anna.url(address), headers={"Tus-Resumable": "1.0.0"})
    assert bucket.objects() == []


async def test_a_thumbnail_is_made_and_read(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((800, 600))
    id = await gallery.photo("anna", body)
    assert (await anna.bring(body, "photo", id)).status_code == 204
    serving = gallery.world.application.state.serving
    assert await make_next_preview(serving.pool, serving.store, gallery.world.clock())
    assert (await anna.read("photo", id)).status_code == 200


async def test_while_the_store_is_away_the_device_is_told_to_come_back_and_goes_on_later(
    gallery: Gallery, bucket: BucketServer
) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    assert (await anna.send(address, 0, body[:5_000])).status_code == 204
    bucket.stop()
    for part in (body[5_000:9_000], body[5_000:]):
        answer = await anna.send(address, 5_000, part)
        assert (answer.status_code, answer.json()["type"]) == (503, "store-down")
        assert "Retry-After" in answer.headers and "127.0.0.1" not in answer.text
    assert await gallery.state_of(id) == "local"
    bucket.start()
    assert (await anna.ask(address)).headers["Upload-Offset"] == "5000"
    assert (await anna.send(address, 5_000, body[5_000:])).status_code == 204
    bucket.stop()
    assert (await anna.read("photo", id)).json()["type"] == "store-down"
    bucket.start()
    assert (await anna.read("photo", id)).content == body
