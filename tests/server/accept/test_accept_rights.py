"""Within a batch, the rights are those that the writer has when it is a mutation's turn, not those at its start."""

from uuid import UUID, uuid4

import pytest
from tests.server.accept.workshop import Device, Server, a_job, inserted, statuses, updated


async def two_people(server: Server) -> tuple[Device, Device, UUID]:
    """Ana, Ben, and a job that is Ana's."""
    ana, ben = await server.person("Ana"), await server.person("Ben")
    return ana, ben, await a_job(ana)


async def hand_over(ana: Device, ben: Device, job: UUID) -> None:
    ana.update("job", job, {"lead_id": str(ana.person)}, await ana.server.version("job", id=job), lead_id=ben.person)


async def test_who_has_handed_a_row_over_writes_no_more_to_it(server: Server) -> None:
    ana, ben, mine = await two_people(server)
    await hand_over(ana, ben, mine)
    ana.update("job", mine, {"report": None}, None, report="One more word.")
    ana.update("job", mine, {"lead_id": str(ben.person)}, None, lead_id=ana.person)
    assert await statuses(ana) == ["applied", "refused", "refused"]
    row = await server.row("job", id=mine)
    assert row is not None and (row["report"], row["lead_id"]) == (None, ben.person)


async def test_what_was_written_before_the_hand_over_stands(server: Server) -> None:
    ana, ben, mine = await two_people(server)
    ana.update("job", mine, {"report": None}, await server.version("job", id=mine), report="Done.")
    ana.insert("part", part := uuid4(), job_id=mine, position=1, name="Valve")
    await hand_over(ana, ben, mine)
    assert await statuses(ana) == ["applied", "applied", "applied"]
    assert await server.row("part", id=part) is not None


async def test_rows_that_are_seen_through_another_are_hidden_with_it(server: Server) -> None:
    ana, ben, mine = await two_people(server)
    ana.insert("part", part := uuid4(), job_id=mine, position=1, name="Valve")
    await ana.push()
    await hand_over(ana, ben, mine)
    ana.update("part", part, {"name": "Valve"}, await server.version("part", id=part), name="Tap")
    ana.insert("part", uuid4(), job_id=mine, position=2, name="Seal")
    assert await statuses(ana) == ["applied", "refused", "refused"]
    row = await server.row("part", id=part)
    assert row is not None and row["name"] == "Valve"


@pytest.mark.parametrize("handed_over_first", [True, False])
async def test_one_local_transaction_is_judged_step_by_step(server: Server, handed_over_first: bool) -> None:
    ana, ben, mine = await two_people(server)
    version = await server.version("job", id=mine)
    away = updated("job", mine, {"lead_id": str(ana.person)}, version, lead_id=ben.person)
    beside = inserted("part", uuid4(), job_id=mine, position=1, name="Valve")
    ana.transaction(*([away, beside] if handed_over_first else [beside, away]))
    outcomes = await statuses(ana)
    row = await server.row("job", id=mine)
    assert row is not None
    if handed_over_first:
        assert "applied" not in outcomes and row["lead_id"] == ana.person
    else:
        assert outcomes == ["applied", "applied"] and row["lead_id"] == ben.person


@pytest.mark.parametrize("jobs", [1, 49, 60])
async def test_however_often_a_batch_changes_the_rights_each_mutation_has_its_own(server: Server, jobs: int) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    mine = [await a_job(ana) for _ in range(jobs)]
    for job in mine:
        ana.insert("part", uuid4(), job_id=job, position=1, name="Valve")
        await hand_over(ana, ben, job)
        ana.update("job", job, {"report": None}, None, report="Too late.")
    assert await statuses(ana) == ["applied", "applied", "refused"] * jobs
    assert await server.value("SELECT count(*) FROM workshop.part") == jobs
    assert await server.value("SELECT count(*) FROM workshop.job WHERE report IS NOT NULL") == 0
