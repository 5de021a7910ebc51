"""What a batch needs to know to be put in EBP's words: its rows as they are now, and EBP's keys of what they name."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from twinbase.delivery import AppliedMutation
from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering.entry import KeyReference
from twinbase_mobile import tables as mobile

_TABLES = [getattr(getattr(mobile, name), "__table__", None) for name in mobile.__all__]
TABLES: Mapping[str, Table] = {table.name: table for table in _TABLES if table is not None}
MobileRow = Mapping[str, Any]
Origins = Mapping[tuple[str, UUID], tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a batch did to one row: the columns that it wrote, and its last mutation, which carries the delivery."""

    applied: AppliedMutation
    id: UUID
    is_new: bool
    columns: frozenset[str]

    @property
    def table(self) -> str:
        return self.applied.twin


@dataclass(frozen=True, slots=True)
class KnownRows:
    """The rows of `mobile` that were read, and where the rows that they name come from."""

    rows: Mapping[str, Mapping[UUID, MobileRow]]
    origins: Origins

    def row_of(self, change: RowChange) -> MobileRow:
        return self.rows[change.table][change.id]

    def add_origins(self, more: Origins) -> "KnownRows":
        """Where rows come from that others name, which were not changed themselves."""
        return replace(self, origins={**self.origins, **more})

    def key_of(self, table: str, id: UUID | None, source: str) -> Any:
        """EBP's key of a row of `mobile` that comes from `source`; a KeyReference while EBP has not given it one."""
        table_of, key = self.origins.get((table, id), ("", None)) if id else ("", None)
        if table_of is None:
            return KeyReference(table, str(id))
        return key if table_of == source else None


def changes_of(applied: Sequence[AppliedMutation]) -> list[RowChange]:
    """One for each row that is still there, in the order of their last mutations."""
    found: dict[tuple[str, Any], RowChange] = {}
    for one in applied:
        position = (one.twin, one.key)
        before = found.pop(position, None)
        if one.twin in TABLES and one.operation != "delete":
            columns = frozenset(one.values) | (before.columns if before else frozenset())
            is_new = one.operation == "insert" or bool(before and before.is_new)
            found[position] = RowChange(one, UUID(str(one.key[0])), is_new, columns)
    return list(found.values())


async def read(changed: Iterable[RowChange], connection: PostgresConnection) -> KnownRows:
    """One query for each table that was changed, and one for each table that its rows name."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for change in changed:
        ids[change.table].append(change.id)
    rows = {table: await rows_of(connection, table, "id", wanted) for table, wanted in ids.items()}
    by_id = {table: {row["id"]: row for row in found} for table, found in rows.items()}
    return KnownRows(by_id, await read_origins(connection, rows))


async def rows_of(connection: PostgresConnection, table: str, column: str, ids: Sequence[UUID]) -> list[MobileRow]:
    """Rows of a table of `mobile`, in the order of their ids."""
    query = f'SELECT * FROM "{mobile.SCHEMA}"."{table}" WHERE "{column}" = ANY ($1) ORDER BY id'
    return [_row(row) for row in await connection.fetch(query, list(ids))] if ids else []


def _row(row: Any) -> MobileRow:
    """JSON comes as text over a connection that was told nothing of it."""
    lists = {name: json.loads(value) for name, value in row.items() if name in _LISTS and isinstance(value, str)}
    return {**row, **lists}


_LISTS = ("equipment_ids", "items")


async def read_origins(connection: PostgresConnection, rows: Mapping[str, Sequence[MobileRow]]) -> Origins:
    """Where these rows, and those that they name, come from: `source_table` and `source_id`, by table and id."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for table, found in rows.items():
        for row in found:
            for target, id in named_rows(table, row):
                wanted[target].add(id)
    found_at = {}
    for table, ids in wanted.items():
        query = f'SELECT id, source_table, source_id FROM "{mobile.SCHEMA}"."{table}" WHERE id = ANY ($1)'
        for record in await connection.fetch(query, list(ids)):
            found_at[table, record["id"]] = (record["source_table"], record["source_id"])
    return found_at


def named_rows(table: str, row: MobileRow) -> Iterable[tuple[str, UUID]]:
    """The rows that a row names, and itself, as far as they may come from EBP."""
    if "source_id" in TABLES[table].c:
        yield table, row["id"]
    for key in TABLES[table].foreign_keys:
        target, value = key.column.table, row[key.parent.name]
        if value is not None and "source_id" in target.c:
            yield target.name, value
    for id in row.get("equipment_ids") or ():
        yield "customer_equipment", UUID(str(id))
