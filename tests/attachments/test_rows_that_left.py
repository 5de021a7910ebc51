"""Bytes that were not sent when their row left the device: nobody loses them, and nobody is left without a word."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.attachments.gallery import Picture
from tests.attachments.pictures import add_picture, make_picture, read_bytes, sent_bytes, whereabouts

from twinbase.errors import AttachmentMissing, UnsentWork
from twinbase.replica.attachments.tidy import UNUSED_KEPT
from twinbase.testing import Device, World

ANNA = {"lead": "anna"}
DAY = timedelta(days=1)


@pytest.fixture
async def anna(world: World) -> Device:
    """On a network that costs money: rows go, bytes wait."""
    device = await world.device("anna", claims=ANNA)
    device.replica.attachments.metered = True
    return device


async def give_away(world: World, id: UUID) -> None:
    await world.sql("UPDATE gallery.picture SET lead = 'bob' WHERE id = :id", id=id)


async def delete_there(world: World, id: UUID) -> None:
    await world.sql("DELETE FROM gallery.picture WHERE id = :id", id=id)


async def begin_anew(anna: Device) -> None:
    """The next sync is a first sync: what the server answers replaces everything."""
    await anna.sql("UPDATE _twinbase_state SET cursor = ''")


def give_away_before_the_pull(anna: Device, world: World, picture: Picture) -> None:
    """What a sync sends has arrived by then, and nothing has come."""
    application = anna.wire.application

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("pending"):
            await give_away(world, picture.id)
        await application(scope, receive, send)

    anna.wire.application = answer


async def stored_rows(world: World) -> list[Any]:
    return list(await world.sql("SELECT lead, blob_state FROM gallery.picture"))


async def a_month_later(anna: Device, world: World) -> None:
    """What nobody names would go by now. The app is started again, and syncs."""
    world.clock.now += UNUSED_KEPT + DAY
    await anna.close()
    await anna.reopen()
    await world.sign_in(anna, "anna")
    await anna.sync()
    await anna.close()
    await anna.reopen()
    await anna.sync()


async def test_bytes_go_though_their_row_was_given_to_somebody_else(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await give_away(world, picture.id)
    assert (await anna.sync()).files_waiting == 1
    assert await anna.read(Picture, picture.id) is None
    assert (await whereabouts(anna, picture)).where == "sending" and anna.replica.status.now.unsent_files == 1
    anna.replica.attachments.metered = False
    report = await anna.sync()
    assert (report.files_sent, report.files_waiting, report.files_refused) == (1, 0, 0)
    assert await stored_rows(world) == [("bob", "stored")]
    await anna.close()
    await anna.reopen()
    assert (await anna.sync()).files_waiting == 0 and await anna.sql("SELECT * FROM _twinbase_upload") == []


async def test_bytes_go_though_their_row_left_before_they_were_noted(anna: Device, world: World) -> None:
    """It was sent, and the very pull that follows takes it away: nothing waited when it went."""
    await anna.sync()
    picture = await add_picture(anna, make_picture())
    give_away_before_the_pull(anna, world, picture)
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_sent == 1
    assert await anna.read(Picture, picture.id) is None
    assert await stored_rows(world) == [("bob", "stored")]


async def test_a_first_sync_anew_forgets_no_bytes(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await give_away(world, picture.id)
    await begin_anew(anna)
    assert (await anna.sync()).files_waiting == 1
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_sent == 1


async def test_bytes_wait_however_long_the_network_costs_money(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await give_away(world, picture.id)
    await anna.sync()
    world.clock.now += UNUSED_KEPT + DAY
    await anna.close()
    await anna.reopen()
    anna.replica.attachments.metered = True
    anna.replica.attachments.budget_bytes = 0
    await world.sign_in(anna, "anna")
    assert (await anna.sync()).files_waiting == 1
    assert await read_bytes(anna, picture) == make_picture()
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_sent == 1


async def refused(anna: Device, world: World) -> Picture:
    """Its row was deleted at the office, and the server takes its bytes no more."""
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await delete_there(world, picture.id)
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_refused == 1
    return picture


async def test_what_the_server_takes_no_more_is_said_and_kept(anna: Device, world: World) -> None:
    picture = await refused(anna, world)
    await a_month_later(anna, world)
    anna.replica.attachments.budget_bytes = 0
    await anna.save(Picture(caption="makes room"))
    assert (await anna.sync()).files_refused == 1
    (said,) = await anna.replica.attachments.list_refused()
    assert (said.sha256, said.twin, said.column, said.is_here) == (picture.sha256, "picture", "sha256", True)
    assert said.reason.startswith("What it belongs to is somebody else's now, or is gone")
    assert (await whereabouts(anna, picture)).reason == said.reason
    assert await read_bytes(anna, picture) == make_picture() and anna.replica.status.now.unsent_files == 1
    with pytest.raises(UnsentWork):
        await anna.replica.sign_out()


async def test_what_the_server_takes_no_more_is_asked_about_once(anna: Device, world: World) -> None:
    await refused(anna, world)
    anna.wire.seen.clear()
    await anna.save(Picture(caption="another one"))
    await anna.sync()
    assert anna.wire.list_requests("/files") == [] and sent_bytes(anna) == 0


async def test_a_person_gives_it_up_and_then_it_is_gone(anna: Device, world: World) -> None:
    picture = await refused(anna, world)
    assert await anna.replica.attachments.discard(picture.sha256 or "")
    assert not await anna.replica.attachments.discard(picture.sha256 or "")
    with pytest.raises(AttachmentMissing):
        await read_bytes(anna, picture)
    report = await anna.sync()
    assert (report.files_refused, report.files_waiting, anna.replica.status.now.unsent_files) == (0, 0, 0)
    assert await anna.replica.attachments.list_refused() == []
    await anna.close()
    await anna.reopen()
    assert (await anna.sync()).files_refused == 0
    await anna.replica.sign_out()


async def test_what_is_given_up_stays_where_another_row_needs_it(anna: Device, world: World) -> None:
    picture = await refused(anna, world)
    anna.replica.attachments.metered = True
    other = await add_picture(anna, make_picture())
    assert await anna.replica.attachments.discard(picture.sha256 or "")
    assert await read_bytes(anna, other) == make_picture()
    await anna.sync()
    anna.replica.attachments.metered = False
    report = await anna.sync()
    assert (report.files_sent, report.files_refused) == (1, 0)


async def test_a_row_that_is_given_back_has_its_bytes_sent(anna: Device, world: World) -> None:
    picture = await refused(anna, world)
    await world.sql(
        "INSERT INTO gallery.picture (id, lead, caption, sha256) VALUES (:id, 'anna', '', :sha256)",
        id=picture.id,
        sha256=picture.sha256,
    )
    report = await anna.sync()
    assert (report.files_sent, report.files_refused) == (1, 0)
    assert await stored_rows(world) == [("anna", "stored")]


async def test_another_content_that_somebody_else_gave_the_row_is_said(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await world.sql("UPDATE gallery.picture SET sha256 = :sha256", sha256="0" * 64)
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_refused == 1
    assert "another content by now" in (await whereabouts(anna, picture)).reason
    assert anna.wire.list_requests("/files") == [] and await stored_rows(world) == [("anna", None)]
    await a_month_later(anna, world)
    assert await read_bytes(anna, picture) == make_picture()


async def test_bytes_that_are_here_no_more_are_said_to_be_lost(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    store = await anna.replica.attachments._open_store()
    store.remove(picture.sha256 or "")
    anna.replica.attachments.metered = False
    for _ in range(2):
        assert (await anna.sync()).files_refused == 1
        (said,) = await anna.replica.attachments.list_refused()
        assert not said.is_here and "Take it again" in said.reason
        await anna.close()
        await anna.reopen()
    assert await anna.replica.attachments.put(make_picture()) == picture.sha256
    assert (await anna.sync()).files_sent == 1


def _replace(anna: Device, picture: Picture) -> Awaitable[object]:
    return anna.change(Picture, picture.id, sha256=None)


def _delete(anna: Device, picture: Picture) -> Awaitable[object]:
    return anna.delete(Picture, picture.id)


@pytest.mark.parametrize("edit", [_replace, _delete])
async def test_what_a_person_took_away_is_not_sent_though_the_row_has_left(
    anna: Device, world: World, edit: Callable[[Device, Picture], Awaitable[object]]
) -> None:
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await edit(anna, picture)
    give_away_before_the_pull(anna, world, picture)
    anna.replica.attachments.metered = False
    report = await anna.sync()
    assert (report.files_sent, report.files_waiting, report.files_refused) == (0, 0, 0)
    assert (await whereabouts(anna, picture)).where == "here"


async def test_bytes_of_an_edit_that_was_refused_stay_until_it_is_discarded(anna: Device, world: World) -> None:
    sha256 = await anna.replica.attachments.put(make_picture())
    picture = Picture(lead="somebody else", sha256=sha256)
    await anna.save(picture)
    await a_month_later(anna, world)
    assert await read_bytes(anna, picture) == make_picture()
    (edit,) = await anna.replica.waiting_edits()
    await anna.replica.discard(edit.id)
    await a_month_later(anna, world)
    assert (await whereabouts(anna, picture)).where == "elsewhere"


async def test_an_edit_that_was_refused_keeps_nothing_offered_for_ever(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture())
    assert picture.sha256 is not None
    await anna.save(Picture(lead="somebody else", sha256=picture.sha256))
    await anna.sync()
    assert len(await anna.replica.waiting_edits()) == 1
    await delete_there(world, picture.id)
    await anna.sync()
    anna.replica.attachments.metered = False
    await anna.sync()
    report = await anna.sync()
    assert (report.files_problem, report.files_waiting) == ("", 0)
    assert [one.sha256 for one in await anna.replica.attachments.list_refused()] == [picture.sha256]
    assert await anna.replica.attachments.discard(picture.sha256)
    assert (await whereabouts(anna, picture)).where == "here", "the edit that waits needs it"
