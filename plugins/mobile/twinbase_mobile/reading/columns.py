"""Columns for queries that read values and no instances: nothing is loaded lazily, nothing is tracked."""

from typing import Any, cast

from sqlalchemy import Select, Table, select
from sqlmodel import SQLModel

Columns = Any
"""The columns of a table, by name."""


def table_of(model: type[SQLModel]) -> Table:
    return cast(Table, getattr(model, "__table__"))  # noqa: B009 - SQLModel does not declare it


def columns_of(model: type[SQLModel]) -> Columns:
    """The columns of a table of `mobile`."""
    return table_of(model).c


def name_of(model: type[SQLModel]) -> str:
    """The twin's name."""
    return table_of(model).name


def pick(model: type[SQLModel], *names: str, prefix: str = "") -> list[Any]:
    """Some columns of a table, labelled so that those of several tables can stand in one row."""
    columns = columns_of(model)
    return [columns[name].label(prefix + name) for name in names]


def select_columns(model: type[SQLModel], *picked: Any) -> Select[Any]:
    """A query of one table for these columns, to which others are joined."""
    return select(*picked).select_from(table_of(model))
