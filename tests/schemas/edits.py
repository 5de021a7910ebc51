"""What a person does on a device in any table, and what he typed: to be compared with what both sides then hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from struct import pack
from typing import Any

from sqlalchemy import CHAR, REAL
from tests.schemas.drawn import TRIES, DrawnRows, Key, Rows, key_of, label_of
from tests.schemas.ground import read_rows
from tests.schemas.rules import CLOSED, KEPT, WRITTEN, Values
from tests.schemas.values import Kind, Row, find_kinds, held_rows, printed_rows

from twinbase.quoting import quote_name
from twinbase.registry import Twin
from twinbase.testing.conformance.person import attribute_of
from twinbase.testing.device import Device
from twinbase_server.sql.names import table_sql

Kinds = Mapping[str, Kind]
Here = Mapping[Twin, Rows]
Seen = set[tuple[Twin, Key]]
Doomed = tuple[Twin, Key, bool]


@dataclass(frozen=True)
class Typed:
    """A row as somebody left it: without what the database fills in. `was`: the row before, of a changed one."""

    row: Values
    was: Values | None = None

    def complete(self, twin: Twin, found: Values) -> dict[str, Any]:
        """What both sides must hold; `found` is what one of them holds, for what nobody typed."""
        row = _as_stored(twin, {**found, **self.row})
        made = WRITTEN.get(label_of(twin))
        return {**row, **made(row, self.was)} if made else row


@dataclass
class Edits:
    """One person at one device. `typed` and `gone`: what he did, by twin and key."""

    device: Device
    url: str
    dice: Random
    typed: dict[str, dict[Key, Typed]] = field(default_factory=dict)
    gone: dict[str, set[Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drawn = DrawnRows(self.device, self.dice)

    async def add(self, twin: Twin) -> bool:
        """A new row; False where every row that there could be is there."""
        names = [name for name in twin.columns if name in twin.insertable]
        kinds = await find_kinds(self.url, twin)
        taken = await self._list_taken(twin, kinds)
        for _ in range(TRIES):
            row = await self.drawn.make(twin, names, {})
            if row is not None and write_values(kinds, twin.key, _as_stored(twin, row)) not in taken:
                await self.device.save(twin.model(**_by_attribute(twin, row)))
                self._note(twin, Typed({name: row[name] for name in names if not _is_left_out(twin, name, row)}, None))
                return True
        return False

    async def change(self, twin: Twin) -> bool:
        """Every column that may be written of one row has another value; False where there is no such column, or no
        row."""
        names = [name for name in twin.columns if name in twin.writable and name not in twin.key]
        rows = await self.list_choices(twin) if names else []
        if not rows:
            return False
        key, was = self.dice.choice(rows)
        new = await self.drawn.make(twin, names, was)
        assert new is not None, f"a row of {twin.name} has nothing to point at"
        await self.device.change(twin.model, key, **_by_attribute(twin, {name: new[name] for name in names}))
        self._note(twin, Typed(new, was))
        return True

    async def delete(self, twin: Twin) -> None:
        """A row, and before it what the database does not let stand without it, in one local transaction; none where
        every row has gone with what it pointed at."""
        rows = await self.list_choices(twin)
        if not rows:
            return
        here = {each: await self.drawn.read(each) for each in list_family(self.device.plugins.registry, twin)}
        chosen = [self.dice.choice(rows) for _ in range(3)]
        doomed = min((list(list_doomed(here, twin, key)) for key, _ in chosen), key=len)
        async with self.device.replica.session() as session:
            for other, one, by_hand in doomed:
                if by_hand:
                    await session.delete(await session.get_one(other.model, one))
                    await session.flush()
            await session.commit()
        for other, one, _ in doomed:
            self.gone.setdefault(other.name, set()).add(one)
            self.typed.get(other.name, {}).pop(one, None)

    async def list_choices(self, twin: Twin) -> list[tuple[Key, dict[str, Any]]]:
        """The rows that may be changed and deleted."""
        rows = await self.drawn.read(twin)
        kept = KEPT.get(label_of(twin), ())
        if label_of(twin) == "erp.order_line":
            heads = await self.drawn.read(self.device.plugins.registry["erp_order_head"])
            kept = tuple(number for (number,), head in heads.items() if head["state"] == CLOSED)
        return [(key, row) for key, row in rows.items() if key[0] not in kept]

    async def _list_taken(self, twin: Twin, kinds: Kinds) -> set[Row]:
        """The keys that are here, and those of rows in the office that cannot travel."""
        asked = ", ".join(kinds[name].sql.format(quote_name(name)) for name in twin.key)
        rows = await read_rows(self.url, f"SELECT {asked} FROM {table_sql(twin.table)}")
        named = [[(kinds[name], text) for name, text in zip(twin.key, row, strict=True)] for row in rows]
        office = {tuple(kind.read(text) for kind, text in key) for key in named if all(k.fits(t) for k, t in key)}
        gone = [dict(zip(twin.key, key, strict=True)) for key in self.gone.get(twin.name, ())]
        office -= {write_values(kinds, twin.key, row) for row in gone}
        return office | {write_values(kinds, twin.key, row) for row in (await self.drawn.read(twin)).values()}

    def _note(self, twin: Twin, typed: Typed) -> None:
        self.gone.get(twin.name, set()).discard(key_of(twin, _as_stored(twin, typed.row)))
        self.typed.setdefault(twin.name, {})[key_of(twin, _as_stored(twin, typed.row))] = typed


def list_family(registry: Iterable[Twin], twin: Twin) -> list[Twin]:
    """A table, those that point at it, and those that point at these."""
    family = [twin]
    for each in family:
        for child in registry:
            if child not in family and each.table in [key.column.table for key in child.table.foreign_keys]:
                family.append(child)
    return family


def list_doomed(
    here: Here, twin: Twin, key: Key, *, by_hand: bool = True, seen: Seen | None = None
) -> Iterator[Doomed]:
    """This row after all that points at it; a circle is broken where it closes."""
    seen = set() if seen is None else seen
    if (twin, key) in seen:
        return
    seen.add((twin, key))
    for child in here:
        for constraint in child.table.foreign_key_constraints:
            if constraint.referred_table is twin.table and constraint.ondelete != "SET NULL":
                pairs = [(element.parent.name, element.column.name) for element in constraint.elements]
                for other, one in here[child].items():
                    if all(one[mine] == here[twin][key][theirs] for mine, theirs in pairs):
                        restricts = constraint.ondelete != "CASCADE"
                        yield from list_doomed(here, child, other, by_hand=restricts, seen=seen)
    yield twin, key, by_hand


async def compare_sides(device: Device, edits: Edits) -> int:
    """Every column of every row that was typed is in PostgreSQL and on this device as it must be, and what was deleted
    is on neither; how many values were compared."""
    return sum([await _compare(twin, device, edits) for twin in device.plugins.registry])


async def _compare(twin: Twin, device: Device, edits: Edits) -> int:
    typed, kinds, size = edits.typed.get(twin.name, {}), await find_kinds(edits.url, twin), len(twin.key)
    printed, _ = await printed_rows(edits.url, twin)
    sides = [{row[:size]: row for row in side} for side in (printed, await held_rows(edits.url, device, twin))]
    for key, row in (await DrawnRows(device, edits.dice).read(twin)).items():
        if key in typed:
            values = typed[key].complete(twin, row)
            wanted = dict(zip(twin.columns, write_values(kinds, twin.columns, values), strict=True))
            for side in sides:
                found = side[write_values(kinds, twin.key, values)]
                assert dict(zip(twin.columns, found, strict=True)) == wanted, (twin.name, typed[key])
    for key in edits.gone.get(twin.name, ()):
        gone = write_values(kinds, twin.key, dict(zip(twin.key, key, strict=True)))
        assert all(gone not in side for side in sides), (twin.name, key)
    return len(typed) * len(twin.columns)


def write_values(kinds: Kinds, names: Sequence[str], row: Values) -> Row:
    """Values as a device gives them, in the form in which they are compared."""
    return tuple(row[name] if row[name] is None else kinds[name].write(row[name]) for name in names)


def _by_attribute(twin: Twin, row: Values) -> dict[str, Any]:
    return {attribute_of(twin, name): value for name, value in row.items()}


def _as_stored(twin: Twin, row: Values) -> dict[str, Any]:
    """What PostgreSQL makes of values by their types alone: both are promised in docs/reference/codecs.md."""
    return {name: _stored(twin.table.columns[name].type, value) for name, value in row.items()}


def _stored(type_: Any, value: Any) -> Any:
    """A text of fixed length has no spaces at its end, a float of four bytes the fewest digits that make them."""
    if isinstance(type_, CHAR) and value is not None:
        return value.rstrip(" ")
    if isinstance(type_, REAL) and value is not None:
        digits = (float(f"{value:.{places}g}") for places in range(1, 10))
        return next(each for each in digits if pack("f", each) == pack("f", value))
    return value


def _is_left_out(twin: Twin, name: str, row: Values) -> bool:
    """Nothing typed is no NULL where a column has a default."""
    return row[name] is None and twin.table.columns[name].server_default is not None
