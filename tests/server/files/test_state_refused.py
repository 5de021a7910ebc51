"""A row that does not take the state of its content has the content all the same, and says so when it can."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.server.files.album import Carrier, Gallery, hash_of, make_image, open_gallery

from twinbase_server.housekeeping import look_after_files

# What a program of the customer's may do when somebody writes to his table, for ever.
FORBIDDEN = {
    "a sentence": "RAISE EXCEPTION 'photos are not changed here'",
    "no data": "RAISE EXCEPTION USING ERRCODE = '02000'",
    "do it again": "RAISE EXCEPTION USING ERRCODE = '40001'",
    "cancelled": "RAISE EXCEPTION USING ERRCODE = '57014'",
    "out of means": "RAISE EXCEPTION USING ERRCODE = '53100'",
    "too slow": "PERFORM pg_sleep(60)",
    "nothing done": "RETURN NULL",
}


async def forbid(gallery: Gallery, body: str) -> None:
    await gallery.world.sql(
        f"CREATE FUNCTION album.forbid() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body}; RETURN NEW; END$$"
    )
    await gallery.world.sql(
        "CREATE TRIGGER forbid BEFORE UPDATE ON album.photo FOR EACH ROW EXECUTE FUNCTION album.forbid()"
    )


async def keep_house(gallery: Gallery) -> None:
    await look_after_files(gallery.world.application.state.serving)


async def bring(gallery: Gallery, who: Carrier, body: bytes) -> UUID:
    id = await gallery.photo("anna", body)
    assert (await who.bring(body, "photo", id)).status_code in (201, 204)
    return id


@pytest.mark.parametrize("body", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_content_counts_though_the_row_may_not_say_so_and_is_said_later(
    database_url: str, tmp_path: Path, body: str
) -> None:
    async with open_gallery(database_url, tmp_path, statement_seconds=0.5) as gallery:
        anna, picture = await gallery.carrier("anna"), make_image()
        await forbid(gallery, body)
        id = await bring(gallery, anna, picture)
        assert (await anna.read("photo", id)).content == picture
        known = await bring(gallery, anna, picture)
        assert (await anna.read("photo", known)).content == picture, "content that need not come again"
        await keep_house(gallery)
        assert await gallery.state_of(id) == await gallery.state_of(known) == "local"
        await gallery.world.sql("DROP TRIGGER forbid ON album.photo")
        await keep_house(gallery)
        assert await gallery.state_of(id) == await gallery.state_of(known) == "stored"


async def test_what_is_refused_is_said_to_whoever_brings_it_though_the_row_may_not_say_so(gallery: Gallery) -> None:
    anna, right = await gallery.carrier("anna"), make_image((300, 300))
    wrong = right[:-1] + bytes([right[-1] ^ 1])
    await forbid(gallery, FORBIDDEN["a sentence"])
    id = await gallery.photo("anna", right)
    answer = await anna.bring(wrong, "photo", id)
    assert (answer.status_code, answer.json()["type"]) == (422, "attachment-refused")
    too_much = await anna.begin("photo", id, length=len(right) + 1)
    assert (too_much.status_code, too_much.json()["type"]) == (422, "attachment-refused")
    assert (await anna.bring(right, "photo", id)).status_code == 204


async def test_a_row_that_is_loaded_anew_with_what_it_said_before_says_again_that_its_content_is_there(
    gallery: Gallery,
) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    kept = await bring(gallery, anna, body)
    changed = await bring(gallery, anna, make_image(shade=7))
    await gallery.world.sql("UPDATE album.photo SET blob = 'local'")
    await gallery.world.sql("UPDATE album.photo SET sha256 = :other WHERE id = :id", other=hash_of(b"x"), id=changed)
    await keep_house(gallery)
    assert await gallery.state_of(kept) == "stored"
    assert await gallery.state_of(changed) == "local", "it names other content now, which has not come"
