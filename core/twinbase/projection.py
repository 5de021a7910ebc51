"""Projections: queries that feed one server table from others, row by row, by version, never as a reload."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause, Select, Table
from sqlmodel import SQLModel

KeysOf = Callable[[FromClause], Select[Any]]


@dataclass(frozen=True, slots=True)
class Feeds:
    """A table that a projection reads.

    `keys`: from the changed keys of that table (a subquery with its key columns) to the `source_id`s of the rows that
    have to be projected again, as a select of one text column.
    """

    table: Table
    keys: KeysOf


@dataclass(frozen=True)
class Projection:
    """Feeds `target` from other tables of the server.

    `name` is kept in the target's `source_table`. `rows` selects every row of the target: its columns by name, `id` and
    `source_id` (text) among them. `feeds` say which sources there are and which rows a change in one of them touches.
    `shared`: columns that devices write too; the projection writes them only when the source's own value has changed
    since it was last projected. `retire`: what to write instead of deleting a row that work of a device hangs on.
    """

    target: type[SQLModel]
    name: str
    rows: Select[Any]
    feeds: tuple[Feeds, ...]
    shared: frozenset[str] = frozenset()
    retire: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return self.target.__table__  # type: ignore[attr-defined,no-any-return]

    @property
    def columns(self) -> tuple[str, ...]:
        """The target's columns that this projection fills (without `source_table`, which is its name)."""
        return tuple(self.rows.selected_columns.keys())
