"""A device writes only what its person sees."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from tests.server.accept.workshop import Device, Server, a_job, job, journal, only, statuses


async def test_a_row_of_somebody_else_and_a_row_that_is_not_there_are_refused_alike(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    his = await a_job(ben)
    ana.update("job", his, {"title": "Boiler"}, await server.version("job", id=his), title="Mine")
    ana.update("job", uuid4(), {"title": "Boiler"}, 7, title="Mine")
    one, other = (await ana.push()).values()
    assert one.status == other.status == "refused"
    assert (one.reason, one.detail) == (other.reason, other.detail)


@pytest.mark.parametrize("known_version", [True, False])
async def test_deleting_a_row_of_somebody_else_is_answered_like_deleting_none_and_does_nothing(
    server: Server, known_version: bool
) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    his = await a_job(ben)
    version = await server.version("job", id=his) if known_version else None
    ana.delete("job", his, {"title": "Boiler"}, version)
    ana.delete("job", uuid4(), {"title": "Boiler"}, version)
    one, other = (await ana.push()).values()
    assert one.model_copy(update={"id": other.id}) == other
    assert await server.row("job", id=his) is not None
    assert await journal(server) == []


async def test_what_was_typed_for_a_row_of_somebody_else_cannot_be_written_to_it_later(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    his = await a_job(ben)
    ana.update("job", his, {"report": None}, await server.version("job", id=his), report="Mine.")
    ana.insert("job", his, title="Mine")
    assert await statuses(ana) == ["refused", "refused"]
    assert await journal(server) == []


async def test_a_new_row_must_be_in_the_writers_scope(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    id = uuid4()
    ana.transaction(job(id, ben.person))
    ana.transaction(job(uuid4(), ana.person))
    bad, good = (await ana.push()).values()
    assert (bad.status, bad.reason, good.status) == ("refused", "out-of-scope", "applied")
    assert await server.row("job", id=id) is None


async def test_a_hand_over_is_legal_where_the_mirror_says_so(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    id = await a_job(ana)
    lead = {"lead_id": str(ana.person)}
    ana.update("job", id, lead, await server.version("job", id=id), lead_id=ben.person)
    assert (await only(ana)).status == "applied"


async def test_a_row_made_and_handed_over_in_one_batch_was_the_writers_own_when_made(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    id = uuid4()
    ana.transaction(job(id, ana.person))
    ana.update("job", id, {"lead_id": str(ana.person)}, None, lead_id=ben.person)
    assert await statuses(ana) == ["applied", "applied"]


async def test_check_after_keeps_a_row_in_its_writers_scope(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    mine, his, part = await a_job(ana), await a_job(ben), uuid4()
    ana.insert("part", part, job_id=mine, position=1, name="Valve")
    await ana.push()
    ana.update("part", part, {"job_id": str(mine)}, None, job_id=his)
    assert (await only(ana)).status == "refused"


async def test_a_foreign_key_tells_nobody_which_rows_exist(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    his = await a_job(ben)
    ana.insert("part", uuid4(), job_id=his, position=1, name="Valve")
    ana.insert("part", uuid4(), job_id=uuid4(), position=1, name="Valve")
    one, other = (await ana.push()).values()
    assert (one.status, one.reason, one.detail) == (other.status, other.reason, other.detail)
    assert (one.status, one.reason) == ("refused", "no-target")


async def test_a_foreign_key_of_two_columns_leads_to_what_is_written_and_not_to_what_was_said_to_be_read(
    server: Server,
) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    vans = [("north", 1, ana.person), ("south", 2, ana.person), ("north", 2, ben.person)]
    trip, version = await a_trip(ana, vans)
    ana.update("trip", trip, {"region": "south", "number": 1}, version, number=2)
    lied = await only(ana)
    assert (lied.status, lied.reason) == ("refused", "no-target")
    assert await server.row("trip", id=trip) == {"id": trip, "region": "north", "number": 1}


async def test_a_foreign_key_of_two_columns_may_be_turned_by_one_change_after_the_other(server: Server) -> None:
    ana = await server.person()
    trip, version = await a_trip(ana, [("north", 1, ana.person), ("south", 1, ana.person), ("south", 2, ana.person)])
    ana.update("trip", trip, {"region": "north"}, version, region="south")
    ana.update("trip", trip, {"number": 1}, version, number=2)
    assert await statuses(ana) == ["applied", "applied"]
    assert await server.row("trip", id=trip) == {"id": trip, "region": "south", "number": 2}


async def a_trip(ana: Device, vans: Sequence[tuple[str, int, UUID]]) -> tuple[UUID, int]:
    """A trip with the first van of the north, and its version; `vans`: region, number, driver."""
    server = ana.server
    await server.connection.executemany("INSERT INTO workshop.van VALUES ($1, $2, $3)", vans)
    ana.insert("trip", trip := uuid4(), region="north", number=1)
    await ana.push()
    return trip, await server.version("trip", id=trip)
