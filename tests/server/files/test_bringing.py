"""Content comes after its row, piece by piece, and counts once it is whole and what the row says."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.server.files.album import KIB, PIECE, TUS, Gallery, Photo, hash_of, make_image, say, sum_of

from twinbase_server.files.upload import PIECES_MAX


async def test_what_was_brought_in_pieces_is_read_whole_and_the_row_says_that_it_is_there(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((400, 300))
    id = await gallery.photo("anna", body)
    begun = await anna.begin("photo", id, length=len(body))
    assert begun.status_code == 201 and begun.headers["Upload-Offset"] == "0"
    assert begun.headers["Tus-Resumable"] == "1.0.0"
    address, offset = begun.headers["Location"], 0
    for part in (body[:5000], body[5000:20_000], body[20_000:]):
        answer = await anna.send(address, offset, part, **{"Upload-Checksum": sum_of(part)})
        offset += len(part)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(offset))
        assert (await anna.ask(address)).headers["Upload-Offset"] == str(offset)
    assert await gallery.state_of(id) == "stored"
    read = await anna.read("photo", id)
    assert (read.status_code, read.content) == (200, body)
    assert [name.partition("/")[0] for name in gallery.objects()] == ["content"], "its pieces are gone"


async def test_the_change_of_state_reaches_devices_as_any_change_does(gallery: Gallery) -> None:
    anna, device = await gallery.carrier("anna"), await gallery.world.device("anna")
    body = make_image()
    photo = Photo(owner="anna@example.org", sha256=hash_of(body), bytes=len(body))
    id = photo.id
    await device.save(photo)
    assert (await device.sync()).outcomes == {"applied": 1}
    assert (await anna.bring(body, "photo", id)).status_code == 204
    report = await device.sync()
    seen = await device.read(Photo, id)
    assert report.is_proven and seen is not None and seen.blob == "stored"


async def test_a_device_can_neither_say_that_content_is_there_nor_name_another_one_afterwards(gallery: Gallery) -> None:
    anna, device = await gallery.carrier("anna"), await gallery.world.device("anna")
    body = make_image()
    forged = Photo(owner="anna@example.org", sha256=hash_of(body), blob="stored")
    await device.save(forged)
    assert (await device.sync()).outcomes == {"refused": 1}
    id = await gallery.photo("anna", body)
    await device.sync()
    assert (await anna.bring(body, "photo", id)).status_code == 204
    await device.sync()
    await device.change(Photo, id, sha256="0" * 64)
    assert (await device.sync()).outcomes == {"refused": 1}
    await device.change(Photo, id, caption="the boiler")
    assert (await device.sync()).outcomes == {"applied": 1}


async def test_asking_again_goes_on_where_it_stands(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body)
    first = await anna.begin("photo", id, length=len(body))
    await anna.send(first.headers["Location"], 0, body[:9000])
    again = await anna.begin("photo", id, length=len(body))
    assert again.headers["Location"] == first.headers["Location"] and again.headers["Upload-Offset"] == "9000"
    assert (await anna.bring(body, "photo", id)).status_code == 204
    done = await anna.begin("photo", id, length=len(body))
    assert (done.status_code, done.headers["Upload-Offset"]) == (201, str(len(body)))
    # Its last answer was lost, perhaps: whoever asks hears that all of it is there.
    assert (await anna.ask(first.headers["Location"])).headers["Upload-Offset"] == str(len(body))


async def test_a_row_whose_hash_changed_needs_other_content(gallery: Gallery) -> None:
    anna, old, new = await gallery.carrier("anna"), make_image(shade=1), make_image(shade=2)
    id = await gallery.photo("anna", old)
    begun = await anna.begin("photo", id, length=len(old))
    await gallery.world.sql(
        "UPDATE album.photo SET sha256 = :sha, bytes = :bytes WHERE id = :id", sha=hash_of(new), bytes=len(new), id=id
    )
    late = await anna.send(begun.headers["Location"], 0, old)
    assert (late.status_code, late.json()["type"]) == (404, "not-found")
    assert await gallery.state_of(id) == "local" and gallery.objects() == []
    assert (await anna.bring(new, "photo", id)).status_code == 204
    assert (await anna.read("photo", id)).content == new


async def test_a_piece_at_the_wrong_place_is_refused_and_nothing_of_it_kept(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    await anna.send(address, 0, body[:100])
    for offset in (0, 99, 101):
        answer = await anna.send(address, offset, body[offset : offset + 50])
        assert (answer.status_code, answer.json()["type"]) == (409, "attachment-offset")
    assert (await anna.ask(address)).headers["Upload-Offset"] == "100"


async def test_a_piece_that_arrived_otherwise_than_it_was_sent_is_not_kept(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    for part in (body[:100], body):
        answer = await anna.send(address, 0, part, **{"Upload-Checksum": sum_of(part[1:])})
        assert (answer.status_code, answer.json()["type"]) == (460, "attachment-checksum")
    assert (await anna.ask(address)).headers["Upload-Offset"] == "0"
    assert gallery.objects() == []
    for wrong in ("md5 AAAA", "sha256 ?", "sha256"):
        assert (await anna.send(address, 0, body, **{"Upload-Checksum": wrong})).status_code in (400, 460)


async def test_more_than_was_announced_is_refused(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    id = await gallery.photo("anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    answer = await anna.send(address, 0, body + b"!")
    assert (answer.status_code, answer.json()["type"]) == (413, "body-too-large")
    assert await gallery.state_of(id) == "local"


async def test_of_two_who_bring_the_same_piece_at_once_one_counts(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((500, 400))
    id = await gallery.photo("anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    for start, part in ((0, body[:10_000]), (10_000, body[10_000:])):
        answers = await asyncio.gather(*(anna.send(address, start, part) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [204, 409, 409]
    assert (await anna.read("photo", id)).content == body
    assert len(gallery.objects()) == 1


async def test_a_piece_that_the_store_has_lost_makes_the_upload_begin_again(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    for start, end in ((0, 5_000), (5_000, 9_000)):
        assert (await anna.send(address, start, body[start:end])).status_code == 204
    (gallery.store / gallery.objects()[1]).unlink()
    lost = await anna.send(address, 9_000, body[9_000:])
    assert (lost.status_code, lost.json()["type"]) == (404, "not-found")
    assert gallery.objects() == [] and (await anna.ask(address)).status_code == 404
    assert (await anna.begin("photo", id, length=len(body))).headers["Upload-Offset"] == "0"
    assert (await anna.bring(body, "photo", id, piece=5_000)).status_code == 204


async def test_what_is_ended_is_gone_with_its_pieces(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    await anna.send(address, 0, body[:5000])
    assert len(gallery.objects()) == 1
    assert (await anna.http.delete(anna.url(address), headers=TUS)).status_code == 204
    assert gallery.objects() == []
    for answer in (await anna.ask(address), await anna.send(address, 5000, b"more")):
        assert answer.status_code == 404


async def test_an_upload_waits_for_days_and_no_longer(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image((300, 300))
    id = await gallery.photo("anna", body)
    address = (await anna.begin("photo", id, length=len(body))).headers["Location"]
    gallery.world.clock.advance(days=6)
    anna = await gallery.carrier("anna")
    assert (await anna.send(address, 0, body[:100])).status_code == 204
    gallery.world.clock.advance(days=6)
    anna = await gallery.carrier("anna")
    assert (await anna.ask(address)).headers["Upload-Offset"] == "100", "each piece gives it its time anew"
    gallery.world.clock.advance(days=7, seconds=1)
    anna = await gallery.carrier("anna")
    assert (await anna.ask(address)).status_code == 404
    again = await anna.begin("photo", id, length=len(body))
    assert again.headers["Location"] != address and again.headers["Upload-Offset"] == "0"


async def test_content_that_the_account_can_read_already_does_not_come_twice(gallery: Gallery) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    first, second, bobs = [await gallery.photo(owner, body) for owner in ("anna", "anna", "bob")]
    assert (await anna.bring(body, "photo", first)).status_code == 204
    again = await anna.begin("photo", second, length=len(body))
    assert again.headers["Upload-Offset"] == str(len(body)) and await gallery.state_of(second) == "stored"
    assert (await anna.read("photo", second)).content == body
    # Bob has never seen it: he brings it, and nobody tells him that it is there.
    assert (await bob.begin("photo", bobs, length=len(body))).headers["Upload-Offset"] == "0"
    assert (await bob.bring(body, "photo", bobs)).status_code == 204
    assert len(gallery.objects()) == 1, "it is kept once"


async def test_content_of_one_column_is_not_taken_for_another_that_admits_no_such_type(gallery: Gallery) -> None:
    anna, pdf = await gallery.carrier("anna"), b"%PDF-1.7\n" + b"x" * 500
    paper = await gallery.paper("anna", 1, pdf)
    assert (await anna.bring(pdf, "paper", *paper)).status_code == 204
    id = await gallery.photo("anna", pdf)
    answer = await anna.bring(pdf, "photo", id)
    assert (answer.status_code, answer.json()["type"]) == (422, "attachment-refused")
    assert await gallery.state_of(id) == "failed"


async def test_a_key_of_several_columns_and_a_table_without_a_state(gallery: Gallery) -> None:
    anna, png = await gallery.carrier("anna"), make_image(form="PNG")
    paper = await gallery.paper("anna", 7, png)
    assert (await anna.bring(png, "paper", *paper)).status_code == 204
    read = await anna.read("paper", *paper)
    assert (read.content, read.headers["Content-Type"]) == (png, "image/png")


async def test_pieces_that_are_too_small_to_be_kept_by_the_thousand_are_refused(gallery: Gallery) -> None:
    anna, size = await gallery.carrier("anna"), 3_000 * KIB
    paper = await gallery.paper("anna", 1, b"%PDF-" + bytes(size - 5))
    address = (await anna.begin("paper", *paper, length=size)).headers["Location"]
    assert (await anna.send(address, 0, bytes(size // PIECES_MAX - 1))).json()["type"] == "bad-request"
    assert (await anna.send(address, 0, bytes(size // PIECES_MAX + 1))).status_code == 204


async def test_a_client_that_speaks_no_tus_is_told_which_one_we_speak(gallery: Gallery) -> None:
    anna = await gallery.carrier("anna")
    for headers in ({}, {"Tus-Resumable": "0.2.2"}):
        answer = await anna.http.post("files", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (412, "tus-version")
        assert answer.headers["Tus-Version"] == "1.0.0"
    told = (await anna.http.request("OPTIONS", "files")).headers
    assert told["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert (told["Tus-Max-Size"], told["Tus-Checksum-Algorithm"]) == (str(40_000 * KIB), "sha256")


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "many"},
        {"Upload-Length": "-1"},
        {"Upload-Length": "5", "Upload-Metadata": "twin ???"},
        {"Upload-Length": "5", "Upload-Metadata": say({"twin": "photo"})},
        {"Upload-Defer-Length": "1", "Upload-Metadata": say({"twin": "photo", "column": "sha256", "key": "[]"})},
    ],
)
async def test_what_cannot_be_understood_is_said(gallery: Gallery, headers: dict[str, str]) -> None:
    answer = await (await gallery.carrier("anna")).http.post("files", headers=TUS | headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "bad-request")


async def test_a_piece_is_of_the_type_that_the_protocol_says(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    address = (await anna.begin("photo", await gallery.photo("anna", body), length=len(body))).headers["Location"]
    headers = PIECE | {"Upload-Offset": "0", "Content-Type": "image/jpeg"}
    assert (await anna.http.patch(anna.url(address), content=body, headers=headers)).json()["type"] == "media-type"
    assert (await anna.http.head(f"files/uploads/{uuid4()}", headers=TUS)).status_code == 404


async def test_an_upload_says_until_when_it_waits(gallery: Gallery) -> None:
    anna, body = await gallery.carrier("anna"), make_image()
    begun = await anna.begin("photo", await gallery.photo("anna", body), length=len(body))
    until = (gallery.world.clock() + timedelta(days=7)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert begun.headers["Upload-Expires"] == until and begun.headers["Cache-Control"] == "no-store"
