"""What changed since a snapshot: found by any script of writes, and in time that follows the changes."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.watched import CUSTOMER, changed_keys, is_proven_unchanged, snapshot_now, watched_customers

from twinbase.testing.databases import Databases
from twinbase_server.capture.tombstones import collect_tombstones
from twinbase_server.database.connection import Connection
from twinbase_server.sql.unseen import Snapshot, parse_snapshot, unseen_sql

KEYS = st.integers(1, 6)
NAMES = st.sampled_from(["a", "b", None])
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "1:2", "3:2:", "2:5:7", "a:b:c", "2:5:1", "1:2:3:4"])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_snapshot(text)


def test_a_snapshot_sees_what_had_ended_when_it_was_taken() -> None:
    snapshot = parse_snapshot("10:14:10,12")
    assert snapshot == Snapshot(10, 14, (10, 12))
    assert [xid for xid in range(8, 16) if snapshot.sees(xid)] == [8, 9, 11, 13]
    assert str(snapshot) == "10:14:10,12"


async def test_few_changes_are_found_by_index_while_an_old_transaction_is_open(database_url: str) -> None:
    """H18: 200,000 rows were committed after the open one began; three came after the cursor."""
    async with watched_customers(database_url) as db:
        old = await asyncpg.connect(database_url)
        transaction = old.transaction()
        await transaction.start()
        await old.execute("SELECT pg_current_xact_id()")
        await db.execute("INSERT INTO customer (id) SELECT generate_series(1, 200000)")
        await db.execute(f"ANALYZE {CUSTOMER.object_sql('v')}")
        since = await snapshot_now(db)
        await db.execute("UPDATE customer SET name = 'new' WHERE id IN (5, 50000, 150000)")
        for mode in ("auto", "force_custom_plan", "force_generic_plan"):
            await db.execute(f"SET plan_cache_mode = {mode}")
            plan = await _plan(db, since)
            assert "Seq Scan" not in json.dumps(plan)
            assert plan["Actual Rows"] == 3 and plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 50
        await transaction.rollback()
        await old.close()


async def _plan(db: Connection, since: Snapshot) -> dict[str, Any]:
    query = f"SELECT id FROM {CUSTOMER.object_sql('v')} v WHERE {unseen_sql('v.xid')}"
    text = await db.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", since.xmax, list(since.xip))
    plan: dict[str, Any] = json.loads(text)[0]["Plan"]
    return plan


@dataclass
class Model:
    """The table in plain Python: key to (name, parent)."""

    rows: dict[int, tuple[str | None, int | None]] = field(default_factory=dict)

    def copy(self) -> "Model":
        return Model(dict(self.rows))

    def delete(self, key: int) -> None:
        if key in self.rows:
            del self.rows[key]
            for child in [k for k, (_, parent) in self.rows.items() if parent == key]:
                self.delete(child)

    def rename(self, key: int, to: int) -> None:
        if key != to and key in self.rows and to not in self.rows:
            self.rows[to] = self.rows.pop(key)
            self.rows = {k: (n, to if p == key else p) for k, (n, p) in self.rows.items()}


STEPS = st.one_of(
    st.tuples(st.just("insert"), KEYS, NAMES),
    st.tuples(st.just("upsert"), KEYS, NAMES),
    st.tuples(st.just("update"), KEYS, NAMES),
    st.tuples(st.just("rename"), KEYS, KEYS),
    st.tuples(st.just("adopt"), KEYS, KEYS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("same")),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("reload"), st.sampled_from(["TRUNCATE", "DELETE FROM"])),
    st.tuples(st.just("undone"), st.sampled_from(["TRUNCATE customer", "DELETE FROM customer"])),
    st.tuples(st.just("immediate")),
)
Isolation = Literal["read_committed", "repeatable_read"]
Script = list[tuple[bool, Isolation, list[tuple[Any, ...]]]]
TRANSACTION = st.tuples(
    st.booleans(), st.sampled_from(["read_committed", "repeatable_read"]), st.lists(STEPS, max_size=6)
)


async def _run(db: Connection, model: Model, step: tuple[Any, ...]) -> None:
    match step:
        case ("insert", key, name):
            await db.execute("INSERT INTO customer (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", key, name)
            model.rows.setdefault(key, (name, None))
        case ("upsert", key, name):
            upsert = (
                "INSERT INTO customer (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name"
            )
            await db.execute(upsert, key, name)
            model.rows[key] = (name, model.rows[key][1] if key in model.rows else None)
        case ("update", key, name):
            await db.execute("UPDATE customer SET name = $2 WHERE id >= $1", key, name)
            model.rows = {k: (name if k >= key else n, p) for k, (n, p) in model.rows.items()}
        case ("rename", key, to):
            free = "NOT EXISTS (SELECT FROM customer WHERE id = $2)"
            await db.execute(f"UPDATE customer SET id = $2 WHERE id = $1 AND {free}", key, to)
            model.rename(key, to)
        case ("adopt", key, parent):
            # A child of an older row only: no cycles, so that a cascade ends.
            if parent < key and parent in model.rows and all(k < key or p is None for k, (_, p) in model.rows.items()):
                await db.execute("UPDATE customer SET parent = $2 WHERE id = $1", key, parent)
                if key in model.rows:
                    model.rows[key] = (model.rows[key][0], parent)
        case ("delete", key):
            await db.execute("DELETE FROM customer WHERE id = $1", key)
            model.delete(key)
        case ("same",):
            await db.execute("UPDATE customer SET name = name, hidden = 'touched'")
        case ("truncate",):
            await db.execute("TRUNCATE customer")
            model.rows = {}
        case ("reload", how):
            await db.execute(f"CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM customer; {how} customer")
            await db.execute("INSERT INTO customer SELECT * FROM kept; DROP TABLE kept")
        case ("undone", statement):
            await db.execute(f"SAVEPOINT s; {statement}; INSERT INTO customer (id) VALUES (77); ROLLBACK TO s")
        case ("immediate",):
            await db.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def _script(url: str, script: Script) -> None:
    db = await asyncpg.connect(url)
    try:
        await db.execute("TRUNCATE customer")
        model = Model()
        for commits, isolation, steps in script:
            before, since = model.copy(), await snapshot_now(db)
            transaction = db.transaction(isolation=isolation)
            await transaction.start()
            for step in steps:
                await _run(db, model, step)
            await (transaction.commit() if commits else transaction.rollback())
            model = model if commits else before
            await _check(db, before, model, since, steps)
    finally:
        await db.close()


async def _check(db: Connection, before: Model, after: Model, since: Snapshot, steps: list[tuple[Any, ...]]) -> None:
    rows = await db.fetch("SELECT id, name, parent FROM customer")
    assert {row["id"]: (row["name"], row["parent"]) for row in rows} == after.rows
    # The parent is not a captured column; a cascade that changes nothing else is no change.
    names = ({k: name for k, (name, _) in model.rows.items()} for model in (before, after))
    old, new = (dict(sorted(rows.items())) for rows in names)
    truly = {key for key in old.keys() | new.keys() if key not in old or key not in new or old[key] != new[key]}
    reported = await changed_keys(db, CUSTOMER, since)
    assert truly <= reported
    if before.rows == after.rows and all(step[0] in ("same", "reload", "undone", "immediate") for step in steps):
        assert reported == set()
        assert await is_proven_unchanged(db, CUSTOMER, since)
    stones = await db.fetch(f"SELECT id FROM {CUSTOMER.object_sql('v')} WHERE deleted")
    assert {row["id"] for row in stones}.isdisjoint(after.rows)


@pytest.fixture(scope="module")
def customers_url(databases: Databases) -> Iterator[str]:
    """One database for all examples: each starts with an empty table."""
    url = databases.create()
    asyncio.run(_prepare(url))
    yield url
    databases.drop(url)


async def _prepare(url: str) -> None:
    async with watched_customers(url):
        pass


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(script=st.lists(TRANSACTION, max_size=6))
def test_after_any_script_of_writes_every_changed_key_is_reported_and_no_write_is_refused(
    customers_url: str, script: Script
) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_script(customers_url, script))
    finally:
        loop.close()


async def test_nothing_is_collected_before_the_first_salt(database_url: str) -> None:
    async with watched_customers(database_url) as db:
        await db.execute("INSERT INTO customer (id) VALUES (1); DELETE FROM customer")
        assert await collect_tombstones(db, NOW) == 0
