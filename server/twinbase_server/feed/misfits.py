"""A class beside its table in PostgreSQL: each difference as a sentence that says what to write. No I/O here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Enum

from twinbase.codecs import Codec
from twinbase.codecs.resolve import server_type
from twinbase.declaration import COUNTED
from twinbase.registry import Twin
from twinbase_server.capture.tables import ABSENT
from twinbase_server.feed.columns import CatalogColumn, CatalogTable, CatalogTables
from twinbase_server.feed.reading import table_of
from twinbase_server.sql.names import TableName, show_name

_BITS = {"smallint": 16, "integer": 32, "bigint": 64, "int2": 16, "int4": 32, "int8": 64}
_TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name"})
# Of the codecs that carry one type of PostgreSQL, or two that are written alike.
_SAME = {
    "boolean": ("bool",), "uuid": ("uuid",), "date": ("date",), "time": ("time",), "bytea": ("bytea",),
    "timestamp": ("timestamp",), "timestamptz": ("timestamptz",), "interval": ("interval",),
    "real": ("float4",), "double precision": ("float8", "float4"), "json": ("json", "jsonb"),
    "jsonb": ("json", "jsonb"),
}  # fmt: skip
_WRITE = {
    "int2": "SmallInteger", "int4": "Integer", "int8": "BigInteger", "bool": "Boolean", "uuid": "Uuid", "date": "Date",
    "time": "Time", "bytea": "LargeBinary", "timestamp": "DateTime()", "timestamptz": "DateTime(timezone=True)",
    "interval": "Interval", "float4": "REAL", "float8": "Double", "json": "JSON", "jsonb": "JSONB", "text": "Text",
    "varchar": "String", "bpchar": "CHAR", "citext": "CITEXT", "name": "Text", "numeric": "Numeric",
}  # fmt: skip


@dataclass(frozen=True)
class Misfit:
    """One difference. `blocks`: the twin cannot be synced as it is, and waits until one of the two is corrected."""

    twin: str
    column: str
    detail: str
    blocks: bool = True


def find_misfits(twin: Twin, found: CatalogTables) -> list[Misfit]:
    """Every difference between a twin's class and what it reads in PostgreSQL, all at once."""
    table = found.get(table_of(twin))
    if table is None:
        return [_misfit(twin, "", ABSENT)]
    columns = (m for name in twin.columns for m in _of_column(twin, name, table))
    return [*_of_key(twin, table), *columns, *_of_other_columns(twin, table), *_of_scope(twin, found)]


def _misfit(twin: Twin, column: str, sentence: str, *, blocks: bool = True) -> Misfit:
    at = ".".join(filter(None, (*table_of(twin), column)))
    return Misfit(twin.name, column, f"{at} {sentence}", blocks)


def _of_key(twin: Twin, table: CatalogTable) -> Iterator[Misfit]:
    names = ", ".join(map(show_name, twin.key))
    if table.columns.keys() >= set(twin.key) and not any(key <= set(twin.key) for key in table.keys):
        yield _misfit(
            twin,
            "",
            f"has no unique index on ({names}), the key of its class, so two rows may be one twin: CREATE UNIQUE INDEX"
            f" ON {show_name(*table_of(twin))} ({names}), or declare the columns that are the key.",
        )
    for name in twin.key:
        column = table.columns.get(name)
        if column is not None and column.counted and "insert" in twin.operations and not _gives(twin, name):
            yield _misfit(twin, name, COUNTED)


def _gives(twin: Twin, name: str) -> bool:
    """The class has a default of its own for the key, so that devices draw it."""
    return twin.table.columns[name].default is not None


def _of_column(twin: Twin, name: str, table: CatalogTable) -> Iterator[Misfit]:
    column = table.columns.get(name)
    if column is None:
        yield _misfit(twin, name, f"is not there; {_missing_advice(twin, name, table)}")
        return
    written = _is_written(twin, name)
    if column.generated and written:
        yield _misfit(
            twin,
            name,
            "is computed by PostgreSQL (GENERATED), and a device could not write its row: declare it with"
            " sa_column=Column(…, Computed('…')).",
        )
    elif not _fits(twin, name, column, written):
        codec = twin.codecs[name]
        said = f"is {column.type} in PostgreSQL and {codec.name} in the class: {_advice(codec, column)}."
        yield _misfit(twin, name, said)
    else:
        yield from _of_values(twin, name, column, written)


def _missing_advice(twin: Twin, name: str, table: CatalogTable) -> str:
    """What to do about a column that only the class has: which side was renamed, if either was."""
    before = {new: old for old, new in twin.mirror.renamed.items() if old in table.columns}
    if name in before:
        table_name = show_name(*table_of(twin))
        rename = f"ALTER TABLE {table_name} RENAME COLUMN {show_name(before[name])} TO {show_name(name)}"
        return f"the table has {before[name]} still, which its mirror says was renamed: {rename}."
    others = sorted(set(table.columns) - set(twin.columns))
    if not others:
        return "the table has no other column. Add it to the table, or take it out of the class."
    return (
        f"the table has {', '.join(others)}. If it was renamed, rename it in the class and say so:"
        f" Mirror(…, renamed={{{name!r}: '…'}}); else add it to the table, take it out of the class, or hide it."
    )


def _fits(twin: Twin, name: str, column: CatalogColumn, written: bool) -> bool:
    """Whether the column's values can be read as the class says, and the class's be written where devices write."""
    lenient = not written and not _is_compared(twin, name)
    return _can_read(twin.codecs[name], column, lenient=lenient) and (not written or _is_enum_of(twin, name, column))


def _is_written(twin: Twin, name: str) -> bool:
    """Whether a device may write it, in a row that is there or in one that it makes."""
    return twin.pushes and (name in twin.writable or ("insert" in twin.operations and name in twin.insertable))


def _is_compared(twin: Twin, name: str) -> bool:
    return name in twin.key or name in twin.reads.columns.get(table_of(twin), ())


def _is_enum_of(twin: Twin, name: str, column: CatalogColumn) -> bool:
    """A label is written as a value of the class's own type, which must be the column's."""
    type_ = server_type(twin.table.columns[name].type)
    if not isinstance(type_, Enum):
        return True
    return column.kind == type_.name if type_.native_enum else not column.labels


def _can_read(codec: Codec, column: CatalogColumn, *, lenient: bool) -> bool:
    """Whether every value of the column is one of the class. `lenient`: it is only shown, and anything has a text."""
    if codec.name.startswith("array(") or column.array:
        return codec.name.startswith("array(") and column.array and _can_hold(codec.name[6:-1], column, lenient)
    return _can_hold(codec.name, column, lenient)


def _can_hold(name: str, column: CatalogColumn, lenient: bool) -> bool:
    if name in ("smallint", "integer", "bigint"):
        return _BITS.get(column.kind, 99) <= _BITS[name]
    if name.startswith("numeric"):
        return column.kind == "numeric" and _has_room(name, column)
    if name.startswith("enum("):
        return bool(column.labels) or column.kind in _TEXTS
    if name == "citext" and not lenient:
        return column.kind == name
    if name.startswith(("text", "varchar(", "char(", "citext")):
        return column.kind in _TEXTS or lenient
    return column.kind in _SAME.get(name, (column.kind,))


def _has_room(name: str, column: CatalogColumn) -> bool:
    """numeric(p,s) holds what has no more digits on either side of the point."""
    mine = _digits_of(name)
    if mine is None or column.digits is None:
        return mine is None
    (precision, scale), (its_precision, its_scale) = mine, column.digits
    return its_scale <= scale and its_precision - its_scale <= precision - scale


def _digits_of(name: str) -> tuple[int, int] | None:
    if "(" not in name:
        return None
    precision, scale = name.removeprefix("numeric(").rstrip(")").split(",")
    return int(precision), int(scale)


def _advice(codec: Codec, column: CatalogColumn) -> str:
    if column.kind in _TEXTS and codec.name.startswith("enum("):
        written = "Enum(…, native_enum=False)"
    elif column.labels:
        written = f"Enum({', '.join(map(repr, column.labels))}, name={column.kind!r})"
    elif column.kind == "numeric" and column.digits:
        written = f"Numeric{column.digits}"
    elif column.kind in ("varchar", "bpchar") and column.length:
        written = f"{_WRITE[column.kind]}({column.length})"
    else:
        written = _WRITE.get(column.kind, "")
    if not written:
        return "no type of a class carries it: hide the column, or leave it out of what devices write"
    return f"write sa_column=Column({f'ARRAY({written})' if column.array else written}, …), or hide the column"


def _of_values(twin: Twin, name: str, column: CatalogColumn, written: bool) -> Iterator[Misfit]:
    """What can be synced, though some value of the one side is none of the other."""
    declared = twin.table.columns[name]
    if not column.required and not declared.nullable and name not in twin.key:
        yield _misfit(twin, name, f"may be empty in PostgreSQL: declare {name}: … | None.", blocks=False)
    if name in twin.key and not column.required:
        yield _misfit(
            twin, name, "is part of the key and may be empty: rows without it do not reach any device.", blocks=False
        )
    labels = _labels_of(twin, name)
    if unknown := " and ".join(label for label in column.labels if labels is not None and label not in labels):
        yield _misfit(
            twin, name, f"knows {unknown}, and the class does not: such rows are set apart. Add it there.", blocks=False
        )
    if not written:
        return
    if column.required and declared.nullable and not column.filled and "insert" in twin.operations:
        yield _misfit(twin, name, f"must not be empty in PostgreSQL: declare {name} without None.", blocks=False)
    if narrower := _is_narrower(twin.codecs[name].name, labels, column):
        yield _misfit(twin, name, f"is {column.type}, and {narrower}", blocks=False)


def _labels_of(twin: Twin, name: str) -> tuple[str, ...] | None:
    """The labels that the class has for the column; None where it is no enum there."""
    type_ = server_type(twin.table.columns[name].type)
    return tuple(type_.enums) if isinstance(type_, Enum) else None


def _is_narrower(name: str, labels: tuple[str, ...] | None, column: CatalogColumn) -> str:
    """Why a device may write what PostgreSQL then refuses or rounds."""
    if column.labels and labels is not None:
        unknown = set(labels) - set(column.labels)
        return f"has no {' and no '.join(sorted(unknown))}: take it out of the class." if unknown else ""
    if column.kind in ("varchar", "bpchar") and column.length:
        declared = int(name.split("(")[1].rstrip(")")) if name.startswith(("varchar(", "char(")) else None
        if not name.startswith("enum(") and (declared is None or declared > column.length):
            return f"what is longer is refused only on the server: write Field(max_length={column.length})."
    if name in _BITS and _BITS.get(column.kind, 64) < _BITS[name]:
        return f"what is larger is refused only on the server: write Column({_WRITE[column.kind]})."
    if name.startswith("numeric") and column.digits and _digits_of(name) != column.digits:
        return f"what has more digits is refused or rounded only on the server: write Column(Numeric{column.digits})."
    return ""


def _of_other_columns(twin: Twin, table: CatalogTable) -> Iterator[Misfit]:
    """A device makes rows without the columns that do not travel."""
    for name, column in table.columns.items() if "insert" in twin.operations else ():
        if name not in twin.columns and column.required and not column.filled:
            yield _misfit(
                twin,
                name,
                "must not be empty, has no default and does not travel: a row that a device makes is refused unless a"
                " trigger fills it. Let it travel, or give it a default.",
                blocks=False,
            )


def _of_scope(twin: Twin, found: CatalogTables) -> Iterator[Misfit]:
    for name, columns in twin.reads.columns.items():
        if name == table_of(twin):
            continue
        there = found.get(name, CatalogTable()).columns
        if missing := sorted(columns - there.keys()) or ([] if name in found else ["the table"]):
            yield _misfit(
                twin, "", f"has a scope that reads {'.'.join(name)}, and {', '.join(missing)} is not there: correct it."
            )


def tables_to_find(twins: Iterable[Twin]) -> set[TableName]:
    """Every table that these twins are, or that their scopes read."""
    return {name for twin in twins for name in (table_of(twin), *twin.reads.tables)}
