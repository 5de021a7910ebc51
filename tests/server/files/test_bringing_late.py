"""Content of a row that its maker sees no more: he may bring it, and learns nothing; nobody else may."""

from uuid import UUID

import pytest
from tests.server.files.album import Carrier, Gallery, Photo, hash_of, make_image

from twinbase.testing import Device

BODY, OTHER = make_image(), make_image(shade=9)


@pytest.fixture
async def anna(gallery: Gallery) -> Device:
    """She makes rows on her device; somebody else then has them."""
    return await gallery.world.device("anna")


async def carrier_of(gallery: Gallery, name: str) -> Carrier:
    return await gallery.reach().sign_in(f"{name}@example.org")


async def made_and_given_away(gallery: Gallery, anna: Device) -> UUID:
    """A row that she has made, and that is bob's by now."""
    photo = Photo(owner="anna@example.org", sha256=hash_of(BODY), bytes=len(BODY))
    await anna.save(photo)
    anna.replica.attachments.metered = True
    await anna.sync()
    await gallery.world.sql("UPDATE album.photo SET owner = 'bob@example.org' WHERE id = :id", id=photo.id)
    return photo.id


async def test_who_made_a_row_brings_its_content_and_does_not_read_it(gallery: Gallery, anna: Device) -> None:
    id, phone = await made_and_given_away(gallery, anna), await carrier_of(gallery, "anna")
    begun = await phone.begin("photo", id, length=len(BODY), sha256=hash_of(BODY))
    assert begun.headers["Upload-Offset"] == "0"
    assert (await phone.send(begun.headers["Location"], 0, BODY)).status_code == 204
    assert await gallery.state_of(id) == "stored" and (await phone.read("photo", id)).status_code == 404
    assert (await (await gallery.carrier("bob")).read("photo", id)).content == BODY
    again = await phone.begin("photo", id, length=len(BODY), sha256=hash_of(BODY))
    assert again.headers["Upload-Offset"] == str(len(BODY)), "the answer was lost, and she asks once more"


@pytest.mark.parametrize("said", [None, "", hash_of(OTHER), "ü", "0" * 64])
async def test_who_made_a_row_says_which_content_it_is(gallery: Gallery, anna: Device, said: str | None) -> None:
    id, phone = await made_and_given_away(gallery, anna), await carrier_of(gallery, "anna")
    refused = await phone.begin("photo", id, length=5, sha256=said)
    unknown = await phone.begin("photo", UUID(int=7), length=5, sha256=said)
    assert refused.status_code == 404 and refused.text == unknown.text
    assert await gallery.state_of(id) == "local"


async def test_what_the_row_names_by_now_is_no_business_of_who_made_it(gallery: Gallery, anna: Device) -> None:
    id, phone = await made_and_given_away(gallery, anna), await carrier_of(gallery, "anna")
    await gallery.world.sql("UPDATE album.photo SET sha256 = :sha256 WHERE id = :id", id=id, sha256=hash_of(OTHER))
    assert (await phone.begin("photo", id, length=len(BODY), sha256=hash_of(BODY))).status_code == 404
    assert await gallery.state_of(id) == "local"


async def test_a_stranger_who_says_the_hash_learns_nothing(gallery: Gallery, anna: Device) -> None:
    """Nor does he find out by bringing too much, which of a row of his own would be refused for good."""
    id, carl = await made_and_given_away(gallery, anna), await gallery.carrier("carl")
    for length in (len(BODY), 10**9):
        refused = await carl.begin("photo", id, length=length, sha256=hash_of(BODY))
        unknown = await carl.begin("photo", UUID(int=7), length=length, sha256=hash_of(BODY))
        assert (refused.status_code, refused.text) == (404, unknown.text)
    assert await gallery.state_of(id) == "local"


async def test_a_row_in_scope_that_names_another_by_now_is_not_said_to_have_failed(gallery: Gallery) -> None:
    anna = await gallery.carrier("anna")
    id = await gallery.photo("anna", OTHER)
    assert (await anna.begin("photo", id, length=len(BODY), sha256=hash_of(BODY))).status_code == 404
    assert await gallery.state_of(id) == "local"
