"""Columns for queries that read values and no instances: nothing is loaded lazily, nothing is tracked."""

from typing import Any, cast

from sqlalchemy import ColumnCollection, Table
from sqlmodel import SQLModel

Columns = Any
"""The columns of a table, by name."""


def columns_of(model: type[SQLModel]) -> Columns:
    """The columns of a table of `mobile`."""
    collection: ColumnCollection[str, Any] = cast(Table, getattr(model, "__table__")).c  # noqa: B009
    return collection
