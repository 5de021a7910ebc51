"""Rules that look at other rows: read once for a batch, and seen as the batch has left them so far."""

import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.server.accept.workshop import NOW, Device, Server, Workshop, inserted

from twinbase import IncomingMutation, NeighbourQuery, Plugins, Refused, Rows, hookimpl
from twinbase.errors import DeclarationError
from twinbase_server.accept import AcceptLimits
from twinbase_server.accept.accept import read_push
from twinbase_server.problems import ProblemError


class OnlyWhatIsOpen:
    """No parts on a job that is done; at most two parts on any."""

    def __init__(self) -> None:
        self.asked = 0

    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> Iterator[NeighbourQuery]:
        if written.twin == "part":
            self.asked += 1
            job = {**(written.row or {}), **written.values}.get("job_id")
            yield NeighbourQuery("job", "id", job)
            yield NeighbourQuery("part", "job_id", job)

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, rows: Rows) -> None:
        if written.twin != "part" or written.operation != "insert":
            return
        job = written.values["job_id"]
        if any(one["status"] == "done" for one in rows("job", "id", job)):
            raise Refused("done", "The job is done.")
        if len(rows("part", "job_id", job)) >= 2:
            raise Refused("full", "The job has two parts already.")


class Curious:
    """A rule that looks at what it did not ask for."""

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, rows: Rows) -> None:
        rows("person", "name", "Ana")


def ruled() -> Plugins:
    return Plugins(Workshop(), OnlyWhatIsOpen())


def a_part(job: UUID, position: int) -> dict[str, Any]:
    return inserted("part", uuid4(), job_id=str(job), position=position, name="valve")


async def a_job(device: Device, status: str = "planned") -> UUID:
    id = uuid4()
    await device.server.connection.execute(
        "INSERT INTO workshop.job (id, lead_id, title, status, visits) VALUES ($1, $2, 'a', $3, 0)",
        id,
        device.person,
        status,
    )
    return id


async def told(device: Device, plugins: Plugins) -> list[tuple[str, str]]:
    return [(one.status, one.reason) for one in (await device.push(plugins=plugins)).values()]


async def test_a_rule_sees_a_row_of_another_twin(server: Server) -> None:
    ana = await server.person()
    open_job, done = await a_job(ana), await a_job(ana, "done")
    ana.transaction(a_part(open_job, 1))
    ana.transaction(a_part(done, 1))
    assert await told(ana, ruled()) == [("applied", ""), ("refused", "done")]


async def test_a_rule_sees_what_earlier_mutations_of_the_batch_wrote(server: Server) -> None:
    ana = await server.person()
    job = await a_job(ana, "started")
    ana.transaction(a_part(job, 1))
    ana.update("job", job, {"status": "started"}, await server.version("job", id=job), status="done")
    ana.transaction(a_part(job, 2))
    assert await told(ana, ruled()) == [("applied", ""), ("applied", ""), ("refused", "done")]


async def test_what_was_refused_is_not_seen(server: Server) -> None:
    ana = await server.person()
    job, done = await a_job(ana), await a_job(ana, "done")
    ana.transaction(a_part(job, 1), a_part(done, 1))
    ana.transaction(a_part(job, 2))
    ana.transaction(a_part(job, 3))
    ana.transaction(a_part(job, 4))
    assert [reason for _, reason in await told(ana, ruled())] == ["behind", "done", "", "", "full"]


async def test_rows_of_the_database_and_of_the_batch_are_counted_once(server: Server) -> None:
    ana = await server.person()
    job = await a_job(ana)
    first = uuid4()
    await server.connection.execute("INSERT INTO workshop.part VALUES ($1, $2, 1, 'tap')", first, job)
    ana.update("part", first, {"name": "tap"}, await server.version("part", id=first), name="hose")
    ana.transaction(a_part(job, 2))
    ana.transaction(a_part(job, 3))
    assert [reason for _, reason in await told(ana, ruled())] == ["", "", "full"]


async def test_a_row_that_went_in_the_batch_is_not_seen(server: Server) -> None:
    ana = await server.person()
    job = await a_job(ana)
    first, second = uuid4(), uuid4()
    for position, id in enumerate((first, second)):
        await server.connection.execute("INSERT INTO workshop.part VALUES ($1, $2, $3, 'tap')", id, job, position)
    row = {"id": str(first), "job_id": str(job), "position": 0, "name": "tap"}
    ana.delete("part", first, row, await server.version("part", id=first))
    ana.transaction(a_part(job, 2))
    assert [reason for _, reason in await told(ana, ruled())] == ["", ""]


async def statements(device: Device) -> int:
    """How many statements PostgreSQL is sent for the batch."""
    push = read_push(ruled(), device.caller, device.batch(), NOW)
    said: list[str] = []
    async with device.server.pool.acquire() as connection:
        with connection.query_logger(lambda record: said.append(record.query)):
            answer = await push.accept(connection, AcceptLimits())
    assert {one.status for one in answer.outcomes} == {"applied"}
    return len(said)


async def test_a_large_batch_asks_the_database_no_more_often_than_a_small_one(server: Server) -> None:
    first, small, large = [await server.person() for _ in range(3)]
    for device, jobs in ((first, 1), (small, 1), (large, 40)):
        for _ in range(jobs):
            device.transaction(a_part(await a_job(device), 1))
    await statements(first)  # a new connection asks more: it learns the types
    assert await statements(small) == await statements(large)


class OnePriceOnce:
    """No two jobs of one price."""

    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> Iterator[NeighbourQuery]:
        yield NeighbourQuery("job", "price", written.values.get("price"))

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, rows: Rows) -> None:
        others = [one for one in rows("job", "price", written.values.get("price")) if one["id"] != written.key[0]]
        if others:
            raise Refused("taken", "Another job has this price.")


async def test_a_number_is_found_however_it_is_written(server: Server) -> None:
    ana = await server.person()
    priced, stored, sent = [await a_job(ana) for _ in range(3)]
    await server.connection.execute("UPDATE workshop.job SET price = 5 WHERE id = $1", priced)
    for job, price in ((stored, "5"), (sent, "7.5"), (stored, "7.50")):
        ana.update("job", job, {"price": None}, await server.version("job", id=job), price=price)
    assert [reason for _, reason in await told(ana, Plugins(Workshop(), OnePriceOnce()))] == ["taken", "", "taken"]


async def test_nothing_is_beside_an_empty_value(server: Server) -> None:
    ana = await server.person()
    job, _ = await a_job(ana), await a_job(ana)
    ana.update("job", job, {"title": "a"}, await server.version("job", id=job), title="b")
    assert await told(ana, Plugins(Workshop(), OnePriceOnce())) == [("applied", "")]


class Broken:
    """A plugin with a fault, here or there."""

    def __init__(self, where: str) -> None:
        self.where = where

    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> list[NeighbourQuery]:
        return [NeighbourQuery("job", written.values["no such column"], "") for _ in range(self.where == "beside")]

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation) -> None:
        if self.where == "before":
            written.values["no such column"]
        if self.where == "exit":
            sys.exit(3)


@pytest.mark.parametrize("where", ["beside", "before", "exit"])
async def test_a_rule_that_fails_undoes_the_batch_and_the_device_tries_again(server: Server, where: str) -> None:
    ana = await server.person()
    ana.transaction(a_part(await a_job(ana), 1))
    body = ana.batch()
    with pytest.raises(ProblemError) as caught:
        await ana.send(body, plugins=Plugins(Workshop(), Broken(where)))
    assert (caught.value.kind, caught.value.status) == ("plugin-failed", 503)
    assert "column" not in str(caught.value.make_body())
    for table in ("workshop.part", "twinbase.ledger"):
        assert await server.value(f"SELECT count(*) FROM {table}") == 0
    assert (await ana.send(body)).outcomes[0].status == "applied"


async def test_a_rule_that_looks_at_what_it_did_not_ask_for_is_told_so(server: Server) -> None:
    ana = await server.person()
    job = await a_job(ana)
    ana.transaction(a_part(job, 1))
    with pytest.raises(DeclarationError, match=r"person\.name.*twinbase_neighbours"):
        await ana.push(plugins=Plugins(Workshop(), Curious()))
    assert await server.value("SELECT count(*) FROM workshop.part") == 0
