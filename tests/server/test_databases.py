"""Each test has a database of its own."""

from urllib.parse import urlsplit

import asyncpg


async def test_a_database_starts_empty_and_is_ours_alone(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT current_database()") == urlsplit(database_url).path[1:]
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        await connection.execute("CREATE TABLE left_behind ()")
    finally:
        await connection.close()
