"""Rows of NinjaOne on their way into the database: only those that differ are written, and each may arrive twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Table, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.tables import Fetched, SyncCursor, table_of

ROWS_AT_ONCE = 1000
WRITTEN_IN_FULL = 1e16
"""From here on Python writes a float with an exponent, which PostgreSQL writes out: it is a whole number then."""
FEW = 5
"""So many rows may be missing from a list whatever their share: a list of three forms may become one of one."""


async def keep(connection: AsyncConnection, model: type[Fetched], rows: Iterable[NinjaRow]) -> int:
    """How many rows were new or differed; only they are written. A row without `deleted_at` is there (again)."""
    table = table_of(model)
    key = _key(table)
    wanted = {row[key.name]: _as_kept({"deleted_at": None, **row}) for row in rows}
    written = 0
    for ids in _chunks(list(wanted)):
        known = await _known(connection, table, ids)
        differing = [wanted[one] for one in ids if known.get(one) != wanted[one]]
        await _write(connection, table, differing)
        written += len(differing)
    return written


@dataclass(frozen=True, slots=True)
class Missing:
    """What a list did not hold any more. `believed`: whether they were marked; too many at once are not believed."""

    rows: int
    believed: bool


async def mark_missing(
    connection: AsyncConnection,
    model: type[Fetched],
    present: set[Any],
    now: datetime,
    share_max: float = 1.0,
    *,
    among: ColumnElement[bool] | None = None,
) -> Missing:
    """Mark the rows that a whole list did not hold as deleted, unless so many are missing that the list is doubted.

    `among`: the rows that the list is of, where it is not of all of them.
    """
    table = table_of(model)
    key = _key(table)
    wanted = select(key).where(table.c.deleted_at.is_(None), true() if among is None else among)
    live = set(await connection.scalars(wanted))
    missing = live - present
    nothing_came = not present and share_max < 1.0
    if nothing_came or (len(missing) > FEW and len(missing) > share_max * len(live)):
        return Missing(len(missing), believed=not missing)
    for ids in _chunks(list(missing)):
        await connection.execute(update(table).where(key.in_(ids)).values(deleted_at=now))
    return Missing(len(missing), believed=True)


async def read_cursor(connection: AsyncConnection, resource: str) -> SyncCursor:
    """How far a resource has come; an empty one before its first run."""
    table = table_of(SyncCursor)
    row = (await connection.execute(select(table).where(table.c.resource == resource))).mappings().first()
    return SyncCursor(**row) if row else SyncCursor(resource=resource)


async def keep_cursor(connection: AsyncConnection, moved: SyncCursor) -> None:
    """Keep a cursor, in the transaction of what it stands for; one that did not move is not written."""
    values = moved.model_dump()
    if (await read_cursor(connection, moved.resource)).model_dump() != values:
        await _write(connection, table_of(SyncCursor), [values])


def _as_kept(value: Any) -> Any:
    """JSON as PostgreSQL gives it back: 1e23 is 100000000000000000000000 there, which no double is equal to."""
    if isinstance(value, float) and WRITTEN_IN_FULL <= abs(value) < inf:
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {name: _as_kept(inner) for name, inner in value.items()}
    return [_as_kept(inner) for inner in value] if isinstance(value, list) else value


def _key(table: Table) -> Any:
    (key,) = table.primary_key.columns
    return key


async def _known(connection: AsyncConnection, table: Table, ids: Sequence[Any]) -> Mapping[Any, NinjaRow]:
    key = _key(table)
    rows = (await connection.execute(select(table).where(key.in_(ids)))).mappings()
    return {row[key.name]: dict(row) for row in rows}


async def _write(connection: AsyncConnection, table: Table, rows: Sequence[NinjaRow]) -> None:
    if not rows:
        return
    statement = insert(table)
    key = _key(table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column is not key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed), list(rows))


def _chunks(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield ids[start : start + ROWS_AT_ONCE]
