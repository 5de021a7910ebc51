"""Whoever writes, and however: the keys of the rows that changed are known, and no others."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.server.watched import CUSTOMER, changed_by, changed_keys, snapshot_now, tombstones, watched_customers

from twinbase_server.capture import CapturedTable, CaptureError, install, read_capture_status, uninstall
from twinbase_server.database.connection import Connection
from twinbase_server.sql.row_hash import MASK, row_hash_sql


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Connection]:
    async with watched_customers(database_url) as connection:
        await connection.execute(
            "INSERT INTO customer (id, name, price) SELECT g, 'n' || g, g FROM generate_series(1, 5) g"
        )
        yield connection


async def test_insert_update_and_delete_are_captured(db: Connection) -> None:
    assert await changed_by(db, "INSERT INTO customer (id, name) VALUES (6, 'six')") == {6}
    assert await changed_by(db, "UPDATE customer SET name = 'two' WHERE id = 2") == {2}
    assert await changed_by(db, "DELETE FROM customer WHERE id = 3") == {3}
    assert await tombstones(db, CUSTOMER) == {3}


async def test_a_statement_that_touches_no_row_uses_no_transaction_id(db: Connection) -> None:
    async with db.transaction():
        await db.execute("UPDATE customer SET name = 'x' WHERE id = 99")
        await db.execute("DELETE FROM customer WHERE id = 99")
        assert await db.fetchval("SELECT pg_current_xact_id_if_assigned() IS NULL")


async def test_a_changed_key_is_a_removal_and_an_addition(db: Connection) -> None:
    assert await changed_by(db, "UPDATE customer SET id = id + 4 WHERE id > 2") == {3, 4, 5, 7, 8, 9}
    assert await tombstones(db, CUSTOMER) == {3, 4, 5}


async def test_truncate_removes_every_row(db: Connection) -> None:
    assert await changed_by(db, "TRUNCATE customer") == {1, 2, 3, 4, 5}
    assert await tombstones(db, CUSTOMER) == {1, 2, 3, 4, 5}
    assert await db.fetchval("SELECT count(*) FROM twinbase.reload") == 0


async def test_upserts_merges_and_copies_are_captured(db: Connection) -> None:
    upsert = "INSERT INTO customer (id, name) VALUES (1, 'one'), (7, 'x') ON CONFLICT (id) DO UPDATE SET name = 'one'"
    assert await changed_by(db, upsert) == {1, 7}
    assert await changed_by(db, upsert) == {7}
    assert await changed_by(db, upsert) == set()
    if db.get_server_version().major >= 15:
        merge = """MERGE INTO customer c USING (VALUES (1), (2), (8)) s (id) ON c.id = s.id
            WHEN MATCHED AND c.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'm'
            WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"""
        assert await changed_by(db, merge) == {1, 2, 8}
    since = await snapshot_now(db)
    await db.copy_records_to_table("customer", records=[(20, "c"), (21, "d")], columns=["id", "name"])
    assert await changed_keys(db, CUSTOMER, since) == {20, 21}


async def test_views_rules_and_cascades_are_captured(db: Connection) -> None:
    await db.execute("CREATE VIEW names AS SELECT id, name FROM customer")
    await db.execute("CREATE TABLE inbox (id int)")
    await db.execute("CREATE RULE pass AS ON INSERT TO inbox DO INSTEAD INSERT INTO customer (id) VALUES (NEW.id)")
    assert await changed_by(db, "UPDATE names SET name = 'v' WHERE id = 1") == {1}
    assert await changed_by(db, "INSERT INTO inbox VALUES (30)") == {30}
    await db.execute("UPDATE customer SET parent = 1 WHERE id IN (2, 3)")
    await db.execute("UPDATE customer SET parent = 2 WHERE id = 4")
    assert await changed_by(db, "DELETE FROM customer WHERE id = 1") == {1, 2, 3, 4}


async def test_what_is_rolled_back_never_happened(db: Connection) -> None:
    since = await snapshot_now(db)
    async with db.transaction():
        with pytest.raises(ZeroDivisionError):
            async with db.transaction():
                await db.execute("TRUNCATE customer")
                raise ZeroDivisionError
        await db.execute("UPDATE customer SET name = 'kept' WHERE id = 1")
    assert await changed_keys(db, CUSTOMER, since) == {1}


async def test_the_bulk_way_and_the_slow_way_record_the_same(db: Connection) -> None:
    statements = (
        "INSERT INTO customer (id, name) SELECT g, 'n' FROM generate_series(10, 3000) g",
        "UPDATE customer SET id = id + 5000 WHERE id BETWEEN 10 AND 1500",
        "UPDATE customer SET name = 'm' WHERE id BETWEEN 1000 AND 2500",
        "DELETE FROM customer WHERE id > 1500",
        "INSERT INTO customer (id, name) SELECT g, 'n' FROM generate_series(2000, 4000) g",
    )
    content = f"SELECT id, deleted, hash FROM {CUSTOMER.object_sql('v')} ORDER BY id"
    recorded = []
    for isolation in ("read_committed", "repeatable_read"):
        await db.execute(f"DELETE FROM customer WHERE id >= 10; DELETE FROM {CUSTOMER.object_sql('v')}")
        for statement in statements:
            async with db.transaction(isolation=isolation):
                await db.execute(statement)
        recorded.append(await db.fetch(content))
    assert recorded[0] == recorded[1]
    assert len(recorded[0]) > 3000


async def test_a_table_with_several_key_columns_and_odd_names_is_captured(db: Connection) -> None:
    odd = CapturedTable("Odd 'schema'", 'a "table" 100%', ("k$1", "K 2"), ("k$1", "K 2", "it's"), {})
    await db.execute("CREATE SCHEMA \"Odd 'schema'\"")
    await db.execute(
        f'CREATE TABLE {odd.qualified} ("k$1" uuid, "K 2" varchar(9), "it\'s" text, PRIMARY KEY ("k$1", "K 2"))'
    )
    await install(db, [odd])
    insert = f"INSERT INTO {odd.qualified} SELECT md5(g::text)::uuid, g, g FROM generate_series(1, 2000) g"
    assert len(await changed_by(db, insert, table=odd)) == 2000
    reload = f"TRUNCATE {odd.qualified}"
    assert await changed_by(db, reload, insert, table=odd) == set()
    assert len(await changed_by(db, f"UPDATE {odd.qualified} SET \"it's\" = '%' WHERE \"K 2\" = '7'", table=odd)) == 1
    assert [found.problems for found in await read_capture_status(db, [odd])] == [()]


async def test_installing_twice_changes_nothing(db: Connection) -> None:
    before = await db.fetch(f"SELECT * FROM {CUSTOMER.object_sql('v')}")
    [again] = await install(db, [CUSTOMER])
    assert again.done == "unchanged"
    assert await db.fetch(f"SELECT * FROM {CUSTOMER.object_sql('v')}") == before


async def test_uninstalling_leaves_nothing_behind(db: Connection) -> None:
    await uninstall(db, [CUSTOMER])
    await uninstall(db, [CUSTOMER])
    assert (
        await db.fetchval("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'customer'::regclass AND NOT tgisinternal")
        == 0
    )
    assert (
        await db.fetchval(
            "SELECT count(*) FROM pg_class WHERE relname LIKE '%customer' AND relnamespace = 'twinbase'::regnamespace"
        )
        == 0
    )
    assert await db.fetchval("SELECT count(*) FROM pg_proc WHERE proname LIKE '%customer'") == 0
    await db.execute("UPDATE customer SET name = 'free'")


@pytest.mark.parametrize(
    ("ddl", "table", "reason"),
    [
        ("SELECT 1", CapturedTable("public", "nowhere", ("id",), ()), "does not exist"),
        ("CREATE VIEW v AS SELECT 1 AS id", CapturedTable("public", "v", ("id",), ()), "not an ordinary table"),
        ("CREATE TABLE t (id int)", CapturedTable("public", "t", ("id",), ("nom",)), "lacks nom"),
        ("CREATE TABLE t (id int)", CapturedTable("public", "t", (), ("id",)), "without a key"),
    ],
)
async def test_a_table_that_cannot_be_captured_is_refused_with_the_reason(
    db: Connection, ddl: str, table: CapturedTable, reason: str
) -> None:
    await db.execute(ddl)
    with pytest.raises(CaptureError, match=reason):
        await install(db, [table])


async def test_a_busy_table_is_tried_again_and_its_writers_do_not_queue(db: Connection, database_url: str) -> None:
    writer = await asyncpg.connect(database_url)
    await uninstall(db, [CUSTOMER])
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute("UPDATE customer SET name = 'busy' WHERE id = 1")
    with pytest.raises(CaptureError, match=r"public\.customer was busy all the time"):
        await install(db, [CUSTOMER], lock_timeout=0.05, attempts=2)
    await transaction.rollback()
    [done] = await install(db, [CUSTOMER], lock_timeout=0.05, attempts=2)
    assert done.done == "installed"
    await writer.close()


async def test_the_row_hash_sees_what_equality_does_not(db: Connection) -> None:
    hashed = row_hash_sql(["x"], {}, "t")
    rows = await db.fetch(f"SELECT {hashed} AS hash FROM (VALUES (1.10), (1.1), (NULL)) t (x)")
    hashes = [row["hash"] for row in rows]
    assert len(set(hashes)) == 3
    assert all(0 <= value <= MASK for value in hashes)


async def test_what_its_own_programs_could_not_write_any_more_is_left_uncaptured(db: Connection) -> None:
    """The triggers are rehearsed over the rows that are there, before a writer meets them."""
    await db.execute("CREATE TABLE fussy (id int PRIMARY KEY, share int); INSERT INTO fussy VALUES (1, 0), (2, 5)")
    await db.execute("CREATE TABLE fine (id int PRIMARY KEY)")
    fussy = CapturedTable("public", "fussy", ("id",), ("id", "share"), {"share": "(10 / {c})"})
    fine = CapturedTable("public", "fine", ("id",), ("id",))
    with pytest.raises(CaptureError, match=r"public\.fussy is not captured.*DivisionByZeroError"):
        await install(db, [fussy, fine])
    await db.execute("UPDATE fussy SET share = 7; DELETE FROM fussy; INSERT INTO fussy VALUES (3, 0)")
    assert [one.captured for one in await read_capture_status(db, [fussy, fine])] == [False, True]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("char(3)", "('EUR'), ('F')"),
        ("bit(5)", "(B'10101'), (B'00001')"),
        ("bpchar", "('longer'), ('F ')"),
        ("varchar(4)", "('abcd'), ('')"),
        ("numeric(6,2)", "(1234.56), (-0.01)"),
        ("numeric", "(1.0), (2.000)"),
        ("varbit(9)", "(B'1'), (B'101010101')"),
        ("time(0)", "('10:00'), ('11:30')"),
        ("timestamptz(3)", "('2030-01-01 10:00:00.123+00'), ('2031-01-01')"),
        ('"char"', "('a'), ('b')"),
        ("float8", "('-0'), ('1e300')"),
        ("code", "('EUR'), ('F')"),
    ],
)
async def test_a_key_of_any_type_leaves_its_writers_alone(db: Connection, kind: str, values: str) -> None:
    await db.execute("CREATE DOMAIN iso AS char(3); CREATE DOMAIN code AS iso")
    await db.execute(f"CREATE TABLE kept (k {kind} PRIMARY KEY, name text); INSERT INTO kept VALUES {values}")
    table = CapturedTable("public", "kept", ("k",), ("k", "name"))
    await install(db, [table])
    for statement, keys in (
        ("UPDATE kept SET name = 'x'", 2),
        ("DELETE FROM kept", 2),
        (f"INSERT INTO kept VALUES {values}", 2),
        ("TRUNCATE kept", 2),
    ):
        assert len(await changed_by(db, statement, table=table)) == keys


@pytest.mark.parametrize(
    "made", ["CREATE TABLE part PARTITION OF whole FOR VALUES IN ('a')", "CREATE TABLE part () INHERITS (old)"]
)
async def test_a_part_of_a_table_is_refused_and_its_whole_is_named(db: Connection, made: str) -> None:
    """What is written through the whole fires no trigger of a part."""
    await db.execute("CREATE TABLE whole (id int, kind text, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind)")
    await db.execute(f"CREATE TABLE old (id int, kind text, PRIMARY KEY (id, kind)); {made}")
    part = CapturedTable("public", "part", ("id", "kind"), ("id", "kind"))
    with pytest.raises(CaptureError, match=r"is a part of public\.(whole|old).*mirror public"):
        await install(db, [part])
    (found,) = await read_capture_status(db, [part])
    assert found.problems[0].kind == "part"
