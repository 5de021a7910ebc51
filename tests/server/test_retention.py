"""What a server forgets: no more than its settings let it, a little at a time, and never what says "that was done"."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.server.depot import House
from tests.server.watched import DEFAULTS, snapshot_now, watched_customers

from twinbase_server.accept.forget import forget_entries, forget_journal
from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import BATCH_ROWS, TURN_BATCHES_MAX, measure_history
from twinbase_server.database.migrations import migrate
from twinbase_server.devices.salvage import forget_decided
from twinbase_server.feed import generation
from twinbase_server.housekeeping import TURNS_AN_HOUR, forget_history, run_turn
from twinbase_server.settings import DAYS_MAX, Settings

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=181)
DEVICE = uuid4()
STATUSES = ("applied", "merged", "conflict", "refused", "parked", "deferred")
_ENTRIES = """
INSERT INTO twinbase.ledger (mutation, replica, epoch, n, hash, status, outcome, at, twin, op, key)
SELECT gen_random_uuid(), $1, 1, 1, md5(i::text), 'applied', '{"status": "applied"}',
    $2::timestamptz + i * $3::interval, 'job', 'update', '["' || i || '"]'
FROM generate_series(1, $4) i
"""


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Connection]:
    """A connection to a database with one device, which has confirmed all that it was told."""
    async with watched_customers(database_url) as connection:
        await connection.execute(
            "INSERT INTO twinbase.replica (id, account, epoch, last_n, acked) VALUES ($1, 'anna', 1, 1, 1)", DEVICE
        )
        yield connection


async def _note(office: Connection, how_many: int, at: datetime, step: timedelta = timedelta(0)) -> None:
    """Entries of the ledger."""
    await office.execute(_ENTRIES, DEVICE, at, step, how_many)


async def _count(office: Connection, table: str) -> int:
    return int(await office.fetchval(f"SELECT count(*) FROM twinbase.{table}"))


def _with(**chosen: object) -> Settings:
    return Settings.model_validate({**dict(DEFAULTS), **chosen})


@pytest.mark.parametrize("name", ["ledger_days", "milestone_days", "journal_days"])
def test_no_setting_lets_the_server_forget_what_devices_need(name: str) -> None:
    shortest = {"ledger_days": 90, "milestone_days": 45, "journal_days": 45}[name]
    assert getattr(_with(**{name: shortest}), name) == shortest
    with pytest.raises(ValidationError, match=name):
        _with(**{name: shortest - 1})


async def test_old_entries_shrink_to_their_ids_in_batches_and_a_turn_has_an_end(office: Connection) -> None:
    turn = BATCH_ROWS * TURN_BATCHES_MAX
    await _note(office, turn + 10, LONG_AGO - timedelta(days=2), timedelta(seconds=1))
    await _note(office, 5, NOW - timedelta(days=179))
    await forget_history(office, NOW, DEFAULTS)
    assert await _count(office, "settled") == turn and await _count(office, "ledger") == 15
    sizes = await office.fetch("SELECT count(*) AS many FROM twinbase.settled GROUP BY xmin::text")
    assert [row["many"] for row in sizes] == [BATCH_ROWS] * TURN_BATCHES_MAX
    assert await office.fetchval("SELECT min(at) FROM twinbase.ledger") > LONG_AGO - timedelta(days=1), (
        "the oldest first"
    )
    await forget_history(office, NOW, DEFAULTS)
    assert await _count(office, "settled") == turn + 10 and await _count(office, "ledger") == 5


async def test_two_servers_at_once_forget_each_entry_once_and_lose_no_id(database_url: str, office: Connection) -> None:
    await _note(office, 5 * BATCH_ROWS, LONG_AGO)
    ids = {row["mutation"] for row in await office.fetch("SELECT mutation FROM twinbase.ledger")}
    other = await asyncpg.connect(database_url)
    try:
        forgotten = await asyncio.gather(*(forget_entries(one, NOW) for one in (office, other)))
        while (more := await forget_entries(other, NOW)) > 0:
            forgotten.append(more)
    finally:
        await other.close()
    assert sum(forgotten) == 5 * BATCH_ROWS and await _count(office, "ledger") == 0
    assert {row["mutation"] for row in await office.fetch("SELECT mutation FROM twinbase.settled")} == ids


async def test_an_entry_that_a_batch_is_about_waits_for_the_next_turn_and_nobody_for_it(
    database_url: str, office: Connection
) -> None:
    await _note(office, 3, LONG_AGO)
    (held, *_) = [row["mutation"] for row in await office.fetch("SELECT mutation FROM twinbase.ledger")]
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("UPDATE twinbase.ledger SET epoch = 1, n = 2 WHERE mutation = $1", held)
            assert await asyncio.wait_for(forget_entries(office, NOW), 10) == 2
        assert await forget_entries(office, NOW) == 0, "its device has not confirmed this batch"
        await other.execute("UPDATE twinbase.replica SET acked = 2")
        assert await forget_entries(office, NOW) == 1
    finally:
        await other.close()


async def test_a_turn_over_many_young_entries_looks_at_none_of_them(office: Connection) -> None:
    await _note(office, 30_000, NOW - timedelta(days=100), timedelta(seconds=1))
    await office.execute("ANALYZE twinbase.ledger")
    before = await office.fetchval(_READ)
    assert await forget_entries(office, LONG_AGO) == 0
    await office.execute("SELECT pg_stat_force_next_flush()")
    scans, rows = (await office.fetchval(_READ))[0] - before[0], (await office.fetchval(_READ))[1] - before[1]
    assert scans == 0 and rows < 10, "a look at the ends of the index is all"


_READ = "SELECT (seq_scan, idx_tup_fetch) FROM pg_stat_user_tables WHERE relid = 'twinbase.ledger'::regclass"

Drawn = tuple[int, int, int, str]
Entries = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 3), st.integers(1, 9), st.sampled_from(STATUSES)), max_size=12
)


@given(entries=Entries, acked=st.integers(0, 9), is_over=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_is_forgotten_was_old_and_confirmed_and_every_id_is_known(
    office: Connection, entries: list[Drawn], acked: int, is_over: bool
) -> None:
    """Of any ages, epochs and batches: an entry goes if it is old, and its device does not wait for it any more."""
    await office.execute("TRUNCATE twinbase.ledger, twinbase.settled")
    await office.execute(
        "UPDATE twinbase.replica SET epoch = 3, acked = $1, wiped_at = $2", acked, NOW if is_over else None
    )
    noted: dict[UUID, Drawn] = {uuid4(): entry for entry in entries}
    for id, (days, epoch, n, status) in noted.items():
        await office.execute(
            "INSERT INTO twinbase.ledger (mutation, replica, epoch, n, hash, status, outcome, at)"
            " VALUES ($1, $2, $3, $4, md5('x'), $5, '{}', $6)",
            *(id, DEVICE, epoch, n, status, NOW - timedelta(days=days)),
        )

    await forget_history(office, NOW, DEFAULTS)

    def waits(days: int, epoch: int, n: int) -> bool:
        return days <= 180 or (epoch == 3 and n > acked and not is_over)

    whole = {row["mutation"] for row in await office.fetch("SELECT mutation FROM twinbase.ledger")}
    ids = {row["mutation"]: row["status"] for row in await office.fetch("SELECT * FROM twinbase.settled")}
    assert whole == {id for id, (days, epoch, n, _) in noted.items() if waits(days, epoch, n)}
    assert ids == {id: one[3] for id, one in noted.items() if id not in whole and one[3] != "deferred"}


async def test_of_milestones_the_oldest_go_and_cursors_that_bear_one_are_recognised_no_more(office: Connection) -> None:
    seen = []
    for days in (400, 300, 190, 100):
        born = await generation.start(office, NOW - timedelta(days=days))
        seen.append((born.milestone, await snapshot_now(office)))
    assert await generation.forget_milestones(office, NOW - timedelta(days=180)) == 2
    assert [await generation.is_recognised(office, *one) for one in seen] == [False, False, True, True]


async def test_a_device_that_was_away_for_longer_is_told_so(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    for _ in range(2):
        house.clock.now += timedelta(days=200)
        await run_turn(house.office, house.clock.now, TURNS_AN_HOUR, DEFAULTS)
    await device.login("anna@depot")
    answer = await device.pending(cursor)
    assert (answer.status, answer.problem["type"]) == (409, "generation")
    assert answer.problem["detail"].startswith("The cursor is older than what this server remembers: offer recent work")
    assert (await device.pending((await device.initial()).end["cursor"])).status == 200


async def test_a_turn_that_ends_leaves_no_hole_among_the_milestones(office: Connection) -> None:
    """In a hole a cursor of another history would be recognised: by what lies after its own milestone it is known."""
    turn = BATCH_ROWS * TURN_BATCHES_MAX
    await office.execute(
        "INSERT INTO twinbase.salt (salt, xid, at) SELECT i, i::text::xid8, $1::timestamptz + i * interval '1 second'"
        " FROM generate_series(1, $2::int) i",
        *(NOW - timedelta(days=400), turn + 10),
    )
    assert await generation.forget_milestones(office, NOW) == turn
    left = await office.fetch("SELECT salt FROM twinbase.salt ORDER BY xid")
    assert [int(row["salt"]) for row in left] == list(range(turn + 1, turn + 11))


async def test_tombstones_go_though_no_milestone_is_as_old_as_they_are(office: Connection) -> None:
    chosen = _with(tombstone_days=365, milestone_days=45)
    await generation.start(office, NOW)
    await office.execute("INSERT INTO customer (id) VALUES (1)")
    await office.execute("DELETE FROM customer")
    for day in (1, 44, 60, 90):
        await run_turn(office, NOW + timedelta(days=day), 1, chosen)
    assert await run_turn(office, NOW + timedelta(days=91), TURNS_AN_HOUR, chosen) == 1


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if "_days" in name])
async def test_the_longest_time_that_can_be_set_is_one_that_a_turn_can_reckon_with(
    office: Connection, name: str
) -> None:
    assert await run_turn(office, NOW, TURNS_AN_HOUR, _with(**{name: DAYS_MAX})) == 0
    with pytest.raises(ValidationError, match=name):
        _with(**{name: DAYS_MAX + 1})


async def test_of_salvaged_edits_those_that_were_decided_go_and_those_that_wait_never_do(office: Connection) -> None:
    await office.execute("UPDATE twinbase.replica SET wiped_at = $1", NOW)
    for decided in (None, NOW - timedelta(days=181), NOW - timedelta(days=179)):
        await office.execute(
            "INSERT INTO twinbase.salvaged (id, replica, tx, offset_ms, mutation, salvaged_at, decided_at)"
            " VALUES ($1, $2, '1', 0, '{}', $3, $4)",
            *(uuid4(), DEVICE, NOW - timedelta(days=4000), decided),
        )
    await forget_history(office, NOW, DEFAULTS)
    rows = await office.fetch("SELECT decided_at FROM twinbase.salvaged ORDER BY decided_at NULLS FIRST")
    assert [row["decided_at"] for row in rows] == [None, NOW - timedelta(days=179)]
    await office.execute("UPDATE twinbase.replica SET wiped_at = NULL")
    assert await forget_decided(office, NOW) == 0, "the device may hand them over again"
    await office.execute("UPDATE twinbase.replica SET wiped_at = $1", NOW)
    assert await forget_decided(office, NOW) == 1


async def test_the_journal_has_an_age_of_its_own(office: Connection) -> None:
    for days in (731, 729):
        await office.execute(
            "INSERT INTO twinbase.journal (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs,"
            " decided) VALUES ($1, $2, 'job', '[1]', $1, 'anna', $1, 'add', '{}', '{}', '{}', '{}')",
            *(uuid4(), NOW - timedelta(days=days)),
        )
    await forget_history(office, NOW, DEFAULTS)
    assert await _count(office, "journal") == 1
    assert await forget_journal(office, NOW - timedelta(days=45)) == 1


async def test_with_a_size_what_is_old_stays_while_there_is_room_and_what_is_young_whatever_it_takes(
    office: Connection,
) -> None:
    await _note(office, 2000, LONG_AGO)
    await _note(office, 2000, NOW)
    await office.execute("ANALYZE")
    size = sum((await measure_history(office)).values())
    assert 500_000 < size < 5_000_000
    await forget_history(office, NOW, _with(history_bytes_max=size + 100_000))
    assert await _count(office, "ledger") == 4000
    await forget_history(office, NOW, _with(history_bytes_max=1))
    assert await _count(office, "ledger") == 2000


async def test_a_file_that_has_room_in_it_is_not_taken_for_full(office: Connection) -> None:
    """What was deleted leaves room that is used again: it does not make the next row too much."""
    await _note(office, 20_000, NOW)
    await office.execute("VACUUM ANALYZE twinbase.ledger")
    before = (await measure_history(office))["ledger"]
    await office.execute("DELETE FROM twinbase.ledger WHERE left(hash, 1) < 'a'")  # all over the file
    left = await _count(office, "ledger") / 20_000
    await office.execute("VACUUM ANALYZE twinbase.ledger")
    assert (await measure_history(office))["ledger"] == pytest.approx(before * left, rel=0.15)


async def test_a_database_of_before_learns_from_its_pulls_what_devices_have_confirmed(
    database_url: str, office: Connection
) -> None:
    """In doubt they have not: what was answered after the last pull, and the last batch in any case."""
    await office.execute(_OF_BEFORE)
    for pulled, answered in ((NOW, 9), (NOW - timedelta(days=3), 9), (None, 9), (NOW, 0)):
        device = uuid4()
        await office.execute(
            "INSERT INTO twinbase.replica (id, account, epoch, last_n, last_pull, device_name)"
            " VALUES ($1, 'anna', 2, $2, $3, $4)",
            *(device, answered, pulled, f"{pulled} {answered}"),
        )
        await office.execute(
            "INSERT INTO twinbase.ledger (mutation, replica, epoch, n, hash, status, outcome, at)"
            " SELECT gen_random_uuid(), $1, 2, n, '', 'applied', '{}', $2::timestamptz - (10 - n) * interval '1 day'"
            " FROM generate_series(1, $3) n",
            *(device, NOW, answered),
        )
    await migrate(database_url)
    rows = await office.fetch("SELECT device_name, acked FROM twinbase.replica WHERE device_name IS NOT NULL")
    before = NOW - timedelta(days=3)
    assert {row["device_name"]: row["acked"] for row in rows} == {
        f"{NOW} 9": 8,
        f"{before} 9": 6,
        "None 9": 0,
        f"{NOW} 0": 0,
    }


_OF_BEFORE = """
DROP TABLE twinbase.awaited, twinbase.piece, twinbase.upload, twinbase.attached, twinbase.content;
DROP TABLE twinbase.settled;
ALTER TABLE twinbase.replica DROP COLUMN acked;
DROP INDEX twinbase.salvaged_decided_at_idx, twinbase.deliveries_acknowledged_idx, twinbase.deliveries_sent_idx;
UPDATE twinbase.alembic_version SET version_num = '0015'
"""


async def test_gaps_of_a_table_that_is_captured_no_more_go_and_those_of_others_tell_on(office: Connection) -> None:
    captured = await office.fetchval("SELECT relid FROM twinbase.capture")
    await generation.start(office, NOW - timedelta(days=200))
    for relid in (captured, 4_000_000_000):
        await office.execute(
            "INSERT INTO twinbase.capture_gap (relid, xid, reason, at) VALUES ($1, '5', 'loaded anew', $2)",
            *(relid, NOW - timedelta(days=150)),
        )
    await run_turn(office, NOW, TURNS_AN_HOUR, DEFAULTS)
    assert [row["relid"] for row in await office.fetch("SELECT relid FROM twinbase.capture_gap")] == [captured]
