"""Attachments on their way to the server: after their row, from where the line broke, and never in the way of rows."""

from pathlib import Path
from uuid import uuid4

import pytest
from tests.attachments.gallery import Finding, Picture, Receipt
from tests.attachments.pictures import add_picture, make_picture, read_bytes, said_state, sent_bytes, whereabouts

from twinbase.errors import Offline
from twinbase.replica.report import Report
from twinbase.testing import Device, World, drop_answer, drop_request, garble_request

ANNA = {"lead": "anna"}


@pytest.fixture
async def anna(world: World) -> Device:
    return await world.device("anna", claims=ANNA)


async def test_bytes_go_after_their_row_and_the_row_says_so(anna: Device) -> None:
    content = make_picture()
    picture = await add_picture(anna, content)
    assert (await whereabouts(anna, picture)).where == "here"
    report = await anna.sync()
    assert (report.files_sent, report.files_waiting, report.files_problem) == (1, 0, "")
    state = await whereabouts(anna, picture)
    assert (state.where, state.is_here, state.sent, state.total) == ("stored", True, len(content), len(content))
    await anna.sync()
    assert await said_state(anna, picture.id) == "stored"
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "PATCH"]


async def test_without_a_network_nothing_is_lost(anna: Device) -> None:
    picture = await add_picture(anna, make_picture())
    anna.wire.up = False
    with pytest.raises(Offline):
        await anna.sync()
    await anna.reopen()
    assert (await whereabouts(anna, picture)).where == "here"
    anna.wire.up = True
    await anna.sync()
    assert (await whereabouts(anna, picture)).where == "stored"


async def test_a_row_that_says_nothing_of_its_bytes_has_them_sent_once(anna: Device) -> None:
    sha256 = await anna.replica.attachments.put(make_picture())
    await anna.save(Receipt(year=2026, number=7, receipt_sha256=sha256))
    await anna.sync()
    await anna.sync()
    await anna.reopen()
    await anna.sync()
    assert (await anna.replica.attachments.state(sha256)).where == "stored"
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "PATCH"]


async def test_a_row_that_never_comes_back_has_its_bytes_sent(anna: Device) -> None:
    """Its table is only written here: that the server has the row is what it said of the edit."""
    sha256 = await anna.replica.attachments.put(make_picture())
    await anna.save(Finding(sha256=sha256))
    for _ in range(3):
        await anna.sync()
    await anna.reopen()
    await anna.sync()
    assert (await anna.replica.attachments.state(sha256)).where == "stored"
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "PATCH"]


async def test_the_smallest_goes_first(anna: Device) -> None:
    large, small = make_picture(200), make_picture(48)
    await add_picture(anna, large)
    await add_picture(anna, small)
    await anna.sync()
    assert [seen.body for seen in anna.wire.seen if seen.method == "PATCH"] == [small, large]


@pytest.mark.parametrize("broken", range(3))
async def test_an_upload_goes_on_where_the_line_broke(anna: Device, broken: int) -> None:
    content = make_picture(900)
    picture = await add_picture(anna, content)
    answered = 0

    def break_line(sha256: str) -> None:
        nonlocal answered
        answered += 1
        if answered == broken:
            anna.wire.spoil("", drop_request())

    anna.replica.attachments.watch(break_line)
    if not broken:
        anna.wire.spoil("/files", drop_request())
    report = await anna.sync()
    assert report.files_waiting == 1 and report.files_problem.startswith(Offline.__doc__ or "")
    assert not report.has_files_to_send and (await whereabouts(anna, picture)).where == "sending"
    before = sum(len(seen.body) for seen in anna.wire.seen if seen.method == "PATCH") if broken else 0
    await anna.reopen()
    assert (await anna.sync()).files_waiting == 0
    lost = len([seen for seen in anna.wire.seen if seen.method == "PATCH"][broken].body) if broken else 0
    assert sent_bytes(anna) == len(content) + lost and before <= len(content)
    assert (await whereabouts(anna, picture)).where == "stored"


@pytest.mark.parametrize("side", [700, 900])
async def test_a_piece_whose_answer_was_lost_is_not_sent_again(anna: Device, side: int) -> None:
    """The second one: of two, it is the last."""
    content = make_picture(side)
    picture = await add_picture(anna, content)
    anna.replica.attachments.watch(lambda sha256: anna.wire.spoil("", drop_answer()))
    syncs = 0
    while (await whereabouts(anna, picture)).where != "stored":
        await anna.sync()
        anna.wire.mend()
        syncs += 1
    assert syncs == 2 and sent_bytes(anna) == len(content)


async def test_a_piece_that_was_garbled_goes_once_more(anna: Device) -> None:
    content = make_picture(900)
    picture = await add_picture(anna, content)
    told = 0

    def garble(sha256: str) -> None:
        nonlocal told
        told += 1
        if told == 1:
            anna.wire.spoil("", garble_request(0.9))

    anna.replica.attachments.watch(garble)
    for _ in range(3):
        await anna.sync()
    assert (await whereabouts(anna, picture)).where == "stored"


async def test_the_same_content_of_two_rows_goes_once(anna: Device) -> None:
    content = make_picture()
    one, other = await add_picture(anna, content), await add_picture(anna, content)
    report = await anna.sync()
    assert (report.files_sent, sent_bytes(anna)) == (2, len(content))
    await anna.sync()
    assert await said_state(anna, one.id) == await said_state(anna, other.id) == "stored"


async def test_on_a_metered_network_rows_go_and_bytes_wait(anna: Device) -> None:
    anna.replica.attachments.metered = True
    picture = await add_picture(anna, make_picture())
    report = await anna.sync()
    assert (report.pushed, report.files_waiting, report.has_files_to_send, sent_bytes(anna)) == (1, 1, False, 0)
    anna.replica.attachments.metered = False
    assert (await anna.sync()).files_sent == 1
    assert (await whereabouts(anna, picture)).where == "stored"


async def test_a_network_that_becomes_metered_ends_it_between_two_pieces(anna: Device) -> None:
    picture = await add_picture(anna, make_picture(900))

    def become_metered(sha256: str) -> None:
        anna.replica.attachments.metered = True

    stop = anna.replica.attachments.watch(become_metered)
    await anna.sync()
    state = await whereabouts(anna, picture)
    assert state.where == "sending" and 0 < state.sent < state.total
    stop()
    anna.replica.attachments.metered = False
    await anna.sync()
    assert (await whereabouts(anna, picture)).where == "stored" and sent_bytes(anna) == state.total


async def test_a_row_that_is_written_meanwhile_goes_first(anna: Device) -> None:
    """Between two pieces the upload makes room: the next sync sends the row, then the rest of the bytes."""
    content = make_picture(900)
    await add_picture(anna, content)
    stop = anna.replica.attachments.watch(lambda sha256: anna.replica.database.announce_write())
    report = await anna.sync()
    stop()
    assert report.files_waiting == 1 and report.has_files_to_send and not report.files_problem
    anna.wire.seen.clear()
    sent = (await whereabouts(anna, Picture(sha256=await anna.replica.attachments.put(content)))).sent
    await anna.save(Picture(caption="written meanwhile"))
    await anna.sync()
    paths = [seen.path.rpartition("/api/v1/")[2].split("/")[0] for seen in anna.wire.seen if seen.method != "GET"]
    assert paths.index("sync") < paths.index("files")
    assert sent_bytes(anna) == len(content) - sent


async def test_what_the_server_refuses_says_why_and_stays(anna: Device, world: World) -> None:
    picture = await add_picture(anna, b"no picture at all" * 100)
    report = await anna.sync()
    assert (report.files_sent, report.files_refused, report.files_waiting) == (0, 1, 0)
    state = await whereabouts(anna, picture)
    assert state.where == "refused" and state.is_here and state.reason
    anna.replica.attachments.budget_bytes = 0
    anna.wire.seen.clear()
    await anna.sync()
    assert not [seen for seen in anna.wire.seen if "/files" in seen.path]
    assert await said_state(anna, picture.id) == "failed"
    assert await read_bytes(anna, picture) == b"no picture at all" * 100
    assert (await whereabouts(anna, picture)).reason == state.reason


async def test_what_was_refused_is_offered_again_when_a_person_says_so(anna: Device, world: World) -> None:
    picture = await add_picture(anna, b"no picture at all" * 100)
    await anna.sync()
    anna.wire.seen.clear()
    await anna.replica.attachments.offer_again(picture.sha256 or "")
    assert (await anna.sync()).files_refused == 1
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "PATCH"]


async def test_what_was_begun_and_is_not_asked_for_any_more_is_ended_there(anna: Device, world: World) -> None:
    picture = await add_picture(anna, make_picture(900))
    stop = anna.replica.attachments.watch(lambda sha256: anna.replica.database.announce_write())
    await anna.sync()
    stop()
    assert await world.sql("SELECT count(*) FROM twinbase.upload WHERE received BETWEEN 1 AND size - 1") == [(1,)]
    await anna.change(Picture, picture.id, sha256=await anna.replica.attachments.put(make_picture()))
    assert (await anna.sync()).files_sent == 1
    assert await world.sql("SELECT count(*) FROM twinbase.upload WHERE received < size") == [(0,)]


async def test_a_store_that_fails_keeps_no_row_from_going(anna: Device, shelf: Path) -> None:
    aside = shelf.with_name("aside")
    shelf.rename(aside)
    shelf.write_text("a disk that is gone")
    picture = await add_picture(anna, make_picture())
    report = await anna.sync()
    assert report.pushed == 1 and report.is_proven and report.files_waiting == 1
    assert "store-down" in report.files_problem and report.files_retry_seconds
    assert (await whereabouts(anna, picture)).where == "sending"
    shelf.unlink()
    aside.rename(shelf)
    assert (await anna.sync()).files_sent == 1


async def test_a_picture_that_was_taken_again_goes_and_the_first_one_does_not(anna: Device) -> None:
    anna.replica.attachments.metered = True
    first, second = make_picture(), make_picture(48, 1)
    picture = await add_picture(anna, first)
    await anna.sync()
    await anna.change(Picture, picture.id, sha256=await anna.replica.attachments.put(second))
    anna.replica.attachments.metered = False
    await anna.sync()
    assert sent_bytes(anna) == len(second)
    assert (await whereabouts(anna, picture)).where == "here", "nobody asks for it any more, and it is here still"


async def test_a_row_that_was_deleted_sends_nothing(anna: Device) -> None:
    anna.replica.attachments.metered = True
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    await anna.delete(Picture, picture.id)
    anna.replica.attachments.metered = False
    report = await anna.sync()
    assert (sent_bytes(anna), report.files_waiting, report.files_problem) == (0, 0, "")


async def test_a_row_that_is_gone_there_is_asked_about_once(anna: Device, world: World) -> None:
    """The office has deleted it since the pull: the next one says so, and until then the others go."""
    anna.replica.attachments.metered = True
    gone, other = await add_picture(anna, make_picture(16)), await add_picture(anna, make_picture())
    await anna.sync()
    anna.replica.attachments.metered = False
    await world.sql("DELETE FROM gallery.picture WHERE id = :id", id=gone.id)
    report = Report()
    await anna.replica.attachments.send_waiting(report)
    assert (report.files_sent, report.files_waiting) == (1, 1) and "not-found" in report.files_problem
    assert [seen.method for seen in anna.wire.seen if "/files" in seen.path] == ["POST", "POST", "PATCH"]
    state = await whereabouts(anna, gone)
    assert state.where == "sending" and state.reason
    assert (await anna.sync()).files_waiting == 0
    assert (await whereabouts(anna, other)).where == "stored"


async def test_a_row_that_the_server_refuses_sends_nothing(anna: Device) -> None:
    sha256 = await anna.replica.attachments.put(make_picture())
    await anna.save(Picture(id=uuid4(), lead="somebody else", sha256=sha256))
    await anna.sync()
    await anna.sync()
    assert (await anna.replica.attachments.state(sha256)).where == "here"
    assert anna.wire.list_requests("/files") == []


async def test_an_empty_sync_asks_nothing_about_attachments(anna: Device) -> None:
    await add_picture(anna, make_picture())
    await anna.sync()
    await anna.sync()
    anna.wire.seen.clear()
    await anna.sync()
    assert [seen.path.rpartition("/")[2] for seen in anna.wire.seen] == ["pending"]


async def test_bytes_that_were_damaged_here_are_said_and_not_sent(anna: Device) -> None:
    anna.replica.attachments.metered = True
    picture = await add_picture(anna, make_picture())
    await anna.sync()
    store = await anna.replica.attachments._open_store()
    place = store.path_of(picture.sha256 or "")
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    anna.replica.attachments.metered = False
    report = await anna.sync()
    assert (report.files_refused, sent_bytes(anna)) == (1, 0)
    assert "damaged" in (await whereabouts(anna, picture)).reason


async def test_the_screen_sees_how_much_is_unsent(anna: Device) -> None:
    anna.replica.attachments.metered = True
    await add_picture(anna, make_picture())
    await anna.sync()
    assert anna.replica.status.now.unsent_files == 1
    anna.replica.attachments.metered = False
    await anna.sync()
    assert anna.replica.status.now.unsent_files == 0
