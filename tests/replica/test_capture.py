"""Every local write is caught, by triggers, in the transaction that makes it."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from tests.replica.workshop import Customer, Job, Line, Stamp, changes, opened, outbox, rows, serve

from twinbase import Mirror

ONE = "00000000-0000-4000-8000-000000000001"
TWO = "00000000-0000-4000-8000-000000000002"


async def test_a_row_that_is_added_changed_and_deleted_leaves_three_mutations(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        job = Job(title="Boiler", price=Decimal("1.10"))
        session.add(job)
        await session.commit()
        job.title = "Pump"
        await session.commit()
        await session.delete(job)
        await session.commit()
        assert [(tx, op) for tx, _, op, _ in outbox(replica)] == [(1, "insert"), (2, "update"), (3, "delete")]
        assert changes(replica, "jobs")[1] == {"title": ("Boiler", "Pump")}
        assert changes(replica, "jobs")[2]["price"] == (110, None)


async def test_everything_written_in_one_transaction_carries_one_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        customer = Customer(name="Anna")
        session.add_all([customer, Job(title="Boiler", customer=customer)])
        await session.commit()
        session.add(Job(title="Pump"))
        await session.commit()
        assert outbox(replica) == [
            (1, "customers", "insert", None),
            (1, "jobs", "insert", None),
            (3, "jobs", "insert", None),
        ]


async def test_what_is_rolled_back_was_never_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        session.add(Job(title="never"))
        await session.flush()
        await session.rollback()
        session.add(Job(title="kept"))
        await session.flush()
        async with session.begin_nested() as savepoint:
            session.add(Job(title="not this"))
            await session.flush()
            await savepoint.rollback()
        await session.commit()
        assert [change["title"] for change in changes(replica, "jobs")] == [(None, "kept")]


async def test_the_base_of_a_write_is_the_version_that_the_last_apply_brought(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0}, version=712)
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET title = 'Pump', status = 'new'"))
            await session.commit()
        assert outbox(replica) == [(1, "jobs", "update", 712)]
        assert changes(replica, "jobs") == [{"title": ("Boiler", "Pump")}]


async def test_a_write_that_changes_nothing_is_no_mutation(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0})
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET title = title, hours = NULL"))
            await session.commit()
        assert outbox(replica) == []
        assert rows(replica, "SELECT * FROM _twinbase_image_jobs") == []


async def test_what_an_apply_writes_is_no_mutation(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0})
        serve(replica, "countries", {"code": "FR", "name": "France"})
        assert outbox(replica) == []


async def test_the_first_write_keeps_the_servers_image_and_later_ones_leave_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0, "hours": 0.1})
        async with replica.session() as session:
            for title in ("Pump", "Valve"):
                await session.execute(text("UPDATE jobs SET title = :title"), {"title": title})
                await session.commit()
            replace = text("INSERT OR REPLACE INTO jobs (id, title, done) VALUES (:id, 'New', 1)")
            await session.execute(replace, {"id": ONE})
            await session.execute(text("INSERT INTO jobs (id, title, done) VALUES (:id, 'Own', 0)"), {"id": TWO})
            await session.commit()
        images = rows(replica, "SELECT _present, id, title, hours FROM _twinbase_image_jobs ORDER BY id")
        assert images == [(1, ONE, "Boiler", 0.1), (0, TWO, None, None)]


async def test_insert_or_replace_is_a_delete_and_an_insert(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "lines", {"job_id": ONE, "place": 1, "label": "a"}, version=5)
        async with replica.session() as session:
            await session.execute(
                text("INSERT OR REPLACE INTO lines (job_id, place, label) VALUES (:id, 1, 'b')"), {"id": ONE}
            )
            await session.execute(text("INSERT INTO jobs (id, title, done) VALUES (:id, 'J', 0)"), {"id": ONE})
            await session.commit()
        assert outbox(replica)[:2] == [(1, "lines", "delete", 5), (1, "lines", "insert", None)]


async def test_an_upsert_is_the_update_that_it_does(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0})
        upsert = text(
            "INSERT INTO jobs (id, title, done) VALUES (:id, 'Pump', 0)"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title"
        )
        async with replica.session() as session:
            await session.execute(upsert, [{"id": ONE}, {"id": TWO}])
            await session.commit()
        assert [(op, base) for _, _, op, base in outbox(replica)] == [("update", 700), ("insert", None)]


async def test_an_upsert_may_change_rows_where_none_may_be_added(tmp_path: Path) -> None:
    async with opened(tmp_path, Mirror(Job, direction="both", operations={"update"})) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "Boiler", "status": "new", "done": 0})
        upsert = text(
            "INSERT INTO jobs (id, title, done) VALUES (:id, 'Pump', 0)"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title"
        )
        async with replica.session() as session:
            await session.execute(upsert, {"id": ONE})
            await session.commit()
        async with replica.session() as session:
            with pytest.raises(IntegrityError, match="rows of jobs cannot be added on a device"):
                await session.execute(upsert, {"id": TWO})
        assert [(op, base) for _, _, op, base in outbox(replica)] == [("update", 700)]
        assert rows(replica, "SELECT title FROM jobs") == [("Pump",)]


@pytest.mark.parametrize(
    "rename",
    [
        "UPDATE lines SET place = 2, label = 'b'",
        "UPDATE OR REPLACE lines SET place = 2 WHERE place = 1",
        "UPDATE OR IGNORE lines SET job_id = replace(job_id, 1, 2)",
        "INSERT INTO lines (job_id, place) SELECT job_id, place FROM lines WHERE true"
        " ON CONFLICT DO UPDATE SET place = 7",
    ],
)
async def test_a_key_is_not_changed_on_a_device_and_the_error_says_so(tmp_path: Path, rename: str) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": "J", "status": "new", "done": 0})
        serve(replica, "lines", {"job_id": ONE, "place": 1, "label": "a"}, {"job_id": ONE, "place": 3, "label": "c"})
        async with replica.session() as session:
            with pytest.raises(IntegrityError, match="job_id, place say which row of lines it is and"):
                await session.execute(text(rename))
        assert outbox(replica) == [] and rows(replica, "SELECT * FROM _twinbase_image_lines") == []
        assert rows(replica, "SELECT place, label FROM lines ORDER BY place") == [(1, "a"), (3, "c")]


async def test_an_object_whose_key_is_changed_is_refused_when_it_is_saved(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "customers", {"id": ONE, "name": "Anna"})
        async with replica.session() as session:
            customer = await session.get_one(Customer, UUID(ONE))
            customer.id = UUID(TWO)
            with pytest.raises(IntegrityError, match=r"id says which row of customers it is .* add another row"):
                await session.commit()
        assert rows(replica, "SELECT id, name FROM customers") == [(ONE, "Anna")] and outbox(replica) == []


async def test_cascades_are_caught_children_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "customers", {"id": TWO, "name": "Anna"})
        serve(replica, "jobs", {"id": ONE, "title": "J", "status": "new", "done": 0, "customer_id": TWO})
        serve(replica, "lines", *({"job_id": ONE, "place": place, "label": "a"} for place in (1, 2)))
        async with replica.session() as session:
            await session.execute(text("DELETE FROM customers"))
            await session.execute(text("DELETE FROM jobs"))
            await session.commit()
        assert [(twin, op) for _, twin, op, _ in outbox(replica)] == [
            ("jobs", "update"),
            ("customers", "delete"),
            ("lines", "delete"),
            ("lines", "delete"),
            ("jobs", "delete"),
        ]


async def test_blobs_and_floats_are_kept_to_the_last_bit(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        session.add(Job(title="\x00'\"", photo=b"\x00\xff" * 3, hours=0.1 + 0.2, price=Decimal("99999999.99")))
        await session.commit()
        change = changes(replica, "jobs")[0]
        assert change["hours"] == (None, 0.1 + 0.2)
        assert change["photo"] == (None, b"\x00\xff" * 3)
        assert change["price"] == (None, 9_999_999_999)


async def test_executemany_and_orm_updates_are_caught_row_by_row(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        await session.execute(
            text("INSERT INTO jobs (id, title, done) VALUES (:id, 'many', 0)"),
            [{"id": str(uuid4())} for _ in range(50)],
        )
        await session.execute(update(Job).where(col(Job.title) == "many").values(title="few"))
        await session.commit()
        assert [op for _, _, op, _ in outbox(replica)] == ["insert"] * 50 + ["update"] * 50


async def test_a_table_that_is_only_pulled_refuses_local_writes_with_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "countries", {"code": "FR", "name": "France"})
        for write in (
            "INSERT INTO countries VALUES ('DE', 'Deutschland')",
            "INSERT OR IGNORE INTO countries VALUES ('DE', 'Deutschland')",
            "UPDATE countries SET name = 'x'",
            "DELETE FROM countries",
            "INSERT OR REPLACE INTO countries VALUES ('FR', 'x')",
        ):
            async with replica.session() as session:
                with pytest.raises(IntegrityError, match="countries can only be read on a device"):
                    await session.execute(text(write))
        assert rows(replica, "SELECT * FROM countries") == [("FR", "France")]


async def test_what_a_mirror_does_not_allow_is_refused_where_it_is_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            session.add(Stamp(note="once"))
            await session.commit()
        for write, sentence in (
            ("UPDATE stamps SET note = 'twice'", "rows of stamps cannot be changed"),
            ("DELETE FROM stamps", "rows of stamps cannot be deleted"),
            ("INSERT OR REPLACE INTO stamps SELECT id, 'twice' FROM stamps", "rows of stamps cannot be deleted"),
        ):
            async with replica.session() as session:
                with pytest.raises(IntegrityError, match=sentence):
                    await session.execute(text(write))
        assert len(outbox(replica)) == 1


async def test_a_missing_value_is_refused_locally_unless_the_server_fills_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        async with replica.session() as session:
            with pytest.raises(IntegrityError, match=r"NOT NULL constraint failed: jobs\.title"):
                await session.execute(text("INSERT INTO jobs (id, done) VALUES ('x', 0)"))
        async with replica.session() as session:
            await session.execute(text("INSERT INTO jobs (id, title, done) VALUES (:id, 'J', 0)"), {"id": ONE})
            await session.commit()
            job = (await session.exec(select(Job))).one()
            assert (job.status, job.number) == ("new", None)


async def test_a_pull_may_bring_what_the_class_forbids(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "jobs", {"id": ONE, "title": None})
        serve(replica, "customers", {"id": ONE, "number": 1, "name": "a"}, {"id": TWO, "number": 1, "name": "b"})
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET hours = 1"))
            await session.commit()
        assert changes(replica, "jobs") == [{"hours": (None, 1.0)}]


async def test_hidden_columns_can_be_selected_and_never_travel(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        serve(replica, "customers", {"id": ONE, "name": "Anna"})
        async with replica.session() as session:
            customer = (await session.exec(select(Customer))).one()
            assert customer.margin is None
            customer.margin = Decimal("3.00")
            await session.commit()
            assert (await session.get_one(Customer, UUID(ONE))).margin == Decimal("3.00")
        assert outbox(replica) == []
        assert "margin" not in replica.registry["customers"].columns


async def test_relationships_load_and_cascade_as_on_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        lines = [Line(job_id=UUID(ONE), place=place) for place in (1, 2)]
        job = Job(id=UUID(ONE), title="J", lines=lines, customer=Customer(name="Anna"))
        session.add(job)
        await session.commit()
        await session.refresh(job, ["lines", "customer"])
        assert [line.place for line in job.lines] == [1, 2]
        assert job.customer is not None and job.customer.name == "Anna"
