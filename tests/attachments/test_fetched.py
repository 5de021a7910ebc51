"""Attachments come when they are asked for: compared with their hash, from where the line broke, and by the row."""

import asyncio
import io
from base64 import urlsafe_b64encode

import pytest
from PIL import Image
from tests.attachments.gallery import Manual, Picture
from tests.attachments.pictures import add_picture, make_picture, read_bytes, whereabouts

from twinbase.errors import AttachmentMissing, DamagedAttachment, Garbled, HalfAnswer, NotTwinbase, Offline
from twinbase.testing import Device, Fault, World, cut, drop_request, duplicate, garble_answer, show_portal
from twinbase_server.files.preview import make_next_preview

ANNA = {"lead": "anna"}


@pytest.fixture
async def anna(world: World) -> Device:
    return await world.device("anna", claims=ANNA)


@pytest.fixture
async def bob(world: World) -> Device:
    """He leads the same jobs as she."""
    return await world.device("bob", claims=ANNA)


async def taken_by(device: Device, other: Device, content: bytes) -> Picture:
    """A picture that one has sent, and whose row the other has."""
    picture = await add_picture(device, content)
    await device.sync()
    await other.sync()
    return picture


async def fetch(device: Device, picture: Picture, *, preview_only: bool = False) -> None:
    await device.replica.attachments.fetch(picture.sha256 or "", preview_only=preview_only)


def received(device: Device) -> int:
    """How many bytes have come over the line."""
    return device.replica.syncing.server.traffic.received


async def test_a_picture_of_a_colleague_comes_when_it_is_asked_for(anna: Device, bob: Device) -> None:
    content = make_picture(900)
    picture = await taken_by(anna, bob, content)
    with pytest.raises(AttachmentMissing):
        await read_bytes(bob, picture)
    seen: list[tuple[int, int]] = []
    await bob.replica.attachments.fetch(
        picture.sha256 or "", progress=lambda sha256, come, total: seen.append((come, total))
    )
    assert await read_bytes(bob, picture) == content
    assert seen[-1] == (len(content), len(content)) and len(seen) > 1
    state = await whereabouts(bob, picture)
    assert (state.where, state.is_here, state.total) == ("stored", True, len(content))


async def test_what_is_here_is_not_asked_for_and_what_came_is_not_sent_back(anna: Device, bob: Device) -> None:
    picture = await taken_by(anna, bob, make_picture())
    await fetch(bob, picture)
    bob.wire.seen.clear()
    await fetch(bob, picture)
    assert bob.wire.seen == []
    await bob.reopen()
    await bob.sync()
    assert [seen for seen in bob.wire.seen if "/files" in seen.path] == []


async def test_bytes_that_have_not_come_yet_are_missing(anna: Device, bob: Device) -> None:
    anna.replica.attachments.metered = True
    picture = await taken_by(anna, bob, make_picture())
    with pytest.raises(AttachmentMissing, match="has not got them yet"):
        await fetch(bob, picture)
    assert (await whereabouts(bob, picture)).where == "elsewhere"


async def test_what_no_row_names_is_missing(anna: Device, world: World) -> None:
    eve = await world.device("eve", claims={"lead": "eve"})
    picture = await taken_by(anna, eve, make_picture())
    for name in (picture.sha256 or "", "0" * 64):
        with pytest.raises(AttachmentMissing, match="No row on this device"):
            await eve.replica.attachments.fetch(name)


def spoil_content(device: Device, picture: Picture, *faults: Fault) -> None:
    """Each request for the content meets one of them; the one for its preview, which is asked before, arrives twice."""
    device.wire.spoil(urlsafe_b64encode(f'["{picture.id}"]'.encode()).decode().rstrip("="), duplicate(), *faults)


@pytest.mark.parametrize("after", [0, 1, 70_000, 400_000])
async def test_a_fetch_goes_on_where_the_line_broke(anna: Device, bob: Device, after: int) -> None:
    """In the same call, and after the app was closed: what came is not asked for again, but for a piece."""
    content = make_picture(900)
    picture = await taken_by(anna, bob, content)
    spoil_content(bob, picture, cut(after), drop_request())
    with pytest.raises(Offline):
        await fetch(bob, picture)
    assert not (await whereabouts(bob, picture)).is_here
    await bob.reopen()
    before = received(bob)
    spoil_content(bob, picture, cut(after), cut(after))
    await fetch(bob, picture)
    assert await read_bytes(bob, picture) == content
    assert received(bob) - before <= len(content) - after + 2 * 65_536


async def test_a_line_that_breaks_at_once_again_and_again_is_given_up(anna: Device, bob: Device) -> None:
    picture = await taken_by(anna, bob, make_picture())
    spoil_content(bob, picture, *[cut(0)] * 10)
    with pytest.raises(HalfAnswer):
        await fetch(bob, picture)
    assert len([seen for seen in bob.wire.seen if "/files" in seen.path]) < 8


@pytest.mark.parametrize("at", [0.5, 0.6, 0.75, 0.99])
async def test_bytes_of_another_hash_are_not_kept(anna: Device, bob: Device, at: float) -> None:
    content = make_picture()
    picture = await taken_by(anna, bob, content)
    spoil_content(bob, picture, garble_answer(at))
    with pytest.raises(Garbled, match=picture.sha256):
        await fetch(bob, picture)
    assert not (await whereabouts(bob, picture)).is_here
    await fetch(bob, picture)
    assert await read_bytes(bob, picture) == content


async def test_a_portal_is_no_picture(anna: Device, bob: Device) -> None:
    picture = await taken_by(anna, bob, make_picture())
    spoil_content(bob, picture, show_portal())
    with pytest.raises(NotTwinbase):
        await fetch(bob, picture)
    assert not (await whereabouts(bob, picture)).is_here


async def test_a_manual_of_the_office_is_fetched_and_never_sent(anna: Device, world: World) -> None:
    """Its mirror is only read: that its bytes are here is no reason to bring them."""
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await world.sql("INSERT INTO gallery.manual (id, sha256) VALUES (1, :hash)", hash=picture.sha256)
    await anna.sync()
    assert (await anna.all(Manual))[0].sha256 == picture.sha256
    anna.wire.seen.clear()
    await anna.reopen()
    await anna.sync()
    assert [seen for seen in anna.wire.seen if "/files" in seen.path] == []


async def test_what_was_damaged_here_is_fetched_again(anna: Device) -> None:
    content = make_picture()
    picture = await add_picture(anna, content)
    await anna.sync()
    store = await anna.replica.attachments._open_store()
    place = store.path_of(picture.sha256 or "")
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedAttachment):
        await read_bytes(anna, picture)
    assert not (await whereabouts(anna, picture)).is_here
    await fetch(anna, picture)
    assert await read_bytes(anna, picture) == content


async def test_two_that_ask_for_the_same_get_it_once(anna: Device, bob: Device) -> None:
    picture = await taken_by(anna, bob, make_picture(900))
    before = received(bob)
    await asyncio.gather(fetch(bob, picture), fetch(bob, picture))
    assert received(bob) - before < 1.5 * len(make_picture(900))


async def make_previews(world: World) -> None:
    """What a worker does."""
    serving = world.application.state.serving
    while await make_next_preview(serving.pool, serving.store, world.clock()):
        pass


async def test_a_preview_comes_alone_and_before_the_whole(anna: Device, bob: Device, world: World) -> None:
    content = make_picture(900)
    picture = await taken_by(anna, bob, content)
    await make_previews(world)
    await fetch(bob, picture, preview_only=True)
    assert received(bob) < len(content) // 4
    small = await bob.replica.attachments.thumbnail(picture.sha256 or "", 96)
    assert small is not None and max(Image.open(io.BytesIO(small)).size) == 96
    state = await whereabouts(bob, picture)
    assert (state.where, state.is_here) == ("stored", False)
    await fetch(bob, picture)
    assert await read_bytes(bob, picture) == content
    state = await whereabouts(bob, picture)
    assert (state.where, state.is_here, state.total) == ("stored", True, len(content))
    larger = await bob.replica.attachments.thumbnail(picture.sha256 or "", 640)
    assert larger is not None and max(Image.open(io.BytesIO(larger)).size) == 640


async def test_where_no_preview_was_made_there_is_none(anna: Device, bob: Device) -> None:
    picture = await taken_by(anna, bob, make_picture(900))
    await fetch(bob, picture, preview_only=True)
    assert await bob.replica.attachments.thumbnail(picture.sha256 or "") is None
    await fetch(bob, picture)
    assert await bob.replica.attachments.thumbnail(picture.sha256 or "") is not None
