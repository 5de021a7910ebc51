"""Sessions are ordinary ones, wait for each other instead of failing, and remember what was read."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select
from tests.replica.open_files import list_open_files
from tests.replica.workshop import Customer, Job, Line, changes, opened, outbox, rows, serve

from twinbase.replica.outbox.as_read import READ_BEFORE

ONE = "00000000-0000-4000-8000-000000000001"
SERVED = {"id": ONE, "title": "Boiler", "status": "new", "done": 0, "hours": 1.0}


async def test_reading_then_writing_across_a_background_commit_never_meets_a_lock(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            job = (await session.exec(select(Job))).one()
            country = {"code": "FR", "name": "France"}
            background = asyncio.create_task(asyncio.to_thread(serve, replica, "countries", country))
            job.title = "Pump"
            await session.commit()
            await background
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump")}]


async def test_many_sessions_that_read_and_write_at_once_all_succeed(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)

        async def work() -> None:
            async with replica.session() as session:
                job = (await session.exec(select(Job))).one()
                job.hours = (job.hours or 0) + 1
                await session.commit()

        await asyncio.gather(*(work() for _ in range(20)))
        assert rows(replica, "SELECT hours FROM jobs") == [(21.0,)]


async def test_readers_wait_for_nobody_and_see_one_moment(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as writer, replica.read() as reader:
            await writer.execute(text("UPDATE jobs SET title = 'Pump'"))
            assert (await reader.exec(select(Job.title))).one() == "Boiler"
            await writer.commit()
            assert (await reader.exec(select(Job.title))).one() == "Boiler"
        async with replica.read() as reader:
            assert (await reader.exec(select(Job.title))).one() == "Pump"


@pytest.mark.parametrize("kind", ["session", "read"])
async def test_what_is_still_read_when_the_replica_closes_lets_go_of_the_file_when_it_ends(
    tmp_path: Path, kind: str
) -> None:
    async with opened(tmp_path) as replica, getattr(replica, kind)() as session:
        await session.exec(select(Job))
        await replica.close()
    path = str(tmp_path / "twin.db")
    assert not any(name.startswith(path) for name in list_open_files())


async def test_a_reading_session_cannot_write(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.read() as session:
        with pytest.raises(OperationalError, match="readonly"):
            await session.execute(text("DELETE FROM jobs"))


async def test_what_was_typed_is_in_no_message_of_an_error(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        session.add(Job(title="Mme Dupont, door code 4711"))
        await session.flush()
        insert = "INSERT INTO jobs (id, title, done) SELECT id, :title, done FROM jobs"
        with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: jobs\.id") as raised:
            await session.execute(text(insert), {"title": "Mme Dupont, door code 4711"})
    assert "Dupont" not in str(raised.value)


async def test_a_form_that_was_open_during_an_apply_says_what_was_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.read() as session:
            job = (await session.exec(select(Job))).one()
        serve(replica, "jobs", {**SERVED, "title": "Office", "hours": 5.0}, version=701)
        job.title = "Pump"
        async with replica.session() as session:
            session.add(job)
            await session.commit()
        assert outbox(replica) == [(1, "jobs", "update", READ_BEFORE)]
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump")}]
        assert rows(replica, "SELECT title, hours FROM _twinbase_image_jobs") == [("Office", 5.0)]
        assert rows(replica, "SELECT * FROM _twinbase_read_jobs") == []


async def test_a_form_whose_row_did_not_move_carries_the_version_that_was_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.read() as session:
            job = (await session.exec(select(Job))).one()
        serve(replica, "countries", {"code": "FR", "name": "France"}, version=801)
        job.title = "Pump"
        async with replica.session() as session:
            session.add(job)
            await session.commit()
        assert outbox(replica) == [(1, "jobs", "update", 700)]


async def test_merging_an_old_form_writes_only_what_was_edited(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.read() as session:
            job = (await session.exec(select(Job))).one()
        serve(replica, "jobs", {**SERVED, "title": "Office", "hours": 5.0}, version=701)
        job.title = "Pump"
        async with replica.session() as session:
            merged = await session.merge(job)
            await session.commit()
            assert (merged.title, merged.hours) == ("Pump", 5.0)
            merged.title = "Valve"
            await session.commit()
        assert [base for *_, base in outbox(replica)] == [READ_BEFORE, 701]
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump")}, {"title": ("Pump", "Valve")}]


async def test_merging_a_form_with_its_lines_carries_what_was_read_of_each(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        serve(replica, "lines", {"job_id": ONE, "place": 1, "label": "read", "amount": 1})
        async with replica.read() as session:
            job = (await session.exec(select(Job))).one()
            await session.refresh(job, ["lines"])
        serve(replica, "lines", {"job_id": ONE, "place": 1, "label": "office", "amount": 9}, version=701)
        job.lines[0].label = "mine"
        async with replica.session() as session:
            await session.merge(job)
            await session.commit()
        assert outbox(replica) == [(1, "lines", "update", READ_BEFORE)]
        assert changes(replica, "lines") == [{"label": ("read", "mine")}]


async def test_a_delete_of_an_old_form_says_the_whole_row_as_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "customers", {"id": ONE, "name": "Anna", "number": 1})
        async with replica.read() as session:
            customer = await session.get_one(Customer, UUID(ONE))
        serve(replica, "customers", {"id": ONE, "name": "Annette", "number": 2}, version=701)
        async with replica.session() as session:
            await session.delete(customer)
            await session.commit()
        assert outbox(replica) == [(1, "customers", "delete", READ_BEFORE)]
        assert changes(replica, "customers")[0]["name"] == ("Anna", None)


async def test_a_form_of_a_row_that_was_deleted_meanwhile_does_not_bring_it_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.read() as session:
            job = (await session.exec(select(Job))).one()
        connection = replica.database.connect()
        connection.execute("UPDATE _twinbase_state SET applying = 1, checkpoint = checkpoint + 1")
        connection.execute("DELETE FROM jobs")
        connection.execute("DELETE FROM _twinbase_meta_jobs")
        connection.execute("UPDATE _twinbase_state SET applying = 0")
        connection.close()
        job.title = "Pump"
        async with replica.session() as session:
            with pytest.raises(StaleDataError):
                await session.merge(job)
        async with replica.session() as session:
            session.add(job)
            with pytest.raises(StaleDataError):
                await session.commit()
        assert outbox(replica) == []


async def test_what_a_session_loads_anew_is_read_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            job = (await session.exec(select(Job))).one()
            await session.commit()
            serve(replica, "jobs", {**SERVED, "title": "Office"}, version=701)
            await session.refresh(job)
            job.title = "Pump"
            await session.commit()
        assert outbox(replica) == [(1, "jobs", "update", 701)]
        assert changes(replica, "jobs") == [{"title": ("Office", "Pump")}]


async def test_the_second_save_of_an_old_form_follows_from_the_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            job = (await session.exec(select(Job))).one()
            await session.commit()
            serve(replica, "jobs", {**SERVED, "hours": 5.0}, version=701)
            for title in ("Pump", "Valve"):
                job.title = title
                await session.commit()
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump")}, {"title": ("Pump", "Valve")}]


async def test_a_row_made_here_is_no_old_form(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        line = Line(job_id=UUID(ONE), place=1)
        session.add(Job(id=UUID(ONE), title="J", lines=[line]))
        await session.commit()
        serve(replica, "countries", {"code": "FR", "name": "France"})
        line.label = "b"
        await session.commit()
        assert outbox(replica)[-1] == (3, "lines", "update", None)
