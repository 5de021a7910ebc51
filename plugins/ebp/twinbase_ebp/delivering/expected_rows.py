"""What EBP has of a row that is to be changed, and is about to have: columns that nobody changes now are written so.

What was handed over before may not be in EBP yet, and its copy here is as old as the last load. To write what the copy
says would undo the change before this one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering.columns import ENTITIES, Entity
from twinbase_ebp.delivering.compare_values import is_alike
from twinbase_ebp.delivering.copies import Copies, CopyRow
from twinbase_ebp.delivering.deliveries import EBP
from twinbase_ebp.delivering.make_ready import Ready

GONE = "EBP no longer has this row: what was to be changed in it stays here."


@dataclass(frozen=True, slots=True)
class EarlierChange:
    """An earlier change of a row. `before`: what the copy said of its columns then; `back`: it has come back."""

    values: CopyRow
    before: CopyRow
    back: bool


@dataclass(frozen=True, slots=True)
class ExpectedRows:
    """By EBP's key. `copied`: what the last load brought; `expected`: the same with what is on its way to EBP.

    `gone`: the keys of rows that EBP no longer has.
    """

    copied: Mapping[str, CopyRow] = field(default_factory=dict)
    expected: Mapping[str, CopyRow] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def is_gone(self, one: Ready) -> bool:
        """Whether EBP no longer has the row that it changes: its import would make a new one, empty but for this."""
        return one.entry.operation == "update" and one.entry.key in self.gone

    def expected_row(self, one: Ready) -> CopyRow:
        """What its row is to say wherever it changes nothing."""
        return self.expected.get(one.entry.key or "", {})

    def values_before(self, one: Ready) -> CopyRow:
        """What EBP said of the columns that it changes, as far as it was known."""
        row = self.copied.get(one.entry.key or "", {})
        return {name: row[name] for name in one.entry.values if name in row}


async def read_expected_rows(entity: str, ready: Sequence[Ready], copies: Copies) -> ExpectedRows:
    """How the rows that these change stand."""
    updates = [one for one in ready if one.entry.operation == "update" and one.entry.key]
    if not updates:
        return ExpectedRows()
    kind = ENTITIES[entity]
    copied = await copies.read_by_key(entity, "Id", [str(one.entry.key) for one in updates], kind.columns)
    handed = await _read_earlier(entity, updates, copies.connection)
    expected = {}
    for one in updates:
        key = str(one.entry.key)
        expected[key] = _expected(copied.get(key, {}), handed[one.waiting.twin, _row_key(one)], kind)
    is_copied = "Id" in await copies.read_columns(entity)
    return ExpectedRows(copied, expected, frozenset(expected.keys() - copied.keys() if is_copied else ()))


def _expected(copied: CopyRow, handed: Sequence[EarlierChange], entity: Entity) -> CopyRow:
    """The copy, with the last that was handed over of each column, unless EBP has taken that or says something new."""
    row = dict(copied)
    for name in {name for one in handed for name in one.values}:
        said = [one for one in handed if name in one.values]
        if not said[-1].back and not _is_news(_shown(name, entity), copied, said, entity):
            row[name] = said[-1].values[name]
    return row


def _is_news(name: str, copied: CopyRow, said: Sequence[EarlierChange], entity: Entity) -> bool:
    """Whether the copy says what neither EBP said when these were handed over, nor one of them that it took since."""
    if name not in copied:
        return False
    known = [one.before[name] for one in said if name in one.before]
    known += [one.values[name] for one in said if name in one.values]
    return not any(is_alike(value, copied[name], entity.columns[name]) for value in known)


def _shown(name: str, entity: Entity) -> str:
    """The column to compare: of rich text, which EBP writes in its own way, the plain text beside it."""
    plain = f"{name}Clear"
    return plain if entity.columns[name] == "rich" and plain in entity.columns else name


async def _read_earlier(
    entity: str, updates: Sequence[Ready], connection: PostgresConnection
) -> Mapping[tuple[str, str], list[EarlierChange]]:
    """What was handed over of these rows, oldest first."""
    twins, keys = [one.waiting.twin for one in updates], [_row_key(one) for one in updates]
    found: dict[tuple[str, str], list[EarlierChange]] = defaultdict(list)
    for row in await connection.fetch(_HANDED, EBP, f"update {entity}", twins, keys):
        values, before = msgspec.json.decode(row["values"]), msgspec.json.decode(row["before"] or "{}")
        found[row["twin"], row["row_key"]].append(EarlierChange(values, before, row["state"] == "acknowledged"))
    return found


def _row_key(one: Ready) -> str:
    return str(one.waiting.key[0])


_HANDED = """
SELECT d.twin, d.row_key, d.state, (d.payload -> 'values')::text AS values, f.before::text AS before
FROM twinbase.deliveries d
JOIN ebp.exported_file f ON f.delivery = d.id
JOIN (SELECT DISTINCT * FROM unnest($3::text[], $4::text[]) r (twin, row_key)) changed USING (twin, row_key)
WHERE d.destination = $1 AND d.action = $2 ORDER BY d.n
"""
