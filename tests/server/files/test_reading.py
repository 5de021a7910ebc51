"""Who sees the row has its bytes, whole or in parts; nobody else learns anything, not even that they are there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from tests.server.files.album import TUS, Carrier, Gallery, hash_of, key_of, make_image


async def stored(gallery: Gallery, who: Carrier, owner: str, body: bytes) -> UUID:
    id = await gallery.photo(owner, body)
    assert (await who.bring(body, "photo", id)).status_code == 204
    return id


async def test_the_headers_say_what_it_is_and_that_no_page_is_made_of_it(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image(form="WEBP")
    id = await stored(gallery, anna, "anna", body)
    read = await anna.read("photo", id)
    told = {name: read.headers[name] for name in ("Content-Type", "ETag", "Content-Length", "Accept-Ranges")}
    assert told == {
        "Content-Type": "image/webp",
        "ETag": f'"sha256-{hash_of(body)}"',
        "Content-Length": str(len(body)),
        "Accept-Ranges": "bytes",
    }
    assert read.headers["Cache-Control"] == "private, no-cache"
    assert read.headers["Content-Disposition"] == "attachment"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    head = await anna.http.head(f"files/photo/sha256/{key_of(id)}")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", read.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-", 10, None),
        ("bytes=5-9", 5, 10),
        ("bytes=-7", -7, None),
        ("bytes=0-999999999", 0, None),
        ("bytes=-999999999", 0, None),
    ],
)
async def test_a_part_is_given_when_it_is_asked_for(gallery: Gallery, asked: str, start: int, end: int | None) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    read = await anna.read("photo", id, Range=asked)
    assert (read.status_code, read.content) == (206, body[start:end])
    first = range(len(body))[start]
    assert read.headers["Content-Range"] == f"bytes {first}-{first + len(read.content) - 1}/{len(body)}"


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=9-5"])
async def test_of_what_is_no_part_or_several_the_whole_is_given(gallery: Gallery, asked: str) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    read = await anna.read("photo", id, Range=asked)
    assert (read.status_code, read.content) == (200, body)


async def test_a_part_that_is_not_there_is_refused_with_the_size(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    for asked in (f"bytes={len(body)}-", "bytes=-0"):
        read = await anna.read("photo", id, Range=asked)
        assert (read.status_code, read.json()["type"]) == (416, "range")
        assert read.headers["Content-Range"] == f"bytes */{len(body)}"


async def test_whoever_has_it_is_told_so_and_a_part_of_something_else_is_not_given(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id, etag = await stored(gallery, anna, "anna", body), f'"sha256-{hash_of(body)}"'
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = await anna.read("photo", id, **{"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert (await anna.read("photo", id, **{"If-None-Match": '"x"'})).status_code == 200
    assert (await anna.read("photo", id, **{"Range": "bytes=0-3", "If-Range": etag})).status_code == 206
    other = await anna.read("photo", id, **{"Range": "bytes=0-3", "If-Range": '"sha256-other"'})
    assert (other.status_code, other.content) == (200, body)


async def test_one_answer_for_all_that_is_not_there_or_not_ones_own(gallery: Gallery) -> None:
    anna, bob = await gallery.carrier("anna"), await gallery.carrier("bob")
    annas, never = await stored(gallery, anna, "anna", make_image(shade=1)), make_image(shade=2)
    not_come, without = await gallery.photo("bob", never), await gallery.photo("bob", None)
    answers = [
        await bob.read("photo", annas),
        await bob.read("photo", uuid4()),
        await bob.read("photo", not_come),
        await bob.read("photo", without),
        await bob.read("photo", "no uuid"),
        await bob.read("photo", annas, "too many"),
        await bob.read("photo", annas, column="mime"),
        await bob.read("nothing", annas),
        await bob.http.get("files/photo/sha256/!!!"),
        await bob.http.get(f"files/photo/sha256/{key_of(annas)}?preview=1"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    begun = [await bob.begin("photo", key, length=100) for key in (annas, uuid4(), without)]
    assert {(answer.status_code, answer.text) for answer in begun} == {(404, answers[0].text)}


async def test_the_scope_decides_at_each_request(gallery: Gallery) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    id = await stored(gallery, anna, "anna", body)
    await gallery.world.sql("UPDATE album.photo SET owner = 'bob@example.org' WHERE id = :id", id=id)
    assert (await anna.read("photo", id)).status_code == 404
    assert (await bob.read("photo", id)).content == body


async def test_whoever_only_names_a_hash_gets_nothing_by_it(gallery: Gallery) -> None:
    """Hashes are in rows, and a row may have been somebody's once: the bytes are for whoever brought them, too."""
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    await stored(gallery, anna, "anna", body)
    forged, unknown = await gallery.photo("bob", body), await gallery.photo("bob", make_image(shade=9))
    assert (await bob.read("photo", forged)).text == (await bob.read("photo", unknown)).text
    begun = [await bob.begin("photo", id, length=length) for id, length in await _lengths(gallery, forged, unknown)]
    assert [answer.headers["Upload-Offset"] for answer in begun] == ["0", "0"]
    assert await gallery.state_of(forged) == "local"


async def _lengths(gallery: Gallery, *ids: UUID) -> list[tuple[UUID, int]]:
    rows = await gallery.world.sql("SELECT id, bytes FROM album.photo WHERE id = ANY (:ids)", ids=list(ids))
    return [(row.id, row.bytes) for row in rows]


async def test_as_many_statements_run_for_what_is_there_and_hidden_as_for_what_nobody_has(gallery: Gallery) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    hidden = await stored(gallery, anna, "anna", body)
    forged, unknown = await gallery.photo("bob", body), await gallery.photo("bob", make_image(shade=9))
    counts = []
    for id in (hidden, uuid4(), forged, unknown):
        async with counted(gallery) as statements:
            await bob.read("photo", id)
        counts.append(statements)
    assert len({tuple(count) for count in counts}) == 1, "to read"
    begun = []
    for id, length in await _lengths(gallery, forged, unknown):
        async with counted(gallery) as statements:
            await bob.begin("photo", id, length=length)
        begun.append(statements)
    assert begun[0] == begun[1] and len(begun[0]) > 3, "to bring"


@asynccontextmanager
async def counted(gallery: Gallery) -> AsyncIterator[list[str]]:
    """The statements that the server sends meanwhile, as its driver tells them."""
    serving = gallery.world.application.state.serving
    heard: list[str] = []

    def hear(record: Any) -> None:
        heard.append(record.query)

    holders = [holder for holder in serving.pool._holders if holder._con is not None]
    for holder in holders:
        holder._con.add_query_logger(hear)
    yield heard
    for holder in holders:
        holder._con.remove_query_logger(hear)


async def test_without_a_token_nothing_is_answered(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await stored(gallery, anna, "anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    del anna.http.headers["Authorization"]
    requests = [
        anna.http.get(f"files/photo/sha256/{key_of(id)}"),
        anna.http.post("files", headers=TUS),
        anna.http.request("OPTIONS", "files"),
        anna.ask(address),
        anna.send(address, 0, b"x"),
        anna.http.delete(anna.url(address), headers=TUS),
    ]
    assert {(await request).status_code for request in requests} == {401}


async def test_an_upload_is_its_accounts_alone(gallery: Gallery) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    unknown = f"/api/v1/files/uploads/{uuid4()}"
    for ask in (_ask, _send, _end):
        theirs, nobodys = await ask(bob, address), await ask(bob, unknown)
        assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text)
        assert theirs.status_code == 404
    assert (await anna.send(address, 0, body)).status_code == 204


async def _ask(who: Carrier, address: str) -> httpx2.Response:
    return await who.ask(address)


async def _send(who: Carrier, address: str) -> httpx2.Response:
    return await who.send(address, 0, b"x")


async def _end(who: Carrier, address: str) -> httpx2.Response:
    return await who.http.delete(who.url(address), headers=TUS)
