"""Which of the deliveries that were sent have come back: EBP's row, as the loader copied it, says what they said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from twinbase.delivery import Delivered, Waiting
from twinbase.source import Run
from twinbase_ebp.delivering.alike import alike
from twinbase_ebp.delivering.columns import ENTITIES, Entity
from twinbase_ebp.delivering.copies import Copies, Row
from twinbase_ebp.delivering.linking import link
from twinbase_ebp.delivering.ready import Ready, make_ready
from twinbase_ebp.settings import EbpSettings

IS_THERE = "It is in EBP."
OVERTAKEN = "A later change of the same columns is in EBP."
NUMBERS = {"StockDocument": "DocumentNumber", "Incident": "Id", "CustomerProduct": "Id"}


class ComeBack:
    """Looks at the copies in schema `public`."""

    def __init__(self, settings: EbpSettings) -> None:
        self._settings = settings

    async def __call__(self, sent: Sequence[Waiting], run: Run) -> Sequence[Delivered]:
        """Those that have come back; of the others nothing is said."""
        import asyncpg  # not on a device

        connection = await asyncpg.connect(run.database_url)
        try:
            ready, _ = await make_ready(sent, connection, self._settings)
            looking = Looking(Copies(connection))
            return [*await self._updated(ready, looking), *await self._created(ready, looking, connection)]
        finally:
            await connection.close()

    async def _created(self, ready: Sequence[Ready], looking: "Looking", connection: Any) -> list[Delivered]:
        back = []
        for one in ready:
            if one.entry.operation == "create" and (row := await looking.find(one)):
                await link(connection, one, row)
                number = row.get(NUMBERS.get(one.entry.entity, ""))
                said = f"It is in EBP: {number}." if number else IS_THERE
                back.append(Delivered(one.waiting.id, "acknowledged", said))
        return back

    async def _updated(self, ready: Sequence[Ready], looking: "Looking") -> list[Delivered]:
        """Newest first: what a later change of the row has overwritten counts as come back when that one has."""
        back: list[Delivered] = []
        seen: dict[tuple[str, str], set[str]] = {}
        updates = [one for one in ready if one.entry.operation == "update" and one.entry.key]
        rows = await looking.standing(updates)
        for one in reversed(updates):
            place = (one.entry.entity, str(one.entry.key))
            later = seen.setdefault(place, set())
            row = rows.get(place)
            if row is not None and (said := _says(one, row, later)):
                back.append(Delivered(one.waiting.id, "acknowledged", said))
                later.update(one.entry.values)
        return back


def _says(one: Ready, row: Row, later: set[str]) -> str:
    """The sentence when the row says what the entry said; nothing when it does not, or when it cannot tell."""
    kinds = one.entity.columns
    told = [name for name in one.entry.values if name in row and kinds[name] != "rich"]
    same = {name for name in told if alike(one.entry.values[name], row[name], kinds[name])}
    if not told or not all(name in same or name in later for name in told):
        return ""
    return IS_THERE if len(same) == len(told) else OVERTAKEN


def is_it(one: Ready, row: Row) -> bool:
    """Whether a row of EBP's is what an entry was to make of it."""
    entry, kinds = one.entry, one.entity.columns
    if entry.operation == "update" or (one.entity.keeps_id and str(row.get("Id", "")).lower() == entry.key):
        told = [name for name in entry.values if name in row]
        same = str(row.get("Id", "")).upper() == str(entry.key).upper()
        return same and bool(told) and all(alike(entry.values[name], row[name], kinds[name]) for name in told)
    for names in one.entity.found_by:
        if all(name in row and entry.values.get(name) is not None for name in names):
            return _matches(entry.values, row, names, one.entity)
    return False


class Looking:
    """Finds rows in the copies."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    async def standing(self, updates: Sequence[Ready]) -> dict[tuple[str, str], Row]:
        """The rows that were to be changed, as they are now, by entity and key."""
        found: dict[tuple[str, str], Row] = {}
        for entity in {one.entry.entity for one in updates}:
            keys = [str(one.entry.key) for one in updates if one.entry.entity == entity]
            rows = await self._copies.by_key(entity, "Id", keys, ENTITIES[entity].columns)
            found |= {(entity, key): row for key, row in rows.items()}
        return found

    async def find(self, one: Ready) -> Row | None:
        """The row that EBP has made of this; None while there is none, or when several could be it."""
        entry, entity = one.entry, one.entity
        wanted = ["Id", *entity.columns, *filter(None, [NUMBERS.get(entry.entity)])]
        if entity.keeps_id and entry.key:
            kept = await self._copies.rows(entry.entity, "Id", [entry.key], wanted)
            if kept:
                return kept[0]
        there = await self._copies.columns(entry.entity)
        for names in entity.found_by:
            if all(name in there and entry.values.get(name) is not None for name in names):
                rows = await self._copies.rows(entry.entity, names[0], [str(entry.values[names[0]])], wanted)
                mine = [row for row in rows if _matches(entry.values, row, names, entity)]
                mine = [row for row in mine if await self._has_lines(one, row)]
                return mine[0] if len(mine) == 1 else None
        return None

    async def _has_lines(self, one: Ready, row: Row) -> bool:
        """Whether a document has the lines that were handed over: as much of each product."""
        entity = one.entity
        if one.entry.entity != "StockDocument":
            return True
        rows = await self._copies.rows(entity.line_table, entity.parent, [str(row["Id"])], ["ItemId", "Quantity"])
        return _amounts(rows) >= _amounts(one.entry.lines)


def _matches(values: Mapping[str, Any], row: Row, names: Sequence[str], entity: Entity) -> bool:
    return all(alike(values[name], row.get(name), entity.columns[name]) for name in names)


def _amounts(lines: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """How many lines there are of a product and a quantity; whichever way EBP signs what goes out."""
    return Counter(
        (str(line["ItemId"]).strip().upper(), f"{abs(float(line['Quantity'] or 0)):.3f}")
        for line in lines
        if line.get("ItemId")
    )
