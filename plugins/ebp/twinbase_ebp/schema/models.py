"""SQLModel classes made from specs: a table of EBP that nobody has modelled by hand can be a twin like any other."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from keyword import iskeyword
from types import new_class
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.schema.types import parse

_TYPES: dict[str, tuple[type, Callable[..., TypeEngine[Any]]]] = {
    "bool": (bool, Boolean),
    "int16": (int, SmallInteger),
    "int32": (int, Integer),
    "int64": (int, BigInteger),
    "decimal": (Decimal, Numeric),
    "float64": (float, Double),
    "uuid": (UUID, Uuid),
    "timestamp": (datetime, DateTime),
    "timestamptz": (datetime, lambda: DateTime(timezone=True)),
    "time": (time, Time),
    "date": (date, Date),
}


def make_models(specs: Iterable[TableSpec]) -> dict[str, type[SQLModel]]:
    """A class for each table, by the table's name, with all columns of its spec under the names that they have here.

    They have metadata of their own: a class that is modelled by hand may stand for the same table.
    """
    base = new_class("Copied", (SQLModel,), {"registry": registry()})
    return {spec.name: _model(base, spec) for spec in specs}


def _model(base: type, spec: TableSpec) -> type[SQLModel]:
    annotations: dict[str, Any] = {}
    members: dict[str, Any] = {
        "__module__": __name__,
        "__tablename__": spec.target,
        "__table_args__": {"schema": "public"},
        "__annotations__": annotations,
    }
    for column in spec.columns:
        attribute = _attribute(column.target, members)
        python, _ = _type(column)
        annotations[attribute] = python | None
        members[attribute] = Field(default=None, sa_column=_column(column, in_key=column.name in spec.key))
    return new_class(spec.name, (base,), {"table": True}, lambda namespace: namespace.update(members))


def _column(column: ColumnSpec, *, in_key: bool) -> Column[Any]:
    _, type_ = _type(column)
    if in_key:
        return Column(column.target, type_, primary_key=True, autoincrement=False)
    return Column(column.target, type_, nullable=True)


def _type(column: ColumnSpec) -> tuple[type, TypeEngine[Any]]:
    canonical = parse(column.held)
    if canonical.family == "text":
        return str, String(canonical.sizes[0]) if canonical.sizes else Text()
    python, type_ = _TYPES[canonical.family]
    return python, type_(*canonical.sizes)


def _attribute(name: str, taken: Iterable[str]) -> str:
    """The name in Python: the column's, unless Python or SQLModel has that one already."""
    attribute = re.sub(r"\W", "_", name)
    if attribute.startswith(("_", "model_")) or attribute[:1].isdigit():
        attribute = f"column_{attribute}"
    while attribute in taken or iskeyword(attribute) or hasattr(SQLModel, attribute) or attribute == "registry":
        attribute += "_"
    return attribute
