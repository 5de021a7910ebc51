"""Which row of EBP is the one that an entry was to make or to change."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.columns import ENTITIES, Entity
from twinbase_ebp.delivering.compare_values import is_alike
from twinbase_ebp.delivering.copies import Copies, CopyRow
from twinbase_ebp.delivering.make_ready import Ready
from twinbase_ebp.links import LINKED
from twinbase_mobile.tables import SCHEMA

NUMBERS = {
    "StockDocument": "DocumentNumber",
    "Incident": "Id",
    "CustomerProduct": "Id",
    "ScheduleEvent": "ScheduleEventNumber",
}
"""What people call a new row in EBP."""


def is_result(one: Ready, row: CopyRow) -> bool:
    """Whether a row of EBP's is what an entry was to make of it."""
    entry, kinds = one.entry, one.entity.columns
    if entry.operation == "update" or (one.entity.keeps_id and str(row.get("Id", "")).lower() == entry.key):
        compared = [name for name in entry.values if name in row]
        same = str(row.get("Id", "")).upper() == str(entry.key).upper()
        return (
            same and bool(compared) and all(is_alike(entry.values[name], row[name], kinds[name]) for name in compared)
        )
    for names in one.entity.found_by:
        if all(name in row and entry.values.get(name) is not None for name in names):
            return _matches(entry.values, row, names, one.entity)
    return False


class RowFinder:
    """Finds rows in the copies."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    async def find_updated(self, updates: Sequence[Ready]) -> dict[tuple[str, str], CopyRow]:
        """The rows that were to be changed, as they are now, by entity and key."""
        found: dict[tuple[str, str], CopyRow] = {}
        for entity in {one.entry.entity for one in updates}:
            keys = [str(one.entry.key) for one in updates if one.entry.entity == entity]
            rows = await self._copies.read_by_key(entity, "Id", keys, ENTITIES[entity].columns)
            found |= {(entity, key): row for key, row in rows.items()}
        return found

    async def find(self, one: Ready) -> CopyRow | None:
        """The row that EBP has made of this; None while there is none, or when several could be it."""
        entry, entity = one.entry, one.entity
        if entity.keeps_id and entry.key:
            wanted = ["Id", *entity.columns, *filter(None, [NUMBERS.get(entry.entity)])]
            kept = await self._copies.read_rows(entry.entity, "Id", [entry.key], wanted)
            if kept:
                return kept[0]
        mine = [row for row in await self.find_alike(one) if await self._has_lines(one, row)]
        mine = await self._free(one, mine)
        return mine[0] if len(mine) == 1 else None

    async def find_alike(self, one: Ready) -> list[CopyRow]:
        """The rows that look like what this makes, by the columns that a new row of its entity is known again by."""
        entry, entity = one.entry, one.entity
        wanted = ["Id", *entity.columns, *filter(None, [NUMBERS.get(entry.entity)])]
        there = await self._copies.read_columns(entry.entity)
        for names in entity.found_by:
            if all(name in there and entry.values.get(name) is not None for name in names):
                rows = await self._copies.read_rows(entry.entity, names[0], [str(entry.values[names[0]])], wanted)
                return [row for row in rows if _matches(entry.values, row, names, entity)]
        return []

    async def _free(self, one: Ready, rows: Sequence[CopyRow]) -> list[CopyRow]:
        """Without those that are another row already: of a device, or one that EBP had before this was handed over."""
        if one.entry.entity not in LINKED or not rows:
            return list(rows)
        before = await self._copies.connection.fetchval(_BEFORE, one.waiting.id)
        # Where nobody has noted what EBP had before: what is projected was there.
        query = _TAKEN.format(schema=SCHEMA, table=one.entry.table)
        keys = [str(row["Id"]) for row in rows]
        of_device = (one.entry.table, before is not None)
        others = await self._copies.connection.fetch(query, one.entry.entity, keys, UUID(one.entry.id), *of_device)
        taken = {row["source_id"] for row in others} | set(json.loads(before)["Id"] if before else ())
        return [row for row in rows if str(row["Id"]) not in taken]

    async def _has_lines(self, one: Ready, row: CopyRow) -> bool:
        """Whether a document has the lines that were handed over: as much of each product."""
        entity = one.entity
        if one.entry.entity != "StockDocument":
            return True
        rows = await self._copies.read_rows(entity.line_table, entity.parent, [str(row["Id"])], ["ItemId", "Quantity"])
        return _amounts(rows) >= _amounts(one.entry.lines)


def _matches(values: Mapping[str, Any], row: CopyRow, names: Sequence[str], entity: Entity) -> bool:
    return all(is_alike(values[name], row.get(name), entity.columns[name]) for name in names)


def _amounts(lines: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """How many lines there are of a product and a quantity; whichever way EBP signs what goes out."""
    return Counter(
        (str(line["ItemId"]).strip().upper(), f"{abs(float(line['Quantity'] or 0)):.3f}")
        for line in lines
        if line.get("ItemId")
    )


_BEFORE = "SELECT before::text FROM ebp.exported_file WHERE delivery = $1 AND before ? 'Id'"
_TAKEN = """
SELECT m.source_id FROM "{schema}"."{table}" m
WHERE m.source_table = $1 AND m.source_id = ANY ($2) AND m.id <> $3 AND (NOT $5 OR EXISTS (
    SELECT FROM twinbase.deliveries d
    WHERE d.destination = 'ebp' AND d.twin = $4 AND d.row_key = m.id::text AND starts_with(d.action, 'create ')
))
"""
