"""Whatever is written on a device, the outbox replayed over the server's rows gives the device's rows."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import FlushError, StaleDataError
from tests.replica.workshop import Customer, Job, Line, opened, rows, serve

from twinbase.replica import Replica, ReplicaSession

IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
TABLES = ("customers", "jobs", "lines")
SQL = {
    "add": "INSERT OR IGNORE INTO jobs (id, title, customer_id, done) VALUES (:a, :word, :b, 0)",
    "replace": "INSERT OR REPLACE INTO jobs (id, title, hours, done) VALUES (:a, :word, :number, 1)",
    "upsert": "INSERT INTO jobs (id, title, done) VALUES (:a, :word, 0)"
    " ON CONFLICT (id) DO UPDATE SET title = excluded.title, hours = coalesce(hours, 0) + 0.1",
    "change": "UPDATE jobs SET title = :word, photo = CAST(:word AS BLOB) WHERE id = :a",
    "change all": "UPDATE jobs SET hours = hours + :number, status = :word WHERE id <> :a",
    "move": "UPDATE OR REPLACE jobs SET id = :b, title = :word WHERE id = :a",
    "delete": "DELETE FROM jobs WHERE id = :a",
    "add customer": "INSERT OR REPLACE INTO customers (id, name, number) VALUES (:a, :word, :number)",
    "number customers": "UPDATE customers SET number = :number, name = :word",
    "delete customer": "DELETE FROM customers WHERE id = :a",
    "add line": "INSERT OR REPLACE INTO lines (job_id, place, label, amount) VALUES (:a, :number, :word, :number)",
    "copy lines": "INSERT OR IGNORE INTO lines SELECT :b, place, label, amount FROM lines WHERE job_id = :a",
    "move line": "UPDATE OR REPLACE lines SET job_id = :b, amount = NULL WHERE job_id = :a AND place = :number",
    "delete lines": "DELETE FROM lines WHERE place = :number",
}
STEPS = [*SQL, "orm add", "orm change", "orm delete", "commit", "commit", "rollback", "savepoint", "release", "back"]

Row = dict[str, Any]
Content = dict[str, dict[tuple[Any, ...], Row]]

step = st.tuples(
    st.sampled_from(STEPS), st.sampled_from(IDS), st.sampled_from(IDS), st.integers(0, 2), st.sampled_from("xyz")
)


def content(replica: Replica) -> Content:
    """Every row of the twins, mirrored columns only, as stored."""
    found: Content = {}
    for table in TABLES:
        twin = replica.registry[table]
        read = rows(replica, f"SELECT {', '.join(twin.columns)} FROM {table}")
        found[table] = {row[: len(twin.key)]: dict(zip(twin.columns, row, strict=True)) for row in read}
    return found


def replay(replica: Replica, there: Content) -> None:
    """Do to the server's rows what the outbox says, and check that it was true of them."""
    for seq, table, op in rows(replica, "SELECT seq, twin, op FROM _twinbase_outbox ORDER BY seq"):
        twin = replica.registry[table]
        old, new = (
            dict(zip(twin.columns, rows(replica, query, seq)[0], strict=True))
            for query in (
                f"SELECT {', '.join(side + name for name in twin.columns)} FROM _twinbase_change_{table} WHERE seq = ?"
                for side in ("old_", "new_")
            )
        )
        key = tuple((new if op == "insert" else old)[name] for name in twin.key)
        if op == "insert":
            assert key not in there[table]
            there[table][key] = new
        elif op == "delete":
            assert there[table].pop(key) == old
        else:
            changed = {name for name in twin.columns if old[name] != new[name]}
            assert changed and not changed & set(twin.key)
            assert {name: there[table][key][name] for name in changed} == {name: old[name] for name in changed}
            there[table][key] |= {name: new[name] for name in changed}


def check_images(replica: Replica, before: Content, after: Content) -> None:
    """Each row that differs from the server's has its image; each image is what the server has."""
    for table in TABLES:
        twin = replica.registry[table]
        images = rows(replica, f"SELECT _present, {', '.join(twin.columns)} FROM _twinbase_image_{table}")
        kept = {image[1 : 1 + len(twin.key)]: image for image in images}
        for key, (present, *values) in kept.items():
            expected = before[table].get(key)
            assert bool(present) is (expected is not None)
            assert expected is None or expected == dict(zip(twin.columns, values, strict=True))
        keys = before[table].keys() | after[table].keys()
        assert {key for key in keys if before[table].get(key) != after[table].get(key)} <= set(kept)


async def write(session: ReplicaSession, what: str, values: dict[str, Any]) -> None:
    if what in SQL:
        await session.execute(text(SQL[what]), values)
    elif what == "orm add":
        id_ = uuid4()
        lines = [Line(job_id=id_, place=values["number"])]
        session.add(Job(id=id_, title=values["word"], lines=lines, customer=Customer(name="own")))
        await session.flush()
    else:
        job = await session.get(Job, UUID(values["a"]), populate_existing=True)
        if job is not None and what == "orm change":
            job.title, job.hours = values["word"], 0.1 + values["number"]
        elif job is not None:
            await session.refresh(job, ["lines"])
            await session.delete(job)
        await session.flush()


async def run(replica: Replica, steps: list[tuple[str, str, str, int, str]]) -> None:
    savepoints: list[Any] = []
    async with replica.session() as session:
        for what, a, b, number, word in steps:
            try:
                if what in ("commit", "rollback"):
                    savepoints.clear()
                    await getattr(session, what)()
                elif what == "savepoint":
                    savepoints.append(await session.begin_nested())
                elif what in ("release", "back"):
                    if savepoints:
                        await getattr(savepoints.pop(), "commit" if what == "release" else "rollback")()
                else:
                    await write(session, what, {"a": a, "b": b, "number": number, "word": word})
            except (IntegrityError, FlushError, StaleDataError, InvalidRequestError):
                savepoints.clear()
                await session.rollback()
            session.expire_all()


@settings(max_examples=30)
@given(steps=st.lists(step, max_size=25))
async def test_the_outbox_replayed_over_the_servers_rows_gives_the_devices_rows(
    steps: list[tuple[str, str, str, int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder), plain=True) as replica:
            serve(replica, "customers", *({"id": id_, "name": "served", "number": 7} for id_ in IDS[:2]))
            serve(
                replica,
                "jobs",
                *(
                    {"id": id_, "title": "served", "status": "new", "done": 0, "hours": 0.3, "customer_id": IDS[0]}
                    for id_ in IDS[:2]
                ),
            )
            serve(replica, "lines", *({"job_id": IDS[0], "place": place, "label": "s"} for place in (0, 1)))
            before, there = content(replica), content(replica)
            await run(replica, steps)
            replay(replica, there)
            after = content(replica)
            assert there == after
            check_images(replica, before, after)
            numbers = [tx for (tx,) in rows(replica, "SELECT tx FROM _twinbase_outbox ORDER BY seq")]
            assert None not in numbers and numbers == sorted(numbers)
