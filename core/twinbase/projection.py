"""Projections: queries that feed one server table from others, row by row, by version, never as a reload."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table
from sqlmodel import SQLModel

OPTIONAL = "optional"
"""In the `info` of a source's column or table: what is lost where a database lacks it, as a sentence. A column without
it is required: where it is missing, or of another type, the projections that read it are off, and only those."""

KeysOf = Callable[[FromClause], Select[Any]]
SourceRows = Callable[[ColumnElement[str]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Feeds:
    """A table that a projection reads.

    `keys`: from the changed keys of that table (a subquery with its key columns) to the `source_id`s of the rows that
    have to be projected again, as a select of one text column. It must name the rows that a change touched before it
    too: what moved from one row to another touches both. `source_rows`: from a `source_id` to the condition that its
    rows of this table meet, for `explain`. `columns`: those to watch, besides the key; all that are declared when None.
    """

    table: Table
    keys: KeysOf
    source_rows: SourceRows | None = None
    columns: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class Projection:
    """Feeds `target` from other tables of the server.

    `name` is kept in the target's `source_table`. `rows` selects every row of the target: its columns by name, `id` and
    `source_id` (text) among them. `only`: which of them count, as conditions that all have to hold, each under the
    sentence that says why a row is missing where it does not. `feeds` say which sources there are and which rows a
    change in one of them touches; the first is the table that rows are made of. `shared`: columns that devices write
    too; the projection writes them only when the source's own value has changed since it was last projected. Those of
    one group in `together` go together: a position is never half a device's. `retire`: what to write instead of
    deleting a row that work of a device hangs on.

    Text that is too long for its column is cut, and a number that does not fit becomes NULL; so does a foreign key that
    leads to nothing, and where it must not be NULL the row is left out: a row of a source never stops a run. Name the
    table that a key leads to among the feeds, and the row comes whole when that is there.
    """

    target: type[SQLModel]
    name: str
    rows: Select[Any]
    feeds: tuple[Feeds, ...]
    only: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    together: tuple[frozenset[str], ...] = ()
    retire: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The target's table."""
        return self.target.__table__  # type: ignore[attr-defined,no-any-return]

    @property
    def columns(self) -> tuple[str, ...]:
        """The target's columns that this projection fills (without `source_table`, which is its name)."""
        return tuple(self.rows.selected_columns.keys())

    @property
    def selected(self) -> Select[Any]:
        """The rows that count."""
        return self.rows.where(*self.only.values())

    def moves_with(self, column: str) -> frozenset[str]:
        """The shared columns that are written when this one's own value in the source has changed."""
        groups = [group for group in self.together if column in group]
        return frozenset({column}).union(*groups)
