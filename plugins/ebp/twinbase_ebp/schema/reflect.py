"""Read the tables of a database, whatever is in it: SQL Server and PostgreSQL, through SQLAlchemy's inspector."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SAWarning

from twinbase_ebp.schema.canonical import canonical_type
from twinbase_ebp.schema.classify import Rules, classify
from twinbase_ebp.schema.deny import AMOUNTS, DenyList
from twinbase_ebp.schema.names import find_collisions
from twinbase_ebp.schema.spec import ColumnSpec, TableKind, TableSpec


class ReflectionSettings(Protocol):
    """The settings that reflection asks: EbpSettings has them."""

    @property
    def deny(self) -> Sequence[str]: ...
    @property
    def kinds(self) -> Mapping[str, TableKind]: ...
    @property
    def system_tables(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class _ReflectedColumn:
    """A column as it is there; `type` is None when there is no canonical one."""

    name: str
    type: str | None
    nullable: bool

    @property
    def is_amount(self) -> bool:
        return self.type is not None and self.type.startswith(AMOUNTS)


def reflect(connection: Connection, settings: ReflectionSettings) -> list[TableSpec]:
    """Every table of the connection's default schema, by name. Nothing is written there, and no row is read.

    The same few statements, however many tables there are. What the deny list names is in no spec. A table that
    cannot be copied is there too, of kind `unsupported`, and says why.
    """
    deny = DenyList(settings.deny)
    specs = []
    for table, found, key in _read(connection):
        read = [one for one in found if not deny.denies(table, one.name, amount=one.is_amount, blob=one.type == "blob")]
        if read or not found:
            problem = _unknown(connection, table, read) or _problem(read, key)
            specs.append(_unsupported(table, problem) if problem else _spec(table, read, key))
    return classify(_refuse_alike(specs), Rules(settings.kinds, settings.system_tables))


def _read(connection: Connection) -> Iterable[tuple[str, list[_ReflectedColumn], list[str]]]:
    inspector = inspect(connection)
    with warnings.catch_warnings():
        # SQLAlchemy warns of types that it does not know, and names the column: it may be a secret one.
        warnings.simplefilter("ignore", SAWarning)
        columns = inspector.get_multi_columns(kind=ObjectKind.TABLE)
    keys = inspector.get_multi_pk_constraint(kind=ObjectKind.TABLE)
    for table in sorted(columns, key=lambda table: table[1]):
        key = keys.get(table)
        yield table[1], [_found(one) for one in columns[table]], list(key["constrained_columns"] if key else [])


def _found(column: ReflectedColumn) -> _ReflectedColumn:
    return _ReflectedColumn(str(column["name"]), canonical_type(column["type"]), bool(column["nullable"]))


def _spec(table: str, read: list[_ReflectedColumn], key: list[str]) -> TableSpec:
    columns = tuple(ColumnSpec(one.name, one.type, one.nullable) for one in read if one.type and one.type != "blob")
    return TableSpec(table, columns, tuple(key), lobs=tuple(one.name for one in read if one.type == "blob"))


def _unsupported(table: str, problem: str) -> TableSpec:
    return TableSpec(table, (), kind="unsupported", problem=f"{table} {problem}")


def _unknown(connection: Connection, table: str, read: list[_ReflectedColumn]) -> str:
    column = next((one.name for one in read if one.type is None), None)
    if column is None:
        return ""
    said = connection.execute(_TYPE, {"table": table, "column": column}).scalar()
    return (
        f"has a column {column} of a type ({said}) that cannot be copied: name it in TWINBASE_EBP_DENY to copy the"
        " table without it."
    )


def _problem(read: list[_ReflectedColumn], key: list[str]) -> str:
    types = {one.name: one.type for one in read}
    if any(name not in types for name in key):
        return "has a key that may not be read, so that its rows cannot be told apart."
    if any(types[name] == "blob" for name in key):
        return "has a binary key, which cannot be copied."
    for one, other in find_collisions(sorted(types)):
        return f"has columns {one} and {other}, which PostgreSQL cannot tell apart: name one in TWINBASE_EBP_DENY."
    return ""


def _refuse_alike(specs: list[TableSpec]) -> list[TableSpec]:
    """Of two tables that PostgreSQL cannot tell apart, neither is copied."""
    alike = {name: pair for pair in find_collisions(spec.name for spec in specs) for name in pair}
    return [_too_alike(spec, *alike[spec.name]) if spec.name in alike else spec for spec in specs]


def _too_alike(spec: TableSpec, one: str, other: str) -> TableSpec:
    problem = f"cannot be told apart by PostgreSQL: {one} and {other} begin with the same 63 bytes."
    return _unsupported(spec.name, f"{problem} Name one in TWINBASE_EBP_DENY, as `Table.*`.")


_TYPE = text("SELECT data_type FROM information_schema.columns WHERE table_name = :table AND column_name = :column")
