"""The words that the projections are written in: ids from codes, references that hold, codes in words, local times."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    String,
    Table,
    case,
    cast,
    collate,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import Uuid as SaUuid
from sqlmodel import SQLModel

from twinbase_ebp.links import LINKED, Link

NAMESPACE = UUID("0f3b1c8e-6f0b-5f35-9a38-1f5d3a7c2b41")


def table_of(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def text_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(column, String)


def key_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A code as SQL Server compares it: capitals are small letters to it, and blanks at the end are nothing.

    Letters without accents only, in every database alike: ids are made of this.
    """
    if isinstance(column.type, SaUuid):
        return column
    return func.upper(collate(func.rtrim(column), "C"))


def is_same_key(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether two codes, or two uuids, are the same key."""
    return key_of(one) == key_of(other)


def id_of(source: str, *key: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The id for life of a row whose key in EBP is a code: uuid3 of `Table:CODE`; NULL without a code.

    A row that was made on a device keeps the id that it got there.
    """
    made = _uuid_of(source, *key)
    return func.coalesce(_linked(source, key[0]), made) if source in LINKED else made


def id_to_keep(source: str, key: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The same of a row whose key in EBP is a uuid: that uuid."""
    return func.coalesce(_linked(source, key), key)


def entries_of_visits(visits: Select[Any]) -> Select[Any]:
    """The keys in EBP's agenda of visits of `mobile`: their ids, or those that EBP gave to what was made on site."""
    links, ids = table_of(Link).alias(), visits.subquery()
    given = select(cast(links.c.source_id, SaUuid)).where(
        links.c.source_table == "ScheduleEvent", links.c.id.in_(select(ids.c[0]))
    )
    return select(select(ids.c[0]).union(given).subquery().c[0])


def _linked(source: str, key: ColumnElement[Any]) -> ColumnElement[Any]:
    links = table_of(Link).alias()
    mine = (links.c.source_table == source, links.c.source_id == key_of(text_of(key)))
    return select(links.c.id).where(*mine).scalar_subquery()


def _uuid_of(source: str, *key: ColumnElement[Any]) -> ColumnElement[UUID]:
    parts = [text_of(key_of(part)) for part in key]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.concat("|").concat(part)
    return func.twinbase.uuid_v3(
        cast(literal(str(NAMESPACE)), SaUuid), literal(source + ":").concat(joined), type_=SaUuid()
    )


def source_id_of(*key: ColumnElement[Any]) -> ColumnElement[str]:
    """The key of a row in EBP, as it stands there."""
    return func.concat_ws("|", *(text_of(part) for part in key))


def id_if_known(target: type[SQLModel], wanted: ColumnElement[Any]) -> ColumnElement[Any]:
    """The id when `target` has such a row, NULL otherwise: EBP declares no foreign keys, so some point at nothing."""
    rows = table_of(target).alias()
    return select(rows.c.id).where(rows.c.id == wanted).scalar_subquery()


def id_of_known_code(target: type[SQLModel], source: str, code: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same for a reference by code."""
    return id_if_known(target, id_of(source, code))


def word_of(column: ColumnElement[Any], words: Mapping[int, str], otherwise: str = "unknown") -> ColumnElement[str]:
    """A code as a word; a code that nobody has explained never fails."""
    whens = [(cast(column, Integer) == code, literal(word)) for code, word in words.items()]
    return case(*whens, else_=literal(otherwise)) if whens else literal(otherwise)


def prefix_word_of(column: ColumnElement[Any], words: Mapping[str, str]) -> ColumnElement[str]:
    """The prefix of a document's number as a word."""
    whens = [(key_of(column) == prefix.upper(), literal(word)) for prefix, word in words.items()]
    return case(*whens, else_=literal("unknown")) if whens else literal("unknown")


def instant_of(column: ColumnElement[Any], zone: str) -> ColumnElement[Any]:
    """EBP's naive local time as an instant."""
    return func.twinbase.local_time(column, zone)


def day_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(column, Date)


def is_true(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(column, False)


def text_or_null(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The text without blanks around it, NULL when nothing is left: EBP writes empty text as well as NULL."""
    return func.nullif(func.btrim(column), "")


def first_of(*columns: Column[Any]) -> ColumnElement[Any]:
    """The first that says something."""
    return func.coalesce(*(text_or_null(column) for column in columns))


def is_any_true(*columns: Column[Any]) -> ColumnElement[bool]:
    return or_(*(is_true(column) for column in columns))


def minutes_of(hours: ColumnElement[Any]) -> ColumnElement[Any]:
    """Hours as whole minutes; NULL when no integer holds them."""
    return integer_of(hours * 60)


def integer_of(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.abs(number) < 1_000_000_000, cast(func.round(cast(number, Numeric)), Integer)))


def degrees_of(angle: ColumnElement[Any], most: int) -> ColumnElement[Any]:
    """A latitude (up to 90) or a longitude (up to 180); NULL for what is no place on Earth."""
    return case((func.abs(angle) <= most, angle))
