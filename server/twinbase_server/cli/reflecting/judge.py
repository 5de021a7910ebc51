"""What of a database can be mirrored, and how far; and why the rest cannot."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.dialects import postgresql
from sqlalchemy.types import Uuid

from twinbase_server.cli.reflecting.found import FoundColumn, FoundTable
from twinbase_server.cli.reflecting.python_types import write_type

NO_KEY = "it has no primary key"
COUNTED = "new rows are the office's: the database counts {names} up, and two devices would count alike"
GIVEN = "new rows are the office's: {names} may not be empty, and no device can fill it"


@dataclass(frozen=True)
class JudgedTable:
    """A table that can be mirrored. `hidden`: columns that stay on the server. `fixed`: those that no device writes.
    `no_inserts`: why devices make no rows of it; "" where they do. `name`: what a device calls it."""

    found: FoundTable
    name: str
    columns: tuple[FoundColumn, ...]
    hidden: tuple[FoundColumn, ...]
    fixed: tuple[str, ...]
    no_inserts: str


@dataclass
class JudgedTables:
    """`kept` can be mirrored; `left` says of each other table why not."""

    kept: list[JudgedTable] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def judge_tables(found: Iterable[FoundTable]) -> JudgedTables:
    """Each table by itself; of two tables of one name the second gets another one on devices, which have no schemas."""
    tables, verdict = list(found), JudgedTables()
    taken = {table.name.lower() for table in tables}
    used: set[str] = set()
    for table in tables:
        if problem := _problem(table):
            verdict.left[table.label] = problem
            continue
        name = table.name if table.name.lower() not in used else _name_by_schema(table, taken | used)
        used.add(name.lower())
        verdict.kept.append(_judge(table, name))
    return verdict


def _name_by_schema(table: FoundTable, taken: Collection[str]) -> str:
    """A name that no table has, whichever schema it is in."""
    name = f"{table.schema}_{table.name}"
    while name.lower() in taken:
        name += "_"
    return name


def _problem(table: FoundTable) -> str:
    if table.problem:
        return f"it is {table.problem}"
    if not table.key:
        return NO_KEY
    for column in table.columns:
        if column.name in table.key and not _is_carried(column):
            return f"{column.name} is part of its key, and no device can hold its type, {column.kind}"
        if column.name in table.key and isinstance(column.type, postgresql.CITEXT):
            return f"{column.name} is part of its key, and its type comes from an extension ({column.kind})"
    return ""


def _judge(table: FoundTable, name: str) -> JudgedTable:
    carried = tuple(column for column in table.columns if _is_carried(column) and not _is_again(column, table))
    hidden = tuple(column for column in table.columns if column not in carried)
    fixed = tuple(column.name for column in carried if column.generated)
    return JudgedTable(table, name, carried, hidden, fixed, _no_inserts(table, hidden))


def _is_carried(column: FoundColumn) -> bool:
    """A column that is computed when it is read (VIRTUAL) has no value that a trigger could see."""
    return column.generated != "v" and write_type(column) is not None


def _is_again(column: FoundColumn, table: FoundTable) -> bool:
    """Whether another column has this name but for its case, which SQLite takes for the same: the key's comes first."""
    alike = [one for one in table.columns if one.name.lower() == column.name.lower() and _is_carried(one)]
    return column != min(alike, key=lambda one: one.name not in table.key)


def why_hidden(column: FoundColumn) -> str:
    """Why a column stays on the server."""
    if column.generated == "v":
        return "is computed when it is read"
    if write_type(column) is None:
        return f"is {'of several dimensions' if column.several_dimensions else column.kind}, which no device can hold"
    return "has the name of another, but for small and capital letters"


def _no_inserts(table: FoundTable, hidden: Sequence[FoundColumn]) -> str:
    counted = [one.name for one in table.columns if one.name in table.key and one.counted]
    given = [one.name for one in hidden if not (one.nullable or one.default or one.counted or one.generated)]
    if counted:
        return COUNTED.format(names=" and ".join(counted))
    return GIVEN.format(names=" and ".join(given)) if given else ""


def makes_own_key(table: JudgedTable, column: FoundColumn) -> bool:
    """Whether a device gives a new row a random key of its own."""
    points = {name for key in table.found.foreign_keys for name in key.columns}
    return column.name in table.found.key and isinstance(column.type, Uuid) and column.name not in points
