"""A row that names content, as one identity sees it: the engine's own scope, asked about this one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import or_

from twinbase.attachment import Attachment
from twinbase.clock import cut_to_hour
from twinbase.identity import Identity
from twinbase.registry import Registry, Twin
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import ALTERED
from twinbase_server.problems import ProblemError
from twinbase_server.sql.names import column_sql, quote_literal, table_sql
from twinbase_server.sql.scope import Condition, compile_condition, compile_part

NOTHING_THERE = "There is no such row with content, or it is not yours to see."
"""Of a row that is not there, of another's, of one without content, of content that has not come: one answer."""


@dataclass(frozen=True, slots=True)
class ContentSlot:
    """A column of a row that may name content. `key`: in wire form."""

    twin: Twin
    attachment: Attachment
    key: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class NamedContent:
    """What a row says of its content, and what the server has of it.

    `row_key`: the key as these tables hold it. `arrived`: the row was given the content that it names; what follows is
    of that content then.
    """

    row_key: str
    sha256: str | None
    said_size: int | None
    arrived: bool
    size: int | None
    media_type: str | None
    object: str | None
    preview: str | None


def find_slot(registry: Registry, twin: str, column: str, key: Any) -> ContentSlot:
    """The slot that a request names; raises `not-found` for what can be none."""
    attachment = registry[twin].attachments.get(column) if twin in registry else None
    if attachment is None or not isinstance(key, list) or not _fits(registry[twin], key):
        raise ProblemError("not-found", NOTHING_THERE)
    return ContentSlot(registry[twin], attachment, tuple(key))


def _fits(twin: Twin, key: list[Any]) -> bool:
    return len(key) == len(twin.key) and all(
        value is not None and not twin.codecs[column].check_wire(value)
        for column, value in zip(twin.key, key, strict=True)
    )


async def find_named(
    connection: Connection, slot: ContentSlot, identity: Identity, now: datetime, *, brought: str | None = None
) -> NamedContent | None:
    """What the row names; None when it is not there, or not in the identity's scope. One statement in any case.

    `brought`: it is asked by whoever brings content, and says of which hash that is; "" where he does not say it. That
    may be done late as well, where the row could be, and by the account that has made the row and sees it no more, as
    long as the row names that hash. Raises ClaimMissing, as every answer about rows does, and the problem of claims
    that cannot be read.
    """
    to_give = brought is not None
    condition = giving_condition(slot.twin) if to_give else compile_condition(slot.twin)
    bound = [*condition.bind(identity, cut_to_hour(now)), *key_texts(slot.key)]
    bound += [identity.subject, brought] if to_give else []
    statement = _find_sql(slot.twin, slot.attachment.column, to_give)
    try:
        row = await connection.fetchrow(statement, *bound)
    except asyncpg.DataError as error:
        said = f"A claim in the scope of {slot.twin.name} cannot be read as its column's type."
        raise ProblemError("claim-missing", said) from error
    except ALTERED as error:
        raise ProblemError("too-busy", f"The table of {slot.twin.name} was altered this moment.") from error
    return None if row is None else NamedContent(**row)


@lru_cache(maxsize=1024)
def giving_condition(twin: Twin) -> Condition:
    """Whose content somebody may bring: of the rows in scope, and of those that may come late."""
    if not twin.mirror.late or twin.predicate is None or twin.formerly is None:
        return compile_condition(twin)
    return compile_part(twin, or_(twin.predicate, twin.formerly))


@lru_cache(maxsize=1024)
def _find_sql(twin: Twin, column: str, to_give: bool) -> str:
    table, attachment = table_sql(twin.table), twin.attachments[column]
    condition = giving_condition(twin) if to_give else compile_condition(twin)
    said_size = column_sql(attachment.size, table) if attachment.size else "NULL"
    first, may = len(condition.names) + 1, condition.sql
    if to_give:
        may = f"({condition.sql} OR {_made_sql(twin, attachment, table, first + len(twin.key))})"
    return (
        f"SELECT {row_key_sql(twin, table)} AS row_key, {hash_sql(attachment, table)} AS sha256,"
        f" {said_size}::bigint AS said_size, a.sha256 IS NOT NULL AS arrived,"
        f" c.size, c.media_type, c.object, c.preview FROM {table}"
        f" LEFT JOIN twinbase.attached a ON {attached_sql(twin, attachment, table)}"
        " LEFT JOIN twinbase.content c ON c.sha256 = a.sha256"
        f" WHERE {key_is_sql(twin, table, first)} AND {may}"
    )


def _made_sql(twin: Twin, attachment: Attachment, table: str, first: int) -> str:
    """SQL: the account of the parameter with this number has made the row, and it names the hash of the next one. By
    the ledger, as long as that remembers it, and by its index of new rows."""
    return (
        f"({hash_sql(attachment, table)} = ${first + 1} AND EXISTS (SELECT FROM twinbase.ledger l"
        f" JOIN twinbase.replica r ON r.id = l.replica WHERE l.op = 'insert' AND l.key = {row_key_sql(twin, table)}"
        f" AND l.twin = {quote_literal(twin.name)} AND l.status IN ('applied', 'merged') AND r.account = ${first}))"
    )


def attached_sql(twin: Twin, attachment: Attachment, table: str) -> str:
    """SQL: `a` says that the row of the table was given the content that it names."""
    return (
        f"a.twin = {quote_literal(twin.name)} AND a.column_name = {quote_literal(attachment.column)}"
        f" AND a.row_key = {row_key_sql(twin, table)} AND a.sha256 = {hash_sql(attachment, table)}"
    )


def hash_sql(attachment: Attachment, table: str) -> str:
    return f"{column_sql(attachment.column, table)}::text"


def row_key_sql(twin: Twin, table: str) -> str:
    """SQL: the key of a row as one text, as the ledger holds it; always the same for the same row."""
    parts = (f"to_json({twin.codecs[name].to_wire_sql(column_sql(name, table))})::text" for name in twin.key)
    joined = " || ',' || ".join(parts)
    return f"('[' || {joined} || ']')"


def key_is_sql(twin: Twin, table: str, first: int) -> str:
    """SQL: the key is that of the parameters from the one with this number on, as `key_texts` gives them."""
    return " AND ".join(
        f"{column_sql(name, table)} = {twin.codecs[name].from_wire_sql(f'${first + i}::text')}"
        for i, name in enumerate(twin.key)
    )


def row_is_sql(twin: Twin, table: str, row_key: str) -> str:
    """SQL: the key is that of a text, as `row_key_sql` gives it."""
    return " AND ".join(
        f"{column_sql(name, table)} = {twin.codecs[name].from_wire_sql(f'({row_key}::json ->> {i})')}"
        for i, name in enumerate(twin.key)
    )


def key_texts(key: Sequence[Any]) -> list[str]:
    """The values of a key as PostgreSQL reads them."""
    return [value if isinstance(value, str) else msgspec.json.encode(value).decode() for value in key]
