"""A screen can say of every row what of it has not reached the server yet."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from tests.replica.test_waiting import SERVED, answer
from tests.replica.workshop import NOON, Country, Customer, Job, Line, opened, rows, serve

from twinbase.replica import Replica

ONE = UUID(SERVED["id"])  # type: ignore[arg-type]


async def _write(replica: Replica, statement: str) -> None:
    async with replica.session() as session:
        await session.execute(text(statement))
        await session.commit()


async def test_each_write_is_told_with_its_values_until_the_server_has_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        await _write(replica, "UPDATE jobs SET price = 1250, hours = 1.1, photo = x'00ff'")
        job = Job(title="Été", hours=float("inf"), photo=b"", starts_at=NOON, price=Decimal("0.10"))
        async with replica.session() as session:
            session.add(job)
            await session.commit()
        async with replica.read() as session:
            changed, added = await session.pending_edits(Job)
    assert (changed.op, changed.key, changed.state, changed.at) == ("update", (ONE,), "pending", NOON)
    assert changed.new == {"price": Decimal("12.50"), "hours": 1.1, "photo": b"\x00\xff"}
    assert (added.op, added.key, added.waits_for_person) == ("insert", (job.id,), False)
    assert added.new == {**job.model_dump(), "starts_at": NOON}


async def test_a_refused_write_says_why_though_its_row_is_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            session.add(Customer(id=ONE, name="Nouveau"))
            await session.commit()
        answer(replica, (1, "refused", None))
        async with replica.read() as session:
            assert await session.get(Customer, ONE) is None
            (refused,) = await session.pending_edits(Customer)
    assert refused.waits_for_person and refused.new["name"] == "Nouveau"
    assert (refused.reason, refused.detail) == ("rule", "No.")


async def test_what_the_server_has_taken_is_not_told_any_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        for title in ("a", "b"):
            await _write(replica, f"UPDATE jobs SET title = '{title}'")
        answer(replica, (1, "applied", None), (2, "merged", None))
        async with replica.read() as session:
            assert await session.pending_edits(Job) == []


async def test_several_twins_are_asked_in_one_query_oldest_write_first(tmp_path: Path) -> None:
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        await _write(replica, f"INSERT INTO lines (job_id, place, label) VALUES ('{ONE}', 1, 'it''s')")
        await _write(replica, "DELETE FROM jobs")
        event.listen(replica.database.reader.sync_engine, "before_cursor_execute", count)
        async with replica.read() as session:
            await session.execute(text("SELECT 1"))
            statements.clear()
            found = await session.pending_edits(Job, Line, Country)
        ids = [UUID(id_) for (id_,) in rows(replica, "SELECT id FROM _twinbase_outbox ORDER BY seq")]
    assert [one.id for one in found] == ids
    assert {(one.twin, one.op, one.key) for one in found} == {
        ("lines", "insert", (ONE, 1)),
        ("lines", "delete", (ONE, 1)),
        ("jobs", "delete", (ONE,)),
    }
    assert len(statements) == 1
    assert all(one.new == {} for one in found if one.op == "delete")


@pytest.mark.parametrize("models", [(), (Country,), (dict,)])
async def test_twins_that_are_never_written_here_have_nothing_unsent(tmp_path: Path, models: tuple[Any, ...]) -> None:
    async with opened(tmp_path) as replica, replica.read() as session:
        assert await session.pending_edits(*models) == []


async def test_what_is_made_from_a_twin_is_up_to_date_while_its_digest_is_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.read() as session:
        assert (await session.read_digest(Job)).rows == 0
        with pytest.raises(LookupError, match="dict is not mirrored"):
            await session.read_digest(dict)


@pytest.mark.parametrize(
    ("column", "written", "shown"),
    [
        ("title", "CAST(x'ff41' AS TEXT)", "\N{REPLACEMENT CHARACTER}A"),
        ("status", "CAST(x'c3' AS TEXT)", "\N{REPLACEMENT CHARACTER}"),
        ("starts_at", "CAST(x'ff' AS TEXT)", "\N{REPLACEMENT CHARACTER}"),
        ("starts_at", "'yesterday'", "yesterday"),
    ],
)
async def test_what_no_type_can_read_is_shown_as_it_is_stored_and_can_be_discarded(
    tmp_path: Path, column: str, written: str, shown: str
) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", SERVED)
        await _write(replica, f"UPDATE jobs SET {column} = {written}")
        await _write(replica, "UPDATE jobs SET hours = 2")
        async with replica.session() as session:
            unreadable, readable = await session.pending_edits(Job)
            assert (await session.execute(text("SELECT 'Été'"))).scalar_one() == "Été"
        assert unreadable.new == {column: shown} and readable.new == {"hours": 2.0}
        answer(replica, (1, "refused", None))
        await replica.discard(unreadable.id)
        async with replica.read() as session:
            assert [edit.id for edit in await session.pending_edits(Job)] == [readable.id]
