"""A server's database that follows a source: what tests of evolution do, in their words."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from tests.plugins.ebp.schema.conftest import SETTINGS, execute, reflected

from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.evolve import Evolved, evolve
from twinbase_ebp.schema.records import Event, TableRecord
from twinbase_ebp.settings import EbpSettings
from twinbase_server.database.tables import create_server_tables

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@dataclass
class Target:
    """The copy, and the source it follows."""

    source: str
    url: str
    connection: Any

    async def follow(self, settings: EbpSettings = SETTINGS, **options: Any) -> Evolved:
        """Reflect the source, and bring the copies to it."""
        found = await reflected(self.source, settings)
        return await evolve(self.connection, found, DenyList(settings.deny), NOW, **options)

    async def at_source(self, *statements: str) -> None:
        await execute(self.source, *statements)

    async def columns(self, table: str) -> dict[str, str]:
        """Names and types of the copy's columns."""
        rows = await self.connection.fetch(
            "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute"
            " WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            f'public."{table}"',
        )
        return {row["name"]: row["type"] for row in rows}

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.connection.fetch(query)]

    async def events(self) -> list[tuple[str, str]]:
        """(table, kind) of each, in order."""
        return [tuple(row) for row in await self.connection.fetch("SELECT table_name, kind FROM ebp.event ORDER BY id")]

    async def copy_rows(self, evolved: Evolved) -> None:
        """The plainest loader there is: every row of every table, upserted by key."""
        source = await asyncpg.connect(self.source)
        try:
            for spec in evolved.specs:
                names = ", ".join(f'"{column.name}"' for column in spec.columns)
                targets = ", ".join(f'"{column.target}"' for column in spec.columns)
                rows = [tuple(row) for row in await source.fetch(f'SELECT {names} FROM "{spec.name}"')]
                key = ", ".join(f'"{column.target}"' for column in spec.key_columns)
                values = ", ".join(f"${n}" for n in range(1, len(spec.columns) + 1))
                updates = ", ".join(f'"{c.target}" = excluded."{c.target}"' for c in spec.columns)
                insert = f'INSERT INTO public."{spec.target}" ({targets}) VALUES ({values})'
                if key:
                    await self.connection.executemany(f"{insert} ON CONFLICT ({key}) DO UPDATE SET {updates}", rows)
                else:
                    await self.connection.execute(f'DELETE FROM public."{spec.target}"')
                    await self.connection.executemany(insert, rows)
        finally:
            await source.close()


@asynccontextmanager
async def following(source: str, url: str) -> AsyncIterator[Target]:
    await create_server_tables(url, [TableRecord, Event])
    connection = await asyncpg.connect(url)
    try:
        yield Target(source, url, connection)
    finally:
        await connection.close()


def details(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text)
    return loaded
