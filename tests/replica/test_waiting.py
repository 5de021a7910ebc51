"""An edit that the server did not take stays, with all that was typed, until somebody decides."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.replica.workshop import NOON, Customer, Job, Line, changes, opened, outbox, rows, serve

from twinbase.replica import EditNotWaiting, Replica, RowGone
from twinbase.replica.outbox.waiting_edits import WaitingEdit

ONE = "00000000-0000-4000-8000-000000000001"
SERVED = {"id": ONE, "title": "Boiler", "status": "new", "done": 0, "hours": 1.0}


def answer(replica: Replica, *states: tuple[int, str, str | None]) -> None:
    """What the server said of mutations: (seq, state, id behind which it is parked); rows are as it has them."""
    connection = replica.database.connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE _twinbase_state SET applying = 1")
        for table in ("jobs", "customers", "lines"):
            columns = ", ".join(replica.registry[table].columns)
            image = f"_twinbase_image_{table}"
            key = ", ".join(replica.registry[table].key)
            connection.execute(f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {image})")
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {image} WHERE _present")
            connection.execute(f"DELETE FROM {image}")
        for seq, state, behind in states:
            connection.execute(
                "UPDATE _twinbase_outbox SET state = ?, behind = ?, reason = 'rule', detail = 'No.' WHERE seq = ?",
                (state, behind, seq),
            )
        connection.execute("UPDATE _twinbase_state SET applying = 0")
        connection.execute("COMMIT")
    finally:
        connection.close()


async def a_refused_change(replica: Replica) -> WaitingEdit:
    """Another title for a job, which the server did not take."""
    serve(replica, "jobs", SERVED)
    async with replica.session() as session:
        await session.execute(text("UPDATE jobs SET title = 'Pump'"))
        await session.commit()
    answer(replica, (1, "refused", None))
    (waiting,) = await replica.waiting_edits()
    return waiting


async def test_a_refused_edit_shows_what_was_typed_while_the_row_shows_the_servers(tmp_path: Path) -> None:
    async with opened(tmp_path, account="anna") as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            job = await session.get_one(Job, UUID(ONE))
            job.price = Decimal("12.50")
            await session.commit()
        answer(replica, (1, "refused", None))
        (waiting,) = await replica.waiting_edits()
        assert (waiting.twin, waiting.op, waiting.key, waiting.state) == ("jobs", "update", (UUID(ONE),), "refused")
        assert (waiting.old, waiting.new) == ({"price": None}, {"price": Decimal("12.50")})
        assert (waiting.detail, waiting.author, waiting.at) == ("No.", "anna", NOON)
        assert rows(replica, "SELECT price FROM jobs") == [(None,)]


async def test_a_corrected_edit_is_a_new_one_on_top_of_what_the_server_has_now(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET title = 'Pump', hours = 99"))
            await session.commit()
        answer(replica, (1, "refused", None))
        serve(replica, "jobs", {**SERVED, "hours": 2.0}, version=705)
        (waiting,) = await replica.waiting_edits()
        await replica.correct(waiting.id, {"hours": 9.0})
        assert await replica.waiting_edits() == []
        assert outbox(replica) == [(2, "jobs", "update", 705)]
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump"), "hours": (2.0, 9.0)}]
        assert rows(replica, "SELECT title, hours FROM jobs") == [("Pump", 9.0)]
        assert rows(replica, "SELECT id <> ?, state FROM _twinbase_outbox", str(waiting.id)) == [(1, "pending")]


async def test_a_discarded_edit_leaves_the_row_as_the_server_has_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET title = 'Pump'"))
            await session.commit()
        answer(replica, (1, "conflict", None))
        await replica.discard((await replica.waiting_edits())[0].id)
        assert (outbox(replica), changes(replica, "jobs")) == ([], [])
        assert rows(replica, "SELECT title FROM jobs") == [("Boiler",)]


async def test_what_was_parked_behind_a_corrected_row_goes_along_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            customer = Customer(name="Anna", number=-1)
            session.add(customer)
            await session.commit()
            job = Job(title="J", customer_id=customer.id)
            session.add(job)
            await session.commit()
            job.title = "K"
            await session.commit()
        ids = [id_ for (id_,) in rows(replica, "SELECT id FROM _twinbase_outbox ORDER BY seq")]
        answer(replica, (1, "refused", None), (2, "parked", ids[0]), (3, "parked", ids[1]))
        assert rows(replica, "SELECT * FROM jobs") == []
        await replica.correct(UUID(ids[0]), {"number": 1})
        assert await replica.waiting_edits() == []
        assert [(twin, op) for _, twin, op, _ in outbox(replica)] == [
            ("customers", "insert"),
            ("jobs", "insert"),
            ("jobs", "update"),
        ]
        assert rows(replica, "SELECT title FROM jobs") == [("K",)]


async def test_what_has_no_row_left_after_a_discard_is_not_lost_silently(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            job = Job(title="J")
            session.add(job)
            await session.commit()
            job.title = "K"
            await session.commit()
        ids = [id_ for (id_,) in rows(replica, "SELECT id FROM _twinbase_outbox ORDER BY seq")]
        answer(replica, (1, "refused", None), (2, "parked", ids[0]))
        await replica.discard(UUID(ids[0]))
        (waiting,) = await replica.waiting_edits()
        assert (waiting.state, waiting.reason, waiting.behind) == ("parked", "row-gone", None)
        assert waiting.new == {"title": "K"}
        with pytest.raises(RowGone):
            await replica.correct(waiting.id, {})
        await replica.discard(waiting.id)
        assert outbox(replica) == []


async def test_a_new_row_whose_key_is_taken_is_corrected_to_another_and_leaves_the_first_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        async with replica.session() as session:
            session.add(Line(job_id=UUID(ONE), place=1, label="mine"))
            await session.commit()
        answer(replica, (1, "conflict", None))
        serve(
            replica, "lines", {"job_id": ONE, "place": 1, "label": "hers"}, {"job_id": ONE, "place": 2, "label": "his"}
        )
        (waiting,) = await replica.waiting_edits()

        with pytest.raises(ValueError, match="lines: there is a row with this job_id, place already"):
            await replica.correct(waiting.id, {"place": 2})
        assert await replica.waiting_edits() == [waiting]
        await replica.correct(waiting.id, {"place": 3})

        assert rows(replica, "SELECT place, label FROM lines ORDER BY place") == [(1, "hers"), (2, "his"), (3, "mine")]
        assert [(twin, op) for _, twin, op, _ in outbox(replica)] == [("lines", "insert")]


async def test_a_correction_does_not_move_an_edit_to_another_row(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        waiting = await a_refused_change(replica)
        with pytest.raises(ValueError, match="jobs: id says which row it is"):
            await replica.correct(waiting.id, {"id": uuid4()})
        await replica.correct(waiting.id, {"id": UUID(ONE), "title": "Pumps"})
        assert rows(replica, "SELECT id, title FROM jobs") == [(ONE, "Pumps")]


async def test_only_what_waits_can_be_decided(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            session.add(Job(title="J"))
            await session.commit()
        (pending,) = rows(replica, "SELECT id FROM _twinbase_outbox")[0]
        for unknown in (UUID(pending), uuid4()):
            with pytest.raises(EditNotWaiting):
                await replica.discard(unknown)
            with pytest.raises(EditNotWaiting):
                await replica.correct(unknown, {"title": "K"})
        assert len(outbox(replica)) == 1


@pytest.mark.parametrize("values", [{"titel": "K"}, {"number": "many"}, {"number": 2**70}])
async def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(
    tmp_path: Path, values: dict[str, object]
) -> None:
    async with opened(tmp_path) as replica:
        waiting = await a_refused_change(replica)
        with pytest.raises(ValueError, match="jobs"):
            await replica.correct(waiting.id, values)
        assert await replica.waiting_edits() == [waiting]
