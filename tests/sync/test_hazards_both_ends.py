"""What only shows when both ends are real: stale forms, clocks, reloads, collisions, echoes, and repairs that fail."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlmodel import select
from tests.sync.shop import Job, Part, Product

from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.world import ManualClock
from twinbase_server.capture.tombstones import collect_tombstones


async def _job(world: World, title: str = "boiler", lead: str = "anna") -> UUID:
    job = uuid4()
    await world.sql(
        "INSERT INTO workshop.job (id, lead, title, visits, done) VALUES (:id, :lead, :title, 0, false)",
        id=job,
        lead=lead,
        title=title,
    )
    return job


async def _products(world: World, count: int) -> None:
    await world.sql(
        "INSERT INTO workshop.product (id, name, price) SELECT i, 'p' || i, i / 10.0 FROM generate_series(1, :n) i",
        n=count,
    )


async def _anna(world: World, **options: Any) -> Device:
    device = await world.device("anna", claims={"lead": "anna"}, **options)
    await device.sync()
    return device


async def test_a_form_that_was_open_during_a_sync_is_a_conflict_and_no_silent_overwrite(world: World) -> None:
    """H29: the base of an edit is what was on the screen, though the file has been brought up to date meanwhile."""
    key = await _job(world)
    anna = await _anna(world)
    form = await anna.read(Job, key)
    assert form is not None
    await world.sql("UPDATE workshop.job SET title = 'the office says', report = 'seen'")
    await anna.sync()
    form.title = "anna says"
    await anna.save(form)

    report = await anna.sync()

    assert report.outcomes == {"conflict": 1} and report.is_proven
    assert await world.sql("SELECT title, report FROM workshop.job") == [("the office says", "seen")]
    (waiting,) = await anna.replica.waiting_edits()
    assert (waiting.state, waiting.new) == ("conflict", {"title": "anna says"})


async def test_people_who_read_and_write_during_a_sync_never_meet_a_lock(world: World) -> None:
    """H28: read-then-write across the commits of a sync that brings two thousand rows, twenty times."""
    await _products(world, 10)
    key = await _job(world)
    anna = await _anna(world)
    await world.sql("INSERT INTO workshop.product (id, name) SELECT i, 'n' || i FROM generate_series(100, 2100) i")

    async def typing() -> None:
        for _ in range(20):
            async with anna.replica.session() as session:
                job = (await session.exec(select(Job))).one()
                await asyncio.sleep(0)
                job.visits += 1
                await session.commit()

    report, _ = await asyncio.gather(anna.sync(), typing())
    last = await anna.sync()

    assert report.pulled + last.pulled >= 2001
    assert await world.sql("SELECT visits FROM workshop.job WHERE id = :id", id=key) == [(20,)]
    assert last.is_proven


def _digests_made_wrong(world: World) -> Callable[..., Any]:
    """The world's application, whose digests of products are wrong by one row in every answer. It is one of before the
    checksums of frames, so that what it says is believed to be what it meant."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]

        async def garble(message: Any) -> None:
            body = re.sub(rb',"check":"[0-9a-f]{8}"}', b"}", message.get("body", b""))
            if b'"frame":"end"' in body:
                lines = body.splitlines(keepends=True)
                end = msgspec.json.decode(lines[-1])
                if "product" in end["digests"]:
                    end["digests"]["product"][0] += 1
                body = b"".join([*lines[:-1], msgspec.json.encode(end) + b"\n"])
            await send({**message, "body": body} if "body" in message else message)

        await world.application({**scope, "headers": plain}, receive, garble)

    return application


async def test_a_twin_that_no_repair_mends_is_tried_three_times_and_stands_in_no_ones_way(world: World) -> None:
    """H23: the report says which twin is unproven and why; edits go out; the next sync tries again."""
    await _products(world, 40)
    key = await _job(world)
    anna = await _anna(world)
    await world.sql("UPDATE workshop.product SET name = 'new' WHERE id = 3")
    await anna.change(Job, key, report="leaks")
    honest, anna.wire.application = anna.wire.application, _digests_made_wrong(world)

    report = await anna.sync()

    assert report.repair_rounds == 3 == len(anna.wire.list_requests("sync/repair"))
    assert list(report.unproven) == ["product"] and report.outcomes == {"applied": 1}
    assert "product" in anna.replica.status.now.unproven
    anna.wire.application = honest
    await world.sql("UPDATE workshop.product SET name = 'newer' WHERE id = 3")
    assert (await anna.sync()).is_proven
    assert not anna.replica.status.now.unproven


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=-400), timedelta(0)])
async def test_what_a_device_ends_with_does_not_depend_on_its_clock(world: World, ahead: timedelta) -> None:
    """T5: no cursor, no window and no merge is measured by a device's clock."""
    key = await _job(world)
    clock = ManualClock(world.clock() + ahead)
    anna = await _anna(world, clock=clock)
    await anna.change(Job, key, visits=1, report="anna")
    await world.sql("UPDATE workshop.job SET visits = 5, title = 'office'")
    await _products(world, 3)
    await anna.sync()
    clock.now -= timedelta(hours=3)  # somebody sets it back, and a second edit is "older" than the first
    await anna.change(Job, key, report="anna again")

    report = await anna.sync()

    assert await world.sql("SELECT title, report, visits FROM workshop.job") == [("office", "anna again", 6)]
    assert report.is_proven and len(await anna.all(Product)) == 3


async def test_a_server_whose_clock_is_set_back_loses_and_repeats_nothing(world: World) -> None:
    """T5: time orders nothing on the server; a step back of two hours is no event."""
    await _products(world, 3)
    anna = await _anna(world)
    world.clock.advance(hours=-2)
    await world.sign_in(anna, "anna")
    await world.sql("UPDATE workshop.product SET name = 'new' WHERE id = 2")

    report = await anna.sync()

    assert report.pulled == 1 and report.is_proven and not report.unexplained
    assert [product.name for product in await anna.all(Product)] == ["p1", "new", "p3"]


async def test_a_device_that_was_away_for_400_days_brings_nothing_back_to_life_and_loses_no_work(world: World) -> None:
    """T9: with every tombstone collected, deleted rows go, its new work is taken, and what cannot be is reported."""
    await _products(world, 60)
    kept, gone = await _job(world, "kept"), await _job(world, "gone")
    anna = await _anna(world)
    await anna.change(Job, kept, report="typed in the cellar")
    await anna.change(Job, gone, report="typed for nothing")
    new = Job(lead="anna", title="made in the cellar")
    await anna.save(new)
    await world.sql("DELETE FROM workshop.job WHERE id = :id", id=gone)
    await world.sql("DELETE FROM workshop.product WHERE id <= 20")
    world.clock.advance(days=400)
    await _collect_everything(world)
    await world.sign_in(anna, "anna")

    report = await anna.sync()

    assert report.is_proven and not report.unexplained
    assert report.outcomes == {"applied": 2, "refused": 1}
    assert [edit.new for edit in await anna.replica.waiting_edits()] == [{"report": "typed for nothing"}]
    assert {job.title for job in await anna.all(Job)} == {"kept", "made in the cellar"}
    assert await world.sql("SELECT count(*) FROM workshop.product") == [(40,)]
    assert len(await anna.all(Product)) == 40


async def _collect_everything(world: World) -> None:
    """Collect every tombstone there is, as an operator would after a year."""
    async with world.application.state.serving.pool.acquire() as office:
        now = world.clock()
        await office.execute("INSERT INTO twinbase.salt (salt, at, xid) VALUES ('t', $1, pg_current_xact_id())", now)
        assert await collect_tombstones(office, now) >= 21


RELOADS = (
    "CREATE TEMP TABLE c AS TABLE workshop.product; TRUNCATE workshop.product;"
    " INSERT INTO workshop.product SELECT * FROM c; DROP TABLE c",
    "CREATE TEMP TABLE c AS TABLE workshop.product; DELETE FROM workshop.product;"
    " INSERT INTO workshop.product SELECT * FROM c; DROP TABLE c",
    "UPDATE workshop.product SET name = name, price = price + 0",
    "INSERT INTO workshop.product SELECT * FROM workshop.product ON CONFLICT (id) DO UPDATE SET name = excluded.name",
)


@pytest.mark.parametrize("reload", RELOADS, ids=["truncate", "delete", "touch all", "upsert"])
async def test_a_reload_that_changes_nothing_sends_no_row_to_a_device(world: World, reload: str) -> None:
    """T13: the nightly load of the ERP costs every device one empty pull."""
    await _products(world, 500)
    anna = await _anna(world)
    async with world.engine.begin() as office:
        for statement in reload.split("; "):
            await office.exec_driver_sql(statement.strip(" ;"))

    report = await anna.sync()

    assert (report.pulled, report.removed, report.repaired) == (0, 0, 0)
    assert report.is_proven and report.bytes_received < 2_000


async def test_of_two_rows_with_one_unique_title_the_second_waits_with_the_reason_and_the_rest_goes_on(
    world: World,
) -> None:
    """T14: the server is the authority for what must be unique; nothing is dropped silently."""
    await world.sql("ALTER TABLE workshop.job ADD UNIQUE (title)")
    anna = await _anna(world)
    tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
    await tablet.sync()
    await anna.save(Job(lead="anna", title="badge 7"))
    mine = Job(lead="anna", title="badge 7")
    await tablet.save(mine, Part(job_id=mine.id, quantity=2))
    await tablet.save(Job(lead="anna", title="badge 8"))

    await anna.sync()
    report = await tablet.sync()

    assert report.outcomes == {"refused": 1, "parked": 1, "applied": 1} and report.is_proven
    first = next(edit for edit in await tablet.replica.waiting_edits() if edit.state == "refused")
    assert first.reason == "unique" and first.new["title"] == "badge 7"
    assert {job.title for job in await tablet.all(Job)} == {"badge 7", "badge 8"}
    await tablet.replica.correct(first.id, {"title": "badge 9"})
    assert (await tablet.sync()).outcomes == {"applied": 2}
    assert await world.sql(
        "SELECT title, quantity FROM workshop.job LEFT JOIN workshop.part ON job_id = job.id ORDER BY 1"
    ) == [("badge 7", None), ("badge 8", None), ("badge 9", 2)]


async def test_two_ends_that_both_wrote_fall_silent_after_one_more_sync_each(world: World) -> None:
    """T17: what came from one side never goes back to it; in idle cycles no end writes anything."""
    key = await _job(world)
    anna = await _anna(world)
    tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
    await tablet.sync()
    await anna.change(Job, key, report="anna", visits=1)
    await tablet.change(Job, key, visits=2)
    await _products(world, 5)
    for device in (anna, tablet, anna, tablet):
        await device.sync()
    before, outboxes = await _traces(world), await _outboxes(anna, tablet)
    pushes = len(anna.wire.list_requests("sync/mark-synced")) + len(tablet.wire.list_requests("sync/mark-synced"))

    idle = [await device.sync() for device in (anna, tablet, anna, tablet)]

    assert [(r.pushed, r.pulled, r.removed, r.repaired) for r in idle] == [(0, 0, 0, 0)] * 4
    assert all(report.is_proven for report in idle)
    assert await _traces(world) == before
    assert (
        len(anna.wire.list_requests("sync/mark-synced")) + len(tablet.wire.list_requests("sync/mark-synced")) == pushes
    )
    assert await _outboxes(anna, tablet) == outboxes == [("applied", None), ("merged", None)]


async def _traces(world: World) -> list[Any]:
    """Every version on the server, and how much its ledger holds."""
    return [
        await world.sql(f'SELECT id, xid::text FROM twinbase."{name}" ORDER BY id')
        for (name,) in await world.sql("SELECT version_table FROM twinbase.capture ORDER BY 1")
    ] + await world.sql("SELECT count(*) FROM twinbase.ledger")


async def _outboxes(*devices: Device) -> list[Any]:
    """What lies in the outboxes: acknowledged work stays for a while, in case the server is restored (H8)."""
    return [row for device in devices for row in await device.sql("SELECT state, behind FROM _twinbase_outbox")]
