"""What a row says of its content, in a column of its own: written as any program writes it, and capture sees it."""

import logging
from collections.abc import Iterable

import asyncpg

from twinbase.attachment import STORED, Attachment
from twinbase.registry import Twin
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.files.bounded import Borrow, bounded_transaction
from twinbase_server.files.named import attached_sql, hash_sql, row_is_sql, row_key_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import column_sql, table_sql

SAID_MAX = 200
"""Rows of one column that are tried again in a turn."""
_log = logging.getLogger(__name__)


async def say_state(connection: Connection, twin: Twin, column: str, row_key: str, sha256: str, state: str) -> bool:
    """Inside a transaction: write the state's column, if the mirror has one. What is stored stays so.

    Answers whether the row is there, and names the hash. A row that does not take its state, for a trigger or a rule of
    the customer's that forbids it, has its content all the same: `say_again` tries it later.
    """
    attachment = twin.attachments[column]
    row = await connection.fetchrow(_lock_sql(twin, attachment), row_key, sha256)
    if row is None:
        return False
    if attachment.state and row["state"] not in (state, STORED):
        await _write_state(connection, twin, attachment, row_key, state)
    return True


async def _write_state(connection: Connection, twin: Twin, attachment: Attachment, row_key: str, state: str) -> None:
    """Whatever the statement ends in but for a lost connection ends nothing else: it is tried again by the hour."""
    try:
        async with connection.transaction():
            await connection.execute(_state_sql(twin, attachment), row_key, state)
    except asyncpg.PostgresError as error:
        if connection.is_closed():
            raise
        _log.warning(
            "A row of %s does not take the state of its content (%s); it is tried again.", twin.name, error.sqlstate
        )


async def say_again(borrow: Borrow, twins: Iterable[Twin], settings: Settings) -> None:
    """Rows that have their content and do not say so: one that refused it, or was loaded anew with what it said before.

    Some of each column at each turn, whichever it may be, so that those which never take it keep no other from it.
    """
    for twin in twins:
        for column, attachment in twin.attachments.items():
            if attachment.state:
                await _say_column(borrow, twin, column, settings)


async def _say_column(borrow: Borrow, twin: Twin, column: str, settings: Settings) -> None:
    try:
        async with borrow() as connection:
            async with bounded_transaction(connection, settings):
                unsaid = await connection.fetch(_unsaid_sql(twin, twin.attachments[column]), STORED, SAID_MAX)
            for row in unsaid:
                async with bounded_transaction(connection, settings):
                    await say_state(connection, twin, column, row["row_key"], row["sha256"], STORED)
    except DATABASE_ERRORS:
        _log.warning("What rows of %s say of their content could not be looked at.", twin.name, exc_info=True)


def _unsaid_sql(twin: Twin, attachment: Attachment) -> str:
    table = table_sql(twin.table)
    return (
        f"SELECT {row_key_sql(twin, table)} AS row_key, a.sha256 FROM {table}"
        f" JOIN twinbase.attached a ON {attached_sql(twin, attachment, table)}"
        f" WHERE {_said_sql(twin, attachment, table)} IS DISTINCT FROM $1 ORDER BY random() LIMIT $2"
    )


def _lock_sql(twin: Twin, attachment: Attachment) -> str:
    table = table_sql(twin.table)
    state = _said_sql(twin, attachment, table) if attachment.state else "''"
    return (
        f"SELECT {state} AS state FROM {table} WHERE {row_is_sql(twin, table, '$1')}"
        f" AND {hash_sql(attachment, table)} = $2 FOR NO KEY UPDATE"
    )


def _said_sql(twin: Twin, attachment: Attachment, table: str) -> str:
    return f"({twin.codecs[attachment.state].to_wire_sql(column_sql(attachment.state, table))})::text"


def _state_sql(twin: Twin, attachment: Attachment) -> str:
    table = table_sql(twin.table)
    return (
        f"UPDATE {table} SET {column_sql(attachment.state)} ="
        f" {twin.codecs[attachment.state].from_wire_sql('$2::text')} WHERE {row_is_sql(twin, table, '$1')}"
    )
