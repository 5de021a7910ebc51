"""A table that another program keeps to itself makes nobody wait for its content longer than for its rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from tests.server.files.album import Gallery, make_image, open_gallery
from tests.server.files.test_reading import stored


@pytest.fixture
async def gallery(database_url: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with open_gallery(database_url, tmp_path, lock_seconds=0.2) as opened:
        yield opened
        opened.world.raise_crashes()


@asynccontextmanager
async def locked(gallery: Gallery, table: str) -> AsyncIterator[None]:
    """As for a load or an ALTER that somebody has begun."""
    office = await asyncpg.connect(gallery.world.database_url)
    async with office.transaction():
        await office.execute(f"LOCK TABLE album.{table} IN ACCESS EXCLUSIVE MODE")
        yield
    await office.close()


@pytest.mark.parametrize("what", ["read", "begin"])
async def test_a_locked_table_is_said_to_be_busy_instead_of_holding_a_connection(gallery: Gallery, what: str) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    async with locked(gallery, "photo"), asyncio.timeout(30):
        asked = anna.read("photo", id) if what == "read" else anna.begin("photo", id, length=len(body))
        answer = await asked
    assert (answer.status_code, answer.json()["type"]) == (503, "database-unavailable")
    assert (await anna.read("photo", id)).content == body


async def test_content_comes_although_another_table_that_may_name_it_is_locked(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    await stored(gallery, anna, "anna", body)
    another = await gallery.photo("anna", body)
    async with locked(gallery, "paper"), asyncio.timeout(30):
        assert (await anna.bring(body, "photo", another)).status_code in (201, 204)
        assert (await anna.read("photo", another)).content == body
