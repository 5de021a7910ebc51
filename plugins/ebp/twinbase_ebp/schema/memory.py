"""What is remembered of each table from one load to the next, and what is said of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from twinbase.postgres import PostgresConnection
from twinbase_ebp.schema.drift import Copy, SchemaChange
from twinbase_ebp.schema.records import CHANNEL
from twinbase_ebp.schema.spec import TableSpec


@dataclass(frozen=True, slots=True)
class Remembered:
    """A table as it was. `fingerprint`: the source's when it was last looked at."""

    copy: Copy
    fingerprint: str
    backfill: bool
    gone: bool


class Memory:
    """The rows of `ebp.table_spec` and `ebp.event`. `connection`: asyncpg, whose transaction writes belong to."""

    def __init__(self, connection: PostgresConnection, now: datetime) -> None:
        self._connection, self._now = connection, now

    async def read_tables(self) -> dict[str, Remembered]:
        """All that is remembered, by name."""
        return await read_remembered(self._connection)

    async def keep(self, table: Remembered) -> None:
        spec, stale = json.dumps(msgspec.to_builtins(table.copy.spec)), json.dumps(dict(table.copy.stale))
        name = table.copy.spec.name
        await self._connection.execute(
            _KEEP, name, spec, stale, table.fingerprint, table.backfill, table.gone, self._now
        )

    async def say(self, changes: Sequence[SchemaChange]) -> None:
        """Write each down as an event, and wake those who listen."""
        for change in changes:
            details = json.dumps(dict(change.details), ensure_ascii=False)
            values = (self._now, change.table, change.kind, change.sentence, details, CHANNEL)
            await self._connection.fetchval(_SAY, *values)

    async def was_last_said(self, change: SchemaChange) -> bool:
        """Whether this is the last that was said of its table."""
        return bool(await self._connection.fetchval(_LAST, change.table) == change.sentence)

    async def note_backfilled(self, table: str) -> None:
        """Every row of the table was read again."""
        await self._connection.execute("UPDATE ebp.table_spec SET backfill = false WHERE name = $1", table)


async def read_remembered(connection: PostgresConnection) -> dict[str, Remembered]:
    """All that is remembered, by name; nothing in a database that was not set up for EBP."""
    if await connection.fetchval("SELECT to_regclass('ebp.table_spec')") is None:
        return {}
    return {row["name"]: _remembered(row) for row in await connection.fetch(_TABLES)}


def _remembered(row: Any) -> Remembered:
    spec = msgspec.convert(json.loads(row["spec"]), TableSpec)
    return Remembered(Copy(spec, json.loads(row["stale"])), row["fingerprint"], row["backfill"], row["gone"])


_TABLES = "SELECT name, spec::text AS spec, stale::text AS stale, fingerprint, backfill, gone FROM ebp.table_spec"
_KEEP = """
INSERT INTO ebp.table_spec (name, spec, stale, fingerprint, backfill, gone, seen_at)
VALUES ($1, $2::jsonb, $3::jsonb, $4, $5, $6, $7)
ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, stale = excluded.stale, fingerprint = excluded.fingerprint,
    backfill = excluded.backfill, gone = excluded.gone, seen_at = excluded.seen_at
"""
_SAY = """
WITH said AS (
    INSERT INTO ebp.event (at, table_name, kind, sentence, details) VALUES ($1, $2, $3, $4, $5::jsonb) RETURNING id
)
SELECT pg_notify($6, id::text) FROM said
"""
_LAST = "SELECT sentence FROM ebp.event WHERE table_name = $1 ORDER BY id DESC LIMIT 1"
