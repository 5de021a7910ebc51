"""What SQLite does otherwise than one thinks: sums that overflow, deletes that no trigger sees, sums on both ends."""

import random
import stat
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from tests.replica.workshop import changes, opened, outbox, rows, serve

from twinbase.digest import Digest, digest_of
from twinbase.replica.file.local_digest import Changes, count_buckets, local_digest
from twinbase.replica.file.lock import hold_sync_lock, lock_path
from twinbase.replica.file.names import meta_table
from twinbase_server.feed.statements import _SUMS

ONE = "00000000-0000-4000-8000-000000000001"
TWO = "00000000-0000-4000-8000-000000000002"
LARGEST = 2**48 - 1
GOLDEN = {
    (): (0, 0, 0),
    (0,): (1, 0, 0),
    (LARGEST,): (1, 2**24 - 1, 2**24 - 1),
    (LARGEST, LARGEST, 1): (3, 33_554_430, 33_554_431),
    (196_352_719_281_663, 1 << 24, (1 << 24) - 1): (3, 11_703_535, 18_177_534),
}


def _fill(connection: Any, hashes: list[int]) -> None:
    many = [(str(UUID(int=i)), 1, row_hash, 1) for i, row_hash in enumerate(hashes)]
    connection.executemany("INSERT INTO _twinbase_meta_jobs (id, version, hash, applied) VALUES (?, ?, ?, ?)", many)


def _counted(connection: Any) -> Digest:
    count_buckets(connection, "jobs", meta_table("jobs"))
    return local_digest(connection, "jobs")


def _kept(connection: Any, hashes: list[int]) -> Digest:
    changes = Changes()
    for row_hash in hashes:
        changes.add(row_hash)
    changes.write(connection, "jobs")
    return local_digest(connection, "jobs")


async def _sums_of_postgresql(url: str, hashes: list[int]) -> Digest:
    office = await asyncpg.connect(url)
    try:
        row = await office.fetchrow(f"SELECT {_SUMS} FROM unnest($1::bigint[]) AS r (_h)", hashes)
    finally:
        await office.close()
    assert row is not None
    return Digest(row["rows"], row["high"], row["low"])


@pytest.mark.parametrize(("hashes", "sums"), GOLDEN.items(), ids=[f"{len(hashes)} rows" for hashes in GOLDEN])
async def test_python_sqlite_and_postgresql_sum_the_same_hashes_to_the_same_digest(
    tmp_path: Path, database_url: str, hashes: tuple[int, ...], sums: tuple[int, int, int]
) -> None:
    """H13: one golden vector, counted in every place where a digest is counted."""
    given = list(hashes)
    async with opened(tmp_path) as replica:
        await replica.database.write(_fill, given)
        counted = await replica.database.write(_counted)
        await replica.database.write(lambda connection: connection.execute("DELETE FROM _twinbase_bucket").rowcount)
        kept = await replica.database.write(_kept, given)
    assert Digest(*sums) == digest_of(given) == counted == kept == await _sums_of_postgresql(database_url, given)


async def test_seventy_thousand_large_hashes_overflow_no_sum(tmp_path: Path, database_url: str) -> None:
    """H13: the plain sum of 65,537 of them is more than SQLite's integers hold."""
    hashes = [LARGEST - random.Random(13).randrange(1000) for _ in range(70_000)]
    assert sum(hashes) > 2**63
    async with opened(tmp_path) as replica:
        await replica.database.write(_fill, hashes)
        assert await replica.database.write(_counted) == digest_of(hashes)
    assert await _sums_of_postgresql(database_url, hashes) == digest_of(hashes)


async def test_a_replace_over_a_value_that_must_be_unique_deletes_no_other_row(tmp_path: Path) -> None:
    """H27: the file enforces no UNIQUE, so there is no row that SQLite could delete unseen by a trigger."""
    async with opened(tmp_path) as replica:
        serve(replica, "customers", {"id": ONE, "name": "Anna", "number": 7}, version=5)
        async with replica.session() as session:
            replace = text("INSERT OR REPLACE INTO customers (id, name, number) VALUES (:id, 'Bob', 7)")
            await session.execute(replace, {"id": TWO})
            await session.commit()
        assert rows(replica, "SELECT id, number FROM customers ORDER BY id") == [(ONE, 7), (TWO, 7)]
        assert [(op, base) for _, _, op, base in outbox(replica)] == [("insert", None)]


async def test_no_index_of_a_file_is_unique_but_those_of_keys(tmp_path: Path) -> None:
    """H26, H27: pulled rows may swap unique values, and what is unique is the server's to say."""
    async with opened(tmp_path) as replica:
        listed = "SELECT m.name, i.origin FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'"
        unique = rows(replica, f"{listed} AND i.\"unique\" AND m.name NOT LIKE '\\_twinbase%' ESCAPE '\\'")
        assert {origin for _, origin in unique} == {"pk"}


async def test_every_connection_tells_the_triggers_of_rows_that_a_replace_removes(tmp_path: Path) -> None:
    """H27: SQLite does not, unless each connection says so."""
    async with opened(tmp_path) as replica:
        async with replica.session() as writer, replica.read() as reader:
            for session in (writer, reader):
                assert (await session.execute(text("PRAGMA recursive_triggers"))).scalar_one() == 1
        assert rows(replica, "PRAGMA recursive_triggers") == [(1,)]


async def test_a_third_of_a_tenth_and_bytes_that_are_no_text_are_kept_in_a_correction_too(tmp_path: Path) -> None:
    """H27: typed columns and no JSON, so 0.1 + 0.2 is not 0.3 and a photo is no error."""
    async with opened(tmp_path) as replica:
        serve(
            replica, "jobs", {"id": ONE, "title": "J", "status": "new", "done": 0, "hours": 0.1, "photo": b"\xff\x00"}
        )
        async with replica.session() as session:
            await session.execute(text("UPDATE jobs SET hours = hours + 0.2, photo = x'00ff00'"))
            await session.commit()
        assert changes(replica, "jobs") == [{"hours": (0.1, 0.1 + 0.2), "photo": (b"\xff\x00", b"\x00\xff\x00")}]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files")
@pytest.mark.parametrize("before", [None, 0o644, 0o666])
async def test_the_lock_of_a_sync_is_for_its_owner_alone(tmp_path: Path, before: int | None) -> None:
    """Another user of the machine who could open it could hold it, and nobody would sync any more."""
    file = tmp_path / "anna.twin"
    if before is not None:
        lock_path(file).touch()
        lock_path(file).chmod(before)
    async with hold_sync_lock(file, uuid4(), wait_seconds=0):
        assert stat.S_IMODE(lock_path(file).stat().st_mode) == 0o600
