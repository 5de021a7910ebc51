"""A frozen batch that the server cannot read is thawed and made anew; what no server can read waits for a person."""

from typing import Any

import msgspec
import pytest
from tests.sync.shop import Job, Part

from twinbase.errors import Offline
from twinbase.testing import World, drop_request
from twinbase.testing.device import Device


async def _frozen(world: World, *titles: str) -> Device:
    """A device with these jobs in a batch that has not arrived."""
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for title in titles:
        await anna.save(Job(lead="anna", title=title))
    anna.wire.spoil("sync/mark-synced", drop_request())
    with pytest.raises(Offline):
        await anna.sync()
    return anna


def _without_offset(body: bytes) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(body), "offset_ms": "soon"})


DAMAGES = {"cut off": lambda body: body[:-9], "not JSON": lambda body: b"\x00" * len(body), "a member": _without_offset}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_batch_that_was_damaged_in_the_file_is_made_anew(world: World, damage: Any) -> None:
    anna = await _frozen(world, "one", "two")
    ((body,),) = await anna.sql("SELECT body FROM _twinbase_batch")
    await anna.sql("UPDATE _twinbase_batch SET body = ?", damage(bytes(body)))

    report = await anna.sync()

    assert report.is_proven and [why[:9] for why in report.recovered] == ["bad-batch"]
    assert await world.sql("SELECT title FROM workshop.job ORDER BY 1") == [("one",), ("two",)]
    await anna.save(Job(lead="anna", title="three"))
    after = await anna.sync()
    assert after.outcomes == {"applied": 1} and after.recovered == []


async def _spoil(device: Device, title: str) -> None:
    """Make an edit one that no server can read: a tool that wrote the file anew gave it an id in capitals."""
    await device.sql(
        "UPDATE _twinbase_outbox SET id = upper(id) WHERE seq IN"
        " (SELECT seq FROM _twinbase_change_job WHERE new_title = ?)",
        title,
    )


async def test_one_edit_that_cannot_be_read_keeps_no_other_back(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for number in range(70):
        await anna.save(Job(lead="anna", title=f"job {number}"))
    for title in ("job 3", "job 40", "job 69"):
        await _spoil(anna, title)

    report = await anna.sync()

    assert report.is_proven
    assert await world.sql("SELECT count(*), count(DISTINCT title) FROM workshop.job") == [(67, 67)]
    waiting = await anna.replica.waiting_edits()
    assert {edit.new["title"] for edit in waiting} == {"job 3", "job 40", "job 69"}
    assert {(edit.state, edit.reason) for edit in waiting} == {("refused", "unreadable")}
    assert "$.mutations" in waiting[0].detail
    await anna.sql("UPDATE _twinbase_outbox SET id = lower(id)")
    await anna.replica.correct(waiting[0].id, {"title": "typed again"})
    await anna.replica.discard(waiting[1].id)
    assert (await anna.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT count(*) FROM workshop.job WHERE title = 'typed again'") == [(1,)]


async def test_a_local_transaction_that_cannot_be_read_waits_whole(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    job = Job(lead="anna", title="boiler")
    await anna.save(job, Part(job_id=job.id, quantity=3))
    await anna.save(Job(lead="anna", title="pump"))
    await _spoil(anna, "boiler")

    assert (await anna.sync()).is_proven

    assert await world.sql("SELECT title FROM workshop.job") == [("pump",)]
    assert await world.sql("SELECT count(*) FROM workshop.part") == [(0,)]
    assert {edit.twin for edit in await anna.replica.waiting_edits()} == {"job", "part"}
