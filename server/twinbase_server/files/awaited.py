"""Rows whose content has not come: since when that is known, and on whose device it is."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twinbase.registry import Twin
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.files.bounded import Borrow, bounded_transaction
from twinbase_server.files.named import attached_sql, hash_sql, row_is_sql, row_key_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import quote_literal, table_sql

SHOWN_MAX = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttachmentStatus:
    """What there is, what is on its way, and what does not come. `overdue`: the rows, the oldest first."""

    contents: int
    bytes: int
    uploads: int
    awaited: int
    overdue_count: int
    overdue: list[dict[str, Any]]


async def note_awaited(borrow: Borrow, twins: Iterable[Twin], settings: Settings, now: datetime) -> None:
    """Look through the tables that devices write: which rows name content that they were never given. One that cannot
    be read at the moment is left for the next time."""
    for twin in twins:
        if twin.pushes and twin.attachments:
            try:
                async with borrow() as connection, bounded_transaction(connection, settings):
                    await _note_twin(connection, twin, now)
            except DATABASE_ERRORS:
                _log.warning("The table of %s could not be looked at; it is tried again.", twin.name, exc_info=True)


async def _note_twin(connection: Connection, twin: Twin, now: datetime) -> None:
    for column in twin.attachments:
        await connection.execute(_note_sql(twin, column), now)
        await connection.execute(_unsay_sql(twin, column))


def _note_sql(twin: Twin, column: str) -> str:
    table, attachment = table_sql(twin.table), twin.attachments[column]
    digits = hash_sql(attachment, table)
    return (
        "INSERT INTO twinbase.awaited (twin, column_name, row_key, sha256, since)"
        f" SELECT {quote_literal(twin.name)}, {quote_literal(column)}, {row_key_sql(twin, table)}, {digits}, $1"
        f" FROM {table} WHERE {digits} ~ '^[0-9a-f]{{64}}$'"
        f" AND NOT EXISTS (SELECT FROM twinbase.attached a WHERE {attached_sql(twin, attachment, table)})"
        " ON CONFLICT DO NOTHING"
    )


def _unsay_sql(twin: Twin, column: str) -> str:
    """Of a row that is gone, or names something else."""
    table = table_sql(twin.table)
    return (
        f"DELETE FROM twinbase.awaited w WHERE w.twin = {quote_literal(twin.name)}"
        f" AND w.column_name = {quote_literal(column)} AND NOT EXISTS (SELECT FROM {table}"
        f" WHERE {row_is_sql(twin, table, 'w.row_key')} AND {hash_sql(twin.attachments[column], table)} = w.sha256)"
    )


async def read_attachment_status(connection: Connection, settings: Settings, now: datetime) -> AttachmentStatus:
    """As it stands; what is awaited, as it was at the last turn of the house."""
    since = now - timedelta(hours=settings.files_overdue_hours)
    row = await connection.fetchrow(_COUNTS, now, since)
    assert row is not None
    overdue = await connection.fetch(_OVERDUE, since, SHOWN_MAX)
    return AttachmentStatus(**row, overdue=[dict(one) for one in overdue])


_COUNTS = """
SELECT c.contents, c.bytes, u.uploads, w.awaited, w.overdue_count
FROM (SELECT count(*) AS contents, coalesce(sum(size), 0)::bigint AS bytes FROM twinbase.content) c,
    (SELECT count(*) AS uploads FROM twinbase.upload WHERE received < size AND expires_at > $1) u,
    (SELECT count(*) AS awaited, count(*) FILTER (WHERE since <= $2) AS overdue_count FROM twinbase.awaited) w
"""
# The device is the last that wrote the row, as far as the ledger remembers.
_OVERDUE = """
SELECT w.twin, w.column_name AS column, w.row_key AS key, w.sha256, w.since, d.account, d.device_name AS device
FROM (SELECT * FROM twinbase.awaited WHERE since <= $1 ORDER BY since, twin, row_key LIMIT $2) w
LEFT JOIN LATERAL (
    SELECT r.account, r.device_name FROM twinbase.ledger l JOIN twinbase.replica r ON r.id = l.replica
    WHERE l.twin = w.twin AND l.key = w.row_key AND l.op = 'insert' ORDER BY l.wrote_at DESC LIMIT 1
) d ON true
ORDER BY w.since, w.twin, w.row_key
"""
