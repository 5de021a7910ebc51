"""What a server does by itself: its tables do not grow for ever, and no device is harmed."""

from datetime import UTC, datetime, timedelta

from tests.server.watched import DEFAULTS, watched_customers

from twinbase_server.feed import generation
from twinbase_server.feed.schemas import SCHEMAS_STORED_MAX
from twinbase_server.housekeeping import TURNS_AN_HOUR, run_turn

NOW = datetime(2030, 1, 1, tzinfo=UTC)


async def test_tombstones_go_once_an_hour_when_they_are_old_enough(database_url: str) -> None:
    async with watched_customers(database_url) as db:
        await db.execute("INSERT INTO customer (id) VALUES (1)")
        await db.execute("DELETE FROM customer")
        assert await run_turn(db, NOW, 1, DEFAULTS) == 0
        assert await run_turn(db, NOW + timedelta(days=89), TURNS_AN_HOUR, DEFAULTS) == 0
        assert await run_turn(db, NOW + timedelta(days=91), TURNS_AN_HOUR + 1, DEFAULTS) == 0
        assert await run_turn(db, NOW + timedelta(days=91), 2 * TURNS_AN_HOUR, DEFAULTS) == 1


async def test_of_the_schemas_that_devices_told_the_newest_are_kept(database_url: str) -> None:
    """Anybody who is signed in may tell as many as he likes; one that is forgotten is asked for again."""
    async with watched_customers(database_url) as db:
        await db.executemany(
            "INSERT INTO twinbase.device_schema (fingerprint, twins, at) VALUES ($1, '{}', $2)",
            [(f"{number:016}", NOW + timedelta(seconds=number)) for number in range(SCHEMAS_STORED_MAX + 3)],
        )
        await run_turn(db, NOW, TURNS_AN_HOUR, DEFAULTS)
        kept = await db.fetch("SELECT fingerprint FROM twinbase.device_schema ORDER BY at")
        assert [int(row["fingerprint"]) for row in kept] == list(range(3, SCHEMAS_STORED_MAX + 3))


async def test_every_turn_leaves_a_mark_in_the_history(database_url: str) -> None:
    async with watched_customers(database_url) as db:
        for minute in range(3):
            await run_turn(db, NOW + timedelta(minutes=minute), 1, DEFAULTS)
        assert await db.fetchval("SELECT count(*) FROM twinbase.salt WHERE at >= $1", NOW) == 3


async def test_a_server_that_runs_while_its_standby_is_promoted_begins_another_generation(database_url: str) -> None:
    """Nobody restarts it: its connections were cut, and the next ones lead to the other PostgreSQL."""
    async with watched_customers(database_url) as db:
        first = await generation.start(db, NOW)
        await run_turn(db, NOW + timedelta(minutes=1), 1, DEFAULTS)
        assert (await generation.read_generation(db)).id == first.id
        await db.execute("UPDATE twinbase.generation SET timeline = timeline - 1")
        await run_turn(db, NOW + timedelta(minutes=2), 1, DEFAULTS)
        second = await generation.read_generation(db)
        await run_turn(db, NOW + timedelta(minutes=3), 1, DEFAULTS)
        assert first.id != second.id == (await generation.read_generation(db)).id
