"""A server that cannot read something of what a device sends: the rest arrives, and a person decides about that."""

from typing import Any

from tests.sync.shop import Job

from twinbase.errors import TwinbaseError
from twinbase.testing import World
from twinbase.testing.wire import AsgiApp

PROBLEM = b'{"type":"bad-batch","title":"The batch cannot be read.","status":422,"detail":""}'


def cannot_read(world: World, word: bytes) -> AsgiApp:
    """The world's server, of a version that takes no batch in which this word is."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if word not in message.get("body", b""):
            messages = [message]

            async def replay() -> Any:
                return messages.pop() if messages else await receive()

            await world.application(scope, replay, send)
            return
        headers = [(b"content-type", b"application/problem+json")]
        await send({"type": "http.response.start", "status": 422, "headers": headers})
        await send({"type": "http.response.body", "body": PROBLEM})

    return application


async def test_an_edit_that_no_server_reads_keeps_no_other_back(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    anna.wire.application = cannot_read(world, b"gibberish")
    for title in ("boiler", "gibberish", "pipe", "more gibberish", "tap"):
        await anna.save(Job(lead="anna", title=title))

    report = await anna.sync()

    assert report.is_proven
    assert await world.sql("SELECT title FROM workshop.job ORDER BY title") == [("boiler",), ("pipe",), ("tap",)]
    waiting = await anna.replica.waiting_edits()
    assert [(edit.state, edit.reason, edit.new["title"]) for edit in waiting] == [
        ("refused", "unreadable", "gibberish"),
        ("refused", "unreadable", "more gibberish"),
    ]
    assert "cannot read" in waiting[0].detail


async def test_what_was_saved_with_it_waits_with_it_and_goes_along_when_it_is_corrected(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    anna.wire.application = cannot_read(world, b"gibberish")
    await anna.save(Job(lead="anna", title="boiler"), Job(lead="anna", title="gibberish"))
    await anna.sync()
    waiting = {edit.new["title"]: edit for edit in await anna.replica.waiting_edits()}
    assert set(waiting) == {"boiler", "gibberish"} and await world.sql("SELECT 1 FROM workshop.job") == []

    await anna.replica.correct(waiting["gibberish"].id, {"title": "valve"})
    await anna.sync()

    assert await world.sql("SELECT title FROM workshop.job ORDER BY title") == [("boiler",), ("valve",)]


async def test_more_of_them_than_one_sync_gets_through_are_got_through_by_the_next(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    anna.wire.application = cannot_read(world, b"gibberish")
    for number in range(12):
        await anna.save(Job(lead="anna", title=f"gibberish {number}"), Job(lead="anna", title="with it"))
    await anna.save(Job(lead="anna", title="boiler"))

    for _ in range(4):
        try:
            await anna.sync()
        except TwinbaseError:
            continue

    assert (await anna.sync()).is_proven
    assert await world.sql("SELECT title FROM workshop.job") == [("boiler",)]
    assert len(await anna.replica.waiting_edits()) == 24
