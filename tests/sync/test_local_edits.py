"""A pull never takes away what a technician typed, and what was answered is never done twice (H14, H25, H26)."""

from uuid import uuid4

import pytest
from tests.sync.shop import Job, Part

from twinbase.errors import HalfAnswer, Offline
from twinbase.testing import World, drop_answer, drop_request, duplicate


async def _one_job(world: World, *, title: str = "", visits: int = 0) -> Job:
    job = Job(id=uuid4(), lead="anna", title=title, visits=visits)
    await world.sql(
        "INSERT INTO workshop.job (id, lead, title, visits, done) VALUES (:id, 'anna', :title, :v, false)",
        id=job.id,
        title=job.title,
        v=job.visits,
    )
    return job


async def test_a_pull_never_overwrites_an_unsent_edit(world: World) -> None:
    job = await _one_job(world, title="boiler")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job.id, report="leaks")
    await world.sql("UPDATE workshop.job SET title = 'big boiler', report = 'seen in the office'")
    anna.wire.spoil("sync/mark-synced", drop_request())

    with pytest.raises(Offline):
        await anna.sync()
    here = await anna.read(Job, job.id)

    assert here is not None and here.report == "leaks"


async def test_both_edits_of_one_row_live_on_when_they_touch_different_columns(world: World) -> None:
    job = await _one_job(world, title="boiler")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job.id, report="leaks")
    await world.sql("UPDATE workshop.job SET title = 'big boiler'")

    report = await anna.sync()

    here = await anna.read(Job, job.id)
    assert here is not None and (here.title, here.report) == ("big boiler", "leaks")
    assert report.outcomes == {"merged": 1} and report.is_proven


async def test_an_answer_that_is_lost_never_doubles_an_edit(world: World) -> None:
    job = await _one_job(world, visits=1)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job.id, visits=2)
    anna.wire.spoil("sync/mark-synced", drop_answer())

    with pytest.raises((HalfAnswer, Offline)):
        await anna.sync()
    await anna.sync()

    assert await world.sql("SELECT visits FROM workshop.job") == [(2,)]
    here = await anna.read(Job, job.id)
    assert here is not None and here.visits == 2


async def test_a_request_that_arrives_twice_has_one_effect(world: World) -> None:
    job = await _one_job(world, visits=1)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job.id, visits=2)
    anna.wire.spoil("sync/mark-synced", duplicate())

    await anna.sync()

    assert await world.sql("SELECT visits FROM workshop.job") == [(2,)]


async def test_a_frozen_batch_is_sent_again_byte_for_byte(world: World) -> None:
    job = await _one_job(world, title="boiler")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.change(Job, job.id, report="leaks")
    anna.wire.spoil("sync/mark-synced", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    await anna.change(Job, job.id, report="leaks badly")

    await anna.sync()

    first, again, later = anna.wire.list_requests("sync/mark-synced")
    assert first.body == again.body != later.body
    assert await world.sql("SELECT report FROM workshop.job") == [("leaks badly",)]


async def test_visits_of_two_technicians_add_up_on_the_server_and_on_each_screen(world: World) -> None:
    job = await _one_job(world, visits=1)
    anna = await world.device("anna", claims={"lead": "anna"})
    tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
    await anna.sync()
    await tablet.sync()
    await anna.change(Job, job.id, visits=2)
    await tablet.change(Job, job.id, visits=4)

    await anna.sync()
    tablet.wire.spoil("sync/mark-synced", drop_request())
    with pytest.raises(Offline):
        await tablet.sync()
    await tablet.sync()
    await anna.sync()

    assert await world.sql("SELECT visits FROM workshop.job") == [(5,)]
    for device in (anna, tablet):
        here = await device.read(Job, job.id)
        assert here is not None and here.visits == 5


async def test_a_new_row_and_its_child_made_offline_arrive_together(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    job = Job(lead="anna", title="boiler")
    await anna.save(job, Part(job_id=job.id, quantity=3))

    report = await anna.sync()

    assert report.outcomes == {"applied": 2} and report.is_proven
    assert await world.sql("SELECT quantity FROM workshop.part") == [(3,)]


async def test_a_refused_edit_shows_the_servers_row_and_stays_in_the_outbox(world: World) -> None:
    job = await _one_job(world, title="boiler")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await world.sql("UPDATE workshop.job SET lead = 'bob'")
    await anna.change(Job, job.id, report="leaks")

    report = await anna.sync()

    waiting = await anna.replica.waiting_edits()
    assert report.outcomes == {"refused": 1} and report.is_proven
    assert await anna.read(Job, job.id) is None
    assert [(edit.state, edit.new) for edit in waiting] == [("refused", {"report": "leaks"})]
    assert anna.replica.status.now.refused == 1


async def test_two_idle_syncs_change_nothing(world: World) -> None:
    await _one_job(world, title="boiler")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()

    report = await anna.sync()

    assert (report.pulled, report.pushed, report.removed, report.repaired) == (0, 0, 0, 0)
    assert await anna.sql("SELECT count(*) FROM _twinbase_outbox") == [(0,)]
