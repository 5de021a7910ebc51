"""The words that the projections are written in: ids from codes, references that hold, codes in words, local times."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy import Uuid as SaUuid
from sqlmodel import SQLModel

from twinbase.projection import Feeds

NAMESPACE = UUID("0f3b1c8e-6f0b-5f35-9a38-1f5d3a7c2b41")


def table_of(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def id_of(source: str, *key: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The id for life of a row whose key in EBP is a code: uuid3 of `Table:code`."""
    code: ColumnElement[Any] = func.concat_ws("|", *key)
    return func.twinbase.uuid_v3(
        cast(literal(str(NAMESPACE)), SaUuid), literal(source + ":").concat(code), type_=SaUuid()
    )


def known(target: type[SQLModel], wanted: ColumnElement[Any]) -> ColumnElement[Any]:
    """The id when `target` has such a row, NULL otherwise: EBP declares no foreign keys, so some point at nothing."""
    rows = table_of(target).alias()
    return select(rows.c.id).where(rows.c.id == wanted).scalar_subquery()


def text_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(column, String)


def in_words(column: ColumnElement[Any], words: Mapping[int, str], otherwise: str = "unknown") -> ColumnElement[str]:
    """A code as a word; a code that nobody has explained never fails."""
    whens = [(cast(column, Integer) == code, literal(word)) for code, word in words.items()]
    return case(*whens, else_=literal(otherwise))


def instant(column: ColumnElement[Any], zone: str) -> ColumnElement[Any]:
    """EBP's naive local time as an instant."""
    return func.twinbase.local_time(column, zone)


def own(model: type[SQLModel], *key: str) -> Feeds:
    """A change in a row touches the projected row of the same key."""
    return Feeds(
        table_of(model), lambda changed: select(func.concat_ws("|", *(text_of(changed.c[name]) for name in key)))
    )


def through(model: type[SQLModel], key: str, child: type[SQLModel], column: str, child_key: str = "Id") -> Feeds:
    """A change in `model` touches the rows of `child` that point at it."""
    rows = table_of(child)

    def keys(changed: FromClause) -> Any:
        return select(text_of(rows.c[child_key])).where(rows.c[column].in_(select(changed.c[key])))

    return Feeds(table_of(model), keys)
