"""How capture breaks when built naively (the hazards H3 to H35 of the design), one test for each."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.server.watched import (
    CUSTOMER,
    changed_by,
    changed_keys,
    is_proven_unchanged,
    snapshot_now,
    tombstones,
    watched_customers,
)

from twinbase_server.capture import CapturedTable, CaptureError, install, read_capture_status, uninstall, version_table
from twinbase_server.capture.tombstones import collect_tombstones
from twinbase_server.database.connection import Connection

ORDERS = CapturedTable("public", "orders", ("id", "region"), ("id", "region", "name"), {})
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Connection]:
    async with watched_customers(database_url) as connection:
        await connection.execute(
            "INSERT INTO customer (id, name, price) SELECT g, 'n' || g, g FROM generate_series(1, 5) g"
        )
        yield connection


@pytest.fixture
async def other(db: Connection, database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def make_orders(db: Connection) -> None:
    """A partitioned table: region 'a' in orders_a, region 'b' in orders_b."""
    await db.execute("""
        CREATE TABLE orders (id int, region text, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
        CREATE TABLE orders_a PARTITION OF orders FOR VALUES IN ('a');
        CREATE TABLE orders_b PARTITION OF orders FOR VALUES IN ('b');
    """)
    await install(db, [ORDERS])


async def kinds(db: Connection, table: CapturedTable) -> list[str]:
    [found] = await read_capture_status(db, [table])
    return [problem.kind for problem in found.problems]


async def test_a_delete_that_nulls_one_child_twice_does_not_fail(db: Connection) -> None:
    """H3: the transition table holds the child two times."""
    child = CapturedTable("public", "child", ("id",), ("id", "a", "b"))
    await db.execute("""
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, a int REFERENCES parent ON DELETE SET NULL,
                            b int REFERENCES parent ON DELETE SET NULL);
        INSERT INTO parent VALUES (1); INSERT INTO child VALUES (10, 1, 1);
    """)
    await install(db, [child])
    assert await changed_by(db, "DELETE FROM parent", table=child) == {10}


async def test_keys_that_swap_places_are_both_changed(db: Connection) -> None:
    """H3: a changed key is old keys except new keys, also where rows trade keys."""
    seat = CapturedTable("public", "seat", ("id",), ("id", "who"))
    await db.execute("CREATE TABLE seat (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, who text)")
    await db.execute("INSERT INTO seat VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    await install(db, [seat])
    assert await changed_by(db, "UPDATE seat SET id = 3 - id WHERE id < 3", table=seat) == {1, 2}
    assert await changed_by(db, "UPDATE seat SET id = id + 1", table=seat) == {1, 2, 3, 4}
    assert await tombstones(db, seat) == {1}


async def test_a_role_without_any_right_on_our_schema_writes_as_before(db: Connection) -> None:
    """H4: capture runs as its owner."""
    await db.execute("DROP ROLE IF EXISTS twinbase_test_erp; CREATE ROLE twinbase_test_erp")
    await db.execute("GRANT ALL ON customer TO twinbase_test_erp")
    erp = ("SET LOCAL ROLE twinbase_test_erp", "SET LOCAL search_path = ''")
    try:
        assert await changed_by(db, *erp, "INSERT INTO public.customer (id) VALUES (9)") == {9}
        assert await changed_by(db, *erp, "UPDATE public.customer SET name = 'e' WHERE id = 1") == {1}
        assert await changed_by(db, *erp, "DELETE FROM public.customer WHERE id = 2") == {2}
        reload = ("CREATE TEMP TABLE kept AS SELECT * FROM public.customer", "TRUNCATE public.customer")
        assert await changed_by(db, *erp, *reload, "INSERT INTO public.customer SELECT * FROM kept WHERE id > 1") == {1}
    finally:
        await db.execute("DROP TABLE kept; DROP OWNED BY twinbase_test_erp; DROP ROLE twinbase_test_erp")


async def test_writers_under_the_replica_role_are_captured(db: Connection) -> None:
    """H5: some loaders switch triggers off this way."""
    replica = "SET LOCAL session_replication_role = replica"
    assert await changed_by(db, replica, "UPDATE customer SET name = 'r' WHERE id = 1") == {1}
    assert await changed_by(db, replica, "TRUNCATE customer") == {1, 2, 3, 4, 5}
    assert await tombstones(db, CUSTOMER) == {1, 2, 3, 4, 5}


async def test_writes_to_a_partition_and_through_its_parent_are_captured(db: Connection) -> None:
    """H5: statement triggers fire on the table that the statement names."""
    await make_orders(db)
    insert = "INSERT INTO orders VALUES (1, 'a', 'x'), (2, 'b', 'y')"
    assert await changed_by(db, insert, table=ORDERS) == {(1, "a"), (2, "b")}
    assert await changed_by(db, "INSERT INTO orders_a VALUES (3, 'a', 'z')", table=ORDERS) == {(3, "a")}
    moved = "UPDATE orders SET region = 'b' WHERE id = 1"
    assert await changed_by(db, moved, table=ORDERS) == {(1, "a"), (1, "b")}
    assert await changed_by(db, "DELETE FROM orders_b WHERE id = 1", table=ORDERS) == {(1, "b")}
    assert await changed_by(db, "TRUNCATE orders_a", table=ORDERS) == {(3, "a")}
    assert await changed_by(db, "TRUNCATE orders", table=ORDERS) == {(2, "b")}


async def test_reloading_partitions_with_the_same_rows_is_no_change(db: Connection) -> None:
    """H5, H21: one partition alone, all of them, or both in one statement."""
    await make_orders(db)
    insert = "INSERT INTO orders VALUES (1, 'a', 'x'), (2, 'b', 'y')"
    await db.execute(insert)
    part = "INSERT INTO orders_a VALUES (1, 'a', 'x')"
    assert await changed_by(db, "TRUNCATE orders_a", part, table=ORDERS) == set()
    assert await changed_by(db, "TRUNCATE orders", insert, table=ORDERS) == set()
    assert await changed_by(db, "TRUNCATE orders_a, orders", insert, table=ORDERS) == set()
    assert await changed_by(db, "TRUNCATE orders, orders_a", part, table=ORDERS) == {(2, "b")}


async def test_an_attached_partition_is_found_and_then_captured(db: Connection) -> None:
    """H5: its rows and its writers were never seen, so everything counts as changed."""
    await make_orders(db)
    await db.execute("CREATE TABLE orders_c (LIKE orders); INSERT INTO orders_c VALUES (5, 'c', 'x')")
    await db.execute("ALTER TABLE orders ATTACH PARTITION orders_c FOR VALUES IN ('c')")
    assert await kinds(db, ORDERS) == ["no-triggers"]
    since = await snapshot_now(db)
    [done] = await install(db, [ORDERS])
    assert done.done == "renewed" and not since.sees(done.base)
    assert await kinds(db, ORDERS) == []
    assert await changed_by(db, "UPDATE orders_c SET name = 'y'", table=ORDERS) == {(5, "c")}


async def test_disabled_and_missing_triggers_are_found(db: Connection) -> None:
    """H5: whoever switches them off may forget to switch them on again."""
    await db.execute("ALTER TABLE customer ENABLE TRIGGER twinbase_capture_update")
    assert await kinds(db, CUSTOMER) == ["disabled"]
    await db.execute("ALTER TABLE customer DISABLE TRIGGER ALL")
    assert await kinds(db, CUSTOMER) == ["disabled"]
    await db.execute("DROP TRIGGER twinbase_capture_update ON customer")
    await db.execute("ALTER TABLE customer ENABLE ALWAYS TRIGGER twinbase_capture_insert")
    [done] = await install(db, [CUSTOMER])
    assert done.done == "renewed"
    assert await kinds(db, CUSTOMER) == []


async def test_what_triggers_cannot_watch_is_found(db: Connection) -> None:
    """H5: views, unlogged tables, tables without a key, foreign partitions."""
    await db.execute("CREATE VIEW v AS SELECT 1 AS id; CREATE UNLOGGED TABLE u (id int)")
    view, unlogged = (CapturedTable("public", name, ("id",), ()) for name in "vu")
    assert await kinds(db, view) == ["not-a-table"]
    assert await kinds(db, unlogged) == ["unlogged", "no-key", "not-installed"]
    assert await kinds(db, CapturedTable("public", "nowhere", ("id",), ())) == ["missing"]
    await make_orders(db)
    await db.execute("CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER none")
    await db.execute("CREATE FOREIGN TABLE far_orders (id int NOT NULL, region text NOT NULL, name text) SERVER far")
    await uninstall(db, [ORDERS])
    await db.execute("ALTER TABLE ONLY orders DROP CONSTRAINT orders_pkey")
    await db.execute("ALTER TABLE orders ATTACH PARTITION far_orders FOR VALUES IN ('f')")
    assert "foreign" in await kinds(db, ORDERS)
    with pytest.raises(CaptureError, match="foreign"):
        await install(db, [ORDERS])


async def test_a_column_that_is_computed_when_it_is_read_is_refused_and_no_write_fails_for_it(db: Connection) -> None:
    """H4: from PostgreSQL 18 on a generated column is virtual unless it says STORED, and a trigger cannot read it."""
    if db.get_server_version().major < 18:
        pytest.skip("this PostgreSQL stores every generated column")
    table = CapturedTable("public", "priced", ("id",), ("id", "net", "gross"))
    await db.execute("CREATE TABLE priced (id int PRIMARY KEY, net int, gross int GENERATED ALWAYS AS (net * 2))")
    with pytest.raises(CaptureError, match=r"gross.*STORED"):
        await install(db, [table])
    assert await kinds(db, table) == ["virtual", "not-installed"]
    await db.execute("INSERT INTO priced VALUES (1, 10); UPDATE priced SET net = 11; DELETE FROM priced")


@pytest.mark.parametrize("type_", ["money", "bit(1)", "xml", "tsvector", "point"])
async def test_a_column_of_another_type_than_declared_is_refused_and_no_delete_fails_for_it(
    db: Connection, type_: str
) -> None:
    """H4: a class that takes bit for bool, or money for a number, names values that PostgreSQL has no hash for."""
    table = CapturedTable("public", "wrong", ("id",), ("id", "value"), {"id": "{c}", "value": "{c}"})
    await db.execute(f"CREATE TABLE wrong (id int PRIMARY KEY, value {type_}); INSERT INTO wrong VALUES (1), (2)")
    with pytest.raises(CaptureError, match=re.escape(f"public.wrong: value is {type_}")):
        await install(db, [table])
    await db.execute("DELETE FROM wrong WHERE id = 1; TRUNCATE wrong")


async def test_a_truncate_passes_where_our_role_has_lost_the_schema_and_is_a_gap(db: Connection) -> None:
    """H4: the copy that is kept of a table that is truncated is read by name, which takes a right on its schema."""
    table = CapturedTable("erp", "item", ("id",), ("id", "name"))
    await db.execute("""
        DROP ROLE IF EXISTS twinbase_test_owner; CREATE ROLE twinbase_test_owner;
        CREATE SCHEMA erp; CREATE TABLE erp.item (id int PRIMARY KEY, name text);
        ALTER TABLE erp.item OWNER TO twinbase_test_owner;
        GRANT ALL ON SCHEMA erp, twinbase TO twinbase_test_owner;
        GRANT ALL ON ALL TABLES IN SCHEMA twinbase TO twinbase_test_owner;
        GRANT ALL ON ALL FUNCTIONS IN SCHEMA twinbase TO twinbase_test_owner;
    """)
    try:
        await db.execute("SET ROLE twinbase_test_owner")
        await install(db, [table])
        await db.execute("RESET ROLE; REVOKE ALL ON SCHEMA erp FROM twinbase_test_owner")
        await db.execute("INSERT INTO erp.item VALUES (1, 'a'), (2, 'b')")
        await db.execute("TRUNCATE erp.item")
        assert await kinds(db, table) == ["gap"]
    finally:
        await db.execute("RESET ROLE; DROP OWNED BY twinbase_test_owner; DROP ROLE twinbase_test_owner")


async def test_a_subscriber_table_is_found(db: Connection, other: Connection) -> None:
    """H5: the apply worker of logical replication fires row triggers only."""
    name = await db.fetchval("SELECT current_database()")
    await db.execute(f"CREATE SUBSCRIPTION sub_{name} CONNECTION '' PUBLICATION p WITH (connect = false)")
    await db.execute(
        "INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate) SELECT oid, 'customer'::regclass, 'r' "
        "FROM pg_subscription WHERE subname = $1",
        f"sub_{name}",
    )
    try:
        assert await kinds(db, CUSTOMER) == ["subscribed"]
    finally:
        await db.execute("DELETE FROM pg_subscription_rel")
        await db.execute(f"ALTER SUBSCRIPTION sub_{name} SET (slot_name = NONE)")
        await db.execute(f"DROP SUBSCRIPTION sub_{name}")


async def test_edits_between_uninstall_and_install_are_not_taken_for_unchanged(db: Connection) -> None:
    """H6: the base is renewed, so no version from before is equal to one from after."""
    since = await snapshot_now(db)
    assert await is_proven_unchanged(db, CUSTOMER, since)
    await uninstall(db, [CUSTOMER])
    assert not await is_proven_unchanged(db, CUSTOMER, since)
    await db.execute("UPDATE customer SET name = 'unseen'")
    [done] = await install(db, [CUSTOMER])
    assert not since.sees(done.base)
    assert not await is_proven_unchanged(db, CUSTOMER, since)
    assert await is_proven_unchanged(db, CUSTOMER, await snapshot_now(db))


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE customer DROP COLUMN price",
        "ALTER TABLE customer RENAME COLUMN name TO nom",
        "ALTER TABLE customer ALTER COLUMN price TYPE text",
        "ALTER TABLE customer DROP CONSTRAINT customer_parent_fkey, ALTER COLUMN id TYPE bigint",
        "ALTER TABLE customer DROP COLUMN notes, DROP COLUMN price, DROP COLUMN name",
        "ALTER TABLE customer DROP CONSTRAINT customer_pkey CASCADE, DROP COLUMN id",
    ],
)
async def test_a_changed_column_never_fails_a_write_and_is_a_gap(db: Connection, change: str) -> None:
    """H4, H5, H20: what cannot be recorded counts as `anything may have changed`, until capture is renewed."""
    since = await snapshot_now(db)
    await db.execute("UPDATE customer SET hidden = 'plans are cached by now' WHERE id = 1")
    await db.execute(change)
    for write in (
        "INSERT INTO customer (hidden) VALUES ('h')"
        if "DROP COLUMN id" in change
        else "INSERT INTO customer (id) VALUES (99)",
        "UPDATE customer SET hidden = 'x'",
        "DELETE FROM customer WHERE hidden = 'x'",
        "TRUNCATE customer",
    ):
        before = await snapshot_now(db)
        await db.execute(write)
        assert not await is_proven_unchanged(db, CUSTOMER, before)
    assert not await is_proven_unchanged(db, CUSTOMER, since)
    assert {"gap"} < set(await kinds(db, CUSTOMER))


async def test_gaps_end_with_a_new_installation(db: Connection) -> None:
    """H6: after it, versions can be trusted again."""
    await db.execute("ALTER TABLE customer ALTER COLUMN price TYPE text")
    async with db.transaction():
        await db.execute("UPDATE customer SET name = 'a'")
        await db.execute("UPDATE customer SET name = 'b'")
    assert await db.fetchval("SELECT count(*) FROM twinbase.capture_gap") == 1
    [done] = await install(db, [CUSTOMER])
    assert done.done == "renewed"
    assert await kinds(db, CUSTOMER) == []
    assert await changed_by(db, "UPDATE customer SET name = 'c' WHERE id = 1") == {1}


async def test_a_column_that_nobody_watches_may_come_and_go(db: Connection) -> None:
    """H4: only the captured columns matter."""
    await db.execute("ALTER TABLE customer ADD COLUMN more int, DROP COLUMN hidden")
    assert await changed_by(db, "UPDATE customer SET more = 1") == set()
    assert await kinds(db, CUSTOMER) == []


async def test_a_renamed_table_is_still_captured(db: Connection) -> None:
    """H4: no function knows its table by name."""
    await db.execute("ALTER TABLE customer RENAME TO client")
    assert await changed_by(db, "UPDATE client SET name = 'x' WHERE id = 1") == {1}
    assert await changed_by(db, "TRUNCATE client") == {1, 2, 3, 4, 5}


async def test_a_write_that_leaves_the_content_as_it_was_is_no_change(db: Connection) -> None:
    """H20: json has no equality, and 1.10 equals 1.1; both are compared by image."""
    await db.execute("UPDATE customer SET price = 1.1, notes = '{\"a\": 1}' WHERE id = 1")
    assert await changed_by(db, "UPDATE customer SET hidden = 'h', notes = notes, name = name") == set()
    assert await changed_by(db, "UPDATE customer SET price = 1.10 WHERE id = 1") == {1}
    assert await changed_by(db, "UPDATE customer SET notes = '{\"a\":  1}' WHERE id = 1") == {1}


async def test_reloading_the_same_rows_sends_nothing(db: Connection) -> None:
    """H21: TRUNCATE or DELETE, then INSERT, in one transaction; the old versions come back."""
    await db.execute("UPDATE customer SET name = 'versioned' WHERE id = 2")
    await db.execute("CREATE TABLE kept AS SELECT * FROM customer")
    versions = await db.fetch(f"SELECT id, xid FROM {CUSTOMER.object_sql('v')} ORDER BY id")
    insert = "INSERT INTO customer SELECT * FROM kept"
    for empty in ("TRUNCATE customer", "DELETE FROM customer"):
        assert await changed_by(db, empty, insert) == set()
        assert await changed_by(db, empty, insert, empty, insert) == set()
        assert await changed_by(db, "SET CONSTRAINTS ALL IMMEDIATE", empty, insert) == set()
    assert await db.fetch(f"SELECT id, xid FROM {CUSTOMER.object_sql('v')} ORDER BY id") == versions
    assert await tombstones(db, CUSTOMER) == set()


async def test_a_reload_sends_what_differs(db: Connection) -> None:
    """H21: however many steps it takes."""
    await db.execute("CREATE TABLE kept AS SELECT * FROM customer")
    steps = (
        "TRUNCATE customer",
        "INSERT INTO customer (id, hidden) SELECT id, 'new' FROM kept",
        "UPDATE customer c SET name = k.name, price = k.price FROM kept k WHERE c.id = k.id",
        "UPDATE customer SET price = -1 WHERE id = 4",
        "DELETE FROM customer WHERE id = 2",
        "INSERT INTO customer (id) VALUES (6)",
    )
    assert await changed_by(db, *steps) == {2, 4, 6}
    assert await tombstones(db, CUSTOMER) == {2}


async def test_a_table_truncated_and_dropped_or_altered_in_one_transaction_does_not_fail(db: Connection) -> None:
    """H21: what is settled at commit must not stop the commit."""
    since = await snapshot_now(db)
    async with db.transaction():
        await db.execute("TRUNCATE customer")
        await db.execute("ALTER TABLE customer DROP COLUMN price")
        await db.execute("INSERT INTO customer (id) VALUES (1)")
    assert not await is_proven_unchanged(db, CUSTOMER, since)
    await install(db, [CapturedTable("public", "customer", ("id",), ("name",))])
    async with db.transaction():
        await db.execute("TRUNCATE customer")
        await db.execute("DROP TABLE customer")


async def test_a_reload_under_an_old_snapshot_is_settled_too(db: Connection, other: Connection) -> None:
    """H19, H21: REPEATABLE READ takes the slow way."""
    await db.execute("CREATE TABLE kept AS SELECT * FROM customer")
    since = await snapshot_now(db)
    async with db.transaction(isolation="repeatable_read"):
        await db.execute("TRUNCATE customer")
        await db.execute("INSERT INTO customer SELECT * FROM kept WHERE id <> 3")
    assert await changed_keys(db, CUSTOMER, since) == {3}


async def test_collecting_tombstones_never_blocks_or_kills_a_writer(db: Connection, other: Connection) -> None:
    """H19: the collector skips what a writer holds, and goes on without it."""
    await db.execute("DELETE FROM customer WHERE id IN (2, 4)")
    await db.execute("INSERT INTO twinbase.salt (salt, at) VALUES ('s', $1)", NOW)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("INSERT INTO customer (id) VALUES (4)")
    assert await asyncio.wait_for(collect_tombstones(db, NOW), 10) == 1
    await other.execute("INSERT INTO customer (id) VALUES (2)")
    await transaction.commit()
    assert await tombstones(db, CUSTOMER) == set()
    assert await collect_tombstones(db, NOW) == 0


async def test_collecting_waits_for_no_bulk_writer(db: Connection, other: Connection) -> None:
    """H19: a bulk writer relies on the tombstones that it saw; the collector comes back another time."""
    await db.execute("DELETE FROM customer WHERE id = 2")
    await db.execute("INSERT INTO twinbase.salt (salt, at) VALUES ('s', $1)", NOW)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("INSERT INTO customer (id) SELECT generate_series(1000, 3000)")
    assert await asyncio.wait_for(collect_tombstones(db, NOW), 10) == 0
    await transaction.commit()
    assert await collect_tombstones(db, NOW - timedelta(days=1)) == 0
    assert await collect_tombstones(db, NOW) == 1


async def test_rows_under_an_old_open_transaction_are_neither_lost_nor_sent_twice(
    db: Connection, other: Connection
) -> None:
    """H18: the late committer is in the cursor's list; what came after it is not sent again."""
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE customer SET name = 'late' WHERE id = 1")
    await db.execute("UPDATE customer SET name = 'early' WHERE id = 2")
    since = await snapshot_now(db)
    assert await changed_keys(db, CUSTOMER, since) == set()
    await transaction.commit()
    assert await changed_keys(db, CUSTOMER, since) == {1}


async def test_capture_costs_no_subtransaction(db: Connection) -> None:
    """H35: more than 64 in one transaction would slow every snapshot on the server.

    What a subtransaction writes carries its own id; what capture writes must carry the transaction's.
    """
    written_by = f"SELECT xmin::text FROM {version_table('public', 'customer')} WHERE id = 1"
    async with db.transaction():
        top = str(await db.fetchval("SELECT pg_current_xact_id()::text::bigint") % 2**32)
        for n in range(100):
            await db.execute("UPDATE customer SET name = $1 WHERE id = 1", str(n))
            assert await db.fetchval(written_by) == top


async def test_content_does_not_change_unseen_where_keys_are_null_or_doubled(db: Connection) -> None:
    """H3: a key that lost its constraint must not fail a write either."""
    await db.execute("ALTER TABLE customer DROP CONSTRAINT customer_pkey CASCADE, ALTER COLUMN id DROP NOT NULL")
    assert await changed_by(db, "INSERT INTO customer (id) VALUES (7), (7), (NULL)") == {7}
    assert await changed_by(db, "UPDATE customer SET name = 'x' WHERE id = 7 OR id IS NULL") == {7}
    assert await changed_by(db, "DELETE FROM customer WHERE id = 7 OR id IS NULL") == {7}
    many = "INSERT INTO customer (id) SELECT g % 1500 FROM generate_series(1, 3000) g"
    assert len(await changed_by(db, many)) == 1500
    assert "no-key" in await kinds(db, CUSTOMER)
