"""What has to happen to the copy of a table when the table has changed. Pure: it decides, and touches nothing.

Whatever EBP did, the copy can hold every row of the source afterwards, and no value that was copied is lost.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any, Literal

from twinbase_ebp.schema.names import versioned_name
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.schema.types import join

Denies = Callable[[str, ColumnSpec], bool]
ChangeKind = Literal[
    "table_new",
    "table_gone",
    "table_back",
    "table_lost",
    "table_unsupported",
    "table_denied",
    "table_blocked",
    "column_new",
    "column_removed",
    "column_back",
    "column_widened",
    "column_narrowed",
    "column_retyped",
    "columns_denied",
    "key_changed",
]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One thing that has changed, in a sentence for a person and in details for a program."""

    table: str
    kind: ChangeKind
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """A table in PostgreSQL as it is known. `spec`: the source's, with what its columns are called and hold here.

    `stale`: its columns that the source feeds no more, with their canonical types ("" for a type of somebody else's).
    """

    spec: TableSpec
    stale: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drift:
    """From one copy to the next. `add` and `widen`: columns as they are to be; `empty`: columns that are denied now.

    `rekey`: the key must be made anew. `backfill`: every row must be read again, whenever it was changed.
    """

    copy: Copy
    changes: tuple[SchemaChange, ...] = ()
    add: tuple[ColumnSpec, ...] = ()
    widen: tuple[ColumnSpec, ...] = ()
    empty: tuple[str, ...] = ()
    rekey: bool = False
    backfill: bool = False


def find_drift(known: Copy, found: TableSpec, denies: Denies) -> Drift:
    """How the known copy becomes one that holds every row of the table as it was found."""
    steps = _steps(known, found)
    denied, removed = _left(known, found, denies)
    spec = replace(found, columns=tuple(step.column for step in steps))
    rekey = key_targets(spec) != key_targets(known.spec)
    changes = [step.change for step in steps if step.change]
    return Drift(
        Copy(spec, _stale(known, spec)),
        (
            *changes,
            *(_removed(found.name, column) for column in removed),
            *([denied_change(found.name, len(denied))] if denied else []),
            *([_key_changed(known.spec, spec)] if rekey else []),
        ),
        add=tuple(step.column for step in steps if step.action == "add"),
        widen=tuple(step.column for step in steps if step.action == "widen"),
        empty=tuple(column.target for column in denied),
        rekey=rekey,
        backfill=rekey or bool(changes),
    )


def key_targets(spec: TableSpec) -> tuple[str, ...]:
    """The key by its names in PostgreSQL."""
    targets = {column.name: column.target for column in spec.columns}
    return tuple(targets.get(name, name) for name in spec.key)


@dataclass(frozen=True, slots=True)
class _Step:
    """What becomes of one column."""

    column: ColumnSpec
    action: Literal["keep", "add", "widen"] = "keep"
    change: SchemaChange | None = None


def _steps(known: Copy, found: TableSpec) -> list[_Step]:
    """Columns that stay keep their places; the others look for theirs among what is left, one after the other."""
    before = {column.name: column for column in known.spec.columns}
    stays = {c.name: before[c.name] for c in found.columns if c.name in before and join(before[c.name].held, c.type)}
    taken = {column.target for column in stays.values()}
    free = {column.target: column.held for column in known.spec.columns if column.target not in taken} | dict(
        known.stale
    )
    steps = []
    for column in found.columns:
        if column.name in stays:
            step = _stay(found.name, stays[column.name], column)
        else:
            step = _settle(found.name, before.get(column.name), column, taken, free)
            taken.add(step.column.target)
        steps.append(step)
    return steps


def _stay(table: str, before: ColumnSpec, found: ColumnSpec) -> _Step:
    """The place holds the old type and the new one: where the new one is narrower, it stays as wide as it was."""
    column = _held(replace(found, stored_as=before.stored_as), before.held)
    if column.held != before.held:
        return _Step(column, "widen", _changed(table, "column_widened", before, found))
    if found.type == before.type:
        return _Step(column)
    wider = join(before.type, found.type) == found.type
    return _Step(column, change=_changed(table, "column_widened" if wider else "column_narrowed", before, found))


def _settle(
    table: str, before: ColumnSpec | None, found: ColumnSpec, taken: Collection[str], free: Mapping[str, str]
) -> _Step:
    """Under its own name if that is free, or holds what it once left there and can go on; else under a numbered one."""
    for name in chain([found.target], (versioned_name(found.name, number) for number in count(2))):
        old = free.get(name)
        if name in taken or (old is not None and not (old and join(old, found.type))):
            continue
        column = _held(replace(found, stored_as=None if name == found.target else name), old or found.type)
        action: Literal["keep", "add", "widen"] = "add" if old is None else "keep" if column.held == old else "widen"
        return _Step(column, action, _settled(table, before, column, back=found.target in free))
    raise AssertionError("The numbers have come to an end.")


def _held(column: ColumnSpec, before: str) -> ColumnSpec:
    joined = join(before, column.type)
    return replace(column, held_as=joined if joined != column.type else None)


def _stale(known: Copy, spec: TableSpec) -> dict[str, str]:
    used = {column.target for column in spec.columns}
    before = {column.target: column.held for column in known.spec.columns} | dict(known.stale)
    return {name: type_ for name, type_ in before.items() if name not in used}


def _left(known: Copy, found: TableSpec, denies: Denies) -> tuple[list[ColumnSpec], list[ColumnSpec]]:
    """The columns that are there no more: those that may not be read now, and those that were removed."""
    names = {column.name for column in found.columns}
    left = [column for column in known.spec.columns if column.name not in names]
    denied = [column for column in left if denies(found.name, column)]
    return denied, [column for column in left if column not in denied]


# -- in words ---------------------------------------------------------------------------------------------------------


def denied_change(table: str, number: int) -> SchemaChange:
    """Without their names: what is denied is named nowhere."""
    sentence = f"{number} columns of {table} may not be read any more: their copy was emptied."
    return SchemaChange(table, "columns_denied", sentence, {"columns": number})


def _settled(table: str, before: ColumnSpec | None, column: ColumnSpec, *, back: bool) -> SchemaChange:
    if before is not None:
        return _changed(table, "column_retyped", before, column)
    details = {"column": column.name, "type": column.type, "stored_as": column.target}
    if back:
        return SchemaChange(table, "column_back", f"{table}.{column.name} is back, stored as {column.target}.", details)
    return SchemaChange(table, "column_new", f"{table} has a new column {column.name} ({column.type}).", details)


def _changed(table: str, kind: ChangeKind, before: ColumnSpec, found: ColumnSpec) -> SchemaChange:
    then = {
        "column_widened": "",
        "column_narrowed": " Its copy stays as wide as it was.",
        "column_retyped": f" It goes on in column {found.target}; {before.target} keeps what it had, as it was.",
    }[kind]
    details = {"column": found.name, "was": before.type, "type": found.type, "stored_as": found.target}
    sentence = f"{table}.{found.name} was {before.type} and is {found.type} now.{then}"
    return SchemaChange(table, kind, sentence, details)


def _removed(table: str, column: ColumnSpec) -> SchemaChange:
    sentence = f"{table}.{column.name} is there no more: its copy keeps what it had, and is fed no more."
    return SchemaChange(table, "column_removed", sentence, {"column": column.name, "type": column.type})


def _key_changed(before: TableSpec, found: TableSpec) -> SchemaChange:
    was, now = (", ".join(spec.key) or "none" for spec in (before, found))
    details = {"was": list(before.key), "key": list(found.key)}
    sentence = f"The key of {found.name} was {was} and is {now} now: all its rows are read again."
    return SchemaChange(found.name, "key_changed", sentence, details)
