"""What the tables of `ninjaone` have in common. They stay on the server, and no key of theirs points at another: what
NinjaOne lists today may name what it lists tomorrow.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Integer, Text
from sqlmodel import Field, SQLModel

SCHEMA = "ninjaone"
Json = dict[str, Any]


def table_of(model: type[SQLModel]) -> Table:
    return cast(Table, getattr(model, "__table__"))  # noqa: B009


def json_field() -> Any:
    """A column that keeps an object or an array as it came."""
    return Field(default=None, sa_type=JSONB(none_as_null=True))


def texts_field() -> Any:
    return Field(default=None, sa_type=ARRAY(Text))


def integers_field() -> Any:
    return Field(default=None, sa_type=ARRAY(Integer))


class Fetched(SQLModel):
    """`extra`: fields that have no column. `deleted_at`: when it was noticed that NinjaOne has it no more."""

    extra: Json = Field(default_factory=dict, sa_type=JSONB)
    deleted_at: datetime | None = None
