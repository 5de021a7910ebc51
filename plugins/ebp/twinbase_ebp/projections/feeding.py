"""What feeds what: which rows of `mobile` a change in a table of EBP touches, and which rows stand behind one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, exists, select, true
from sqlmodel import SQLModel

from twinbase.projection import Feeds
from twinbase_ebp.links import Link
from twinbase_ebp.projections.sql import is_same_key, key_of, source_id_of, table_of, text_of


def own_feed(model: type[SQLModel]) -> Feeds:
    """A change in a row touches the projected row of the same key."""
    table = table_of(model)
    key = [column.name for column in table.primary_key.columns]

    def source_rows(source: ColumnElement[str]) -> ColumnElement[bool]:
        return source_id_of(*(table.c[name] for name in key)) == source

    return Feeds(table, lambda changed: select(source_id_of(*(changed.c[name] for name in key))), source_rows)


def feed_of_kept_ids(model: type[SQLModel]) -> Feeds:
    """That EBP has made a row of a device's touches the row that EBP made."""
    table = table_of(model)

    def keys(changed: FromClause) -> Select[Any]:
        made = select(changed.c.source_id).where(changed.c.source_table == table.name)
        return select(source_id_of(*table.primary_key.columns)).where(_key_text(*table.primary_key.columns).in_(made))

    return Feeds(table_of(Link), keys, columns=frozenset())


def reference_feed(target: type[SQLModel], source: str, child: type[SQLModel], column: str) -> Feeds:
    """Rows of `mobile` that come, go or change touch the rows of `child` whose `column` names them.

    `source`: the table of EBP that these rows of `mobile` come from. It is their coming that counts, and not that of
    the row in EBP: that one may be there and not be projected.
    """
    rows, children = table_of(target), table_of(child)

    def keys(changed: FromClause) -> Select[Any]:
        named = select(key_of(rows.c.source_id)).where(
            rows.c.id.in_(select(changed.c.id)), rows.c.source_table == source
        )
        return select(source_id_of(*children.primary_key.columns)).where(_key_text(children.c[column]).in_(named))

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        referring = select(_key_text(children.c[column])).where(source_id_of(*children.primary_key.columns) == wanted)
        return (rows.c.source_table == source) & key_of(rows.c.source_id).in_(referring)

    return Feeds(rows, keys, source_rows, columns=frozenset())


def parent_feed(parent: type[SQLModel], child: type[SQLModel], column: str) -> Feeds:
    """A change in a row of EBP touches the rows of `child` whose `column` names it."""
    parents, children = table_of(parent), table_of(child)
    (parent_key,) = parents.primary_key.columns.keys()

    def keys(changed: FromClause) -> Select[Any]:
        named = select(key_of(changed.c[parent_key]))
        return select(source_id_of(*children.primary_key.columns)).where(key_of(children.c[column]).in_(named))

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        referring = select(key_of(children.c[column])).where(source_id_of(*children.primary_key.columns) == wanted)
        return key_of(parents.c[parent_key]).in_(referring)

    return Feeds(parents, keys, source_rows)


def belonging_feeds(
    child: type[SQLModel], column: str, parent: type[SQLModel], target: type[SQLModel]
) -> tuple[Feeds, Feeds]:
    """A row that cannot be without its parent: what touches it when the parent goes from EBP, or comes to `mobile`."""
    return parent_feed(parent, child, column), reference_feed(target, str(parent.__tablename__), child, column)


def link_feed(link: type[SQLModel], column: str, owner: type[SQLModel]) -> Feeds:
    """A change among links touches every owner: of a link that is gone, or that moved, nobody can tell whose it was.

    For small tables: hundreds of owners are compared in some milliseconds.
    """
    links, owners = table_of(link), table_of(owner)
    (owner_key,) = owners.primary_key.columns

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        return key_of(links.c[column]).in_(select(key_of(owner_key)).where(text_of(owner_key) == wanted))

    return Feeds(links, lambda changed: select_all(owners, changed), source_rows)


def select_all(owners: Table, changed: FromClause) -> Select[Any]:
    """All rows of a table, when anything changed at all."""
    return select(source_id_of(*owners.primary_key.columns)).where(exists(select(true()).select_from(changed)))


def is_in_ebp(model: type[SQLModel], code: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether EBP has a row of this key."""
    table = table_of(model)
    (key,) = table.primary_key.columns
    return exists().where(is_same_key(key, code))


def unite(*selects: Select[Any]) -> Select[Any]:
    """The `source_id`s of all of them."""
    parts: Sequence[Select[Any]] = selects
    return select(parts[0].union(*parts[1:]).subquery().c[0])


def _key_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return key_of(text_of(column))
