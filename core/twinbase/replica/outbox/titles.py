"""The outbox with a title for each edit: which row it is about, as people call it, and on which screen it stands.

A name comes from the row as it is; of a row that is in no table any more, from what was typed or was there before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column

from twinbase.caption import Caption, target_of, walk_columns
from twinbase.quoting import quote_name, quote_text
from twinbase.registry import Registry, Twin
from twinbase.replica.file.names import changes_table
from twinbase.replica.outbox.pending_edits import PendingEdit
from twinbase.replica.outbox.states import NOT_TAKEN
from twinbase.replica.outbox.waiting_edits import python_value

CHARACTERS_MAX = 120
"""Of a name: a note may be called by its text."""
SPACES = "char(9, 10, 11, 12, 13, 32, 160)"


@dataclass(frozen=True, slots=True)
class UnsentEdit:
    """A write that the server has not taken yet, or has refused, with what people call its row.

    `word`, `caption`, `about`: as the mirror's `Caption` says; the twin's name and nothing without one. `belongs_to`:
    (twin, key) of the row on whose screen it stands.
    """

    edit: PendingEdit
    word: str
    caption: str = ""
    about: str = ""
    belongs_to: tuple[str, Any] | None = None

    def make_title(self, translate: Callable[[str], str] = str) -> str:
        """`Part: copper tube 22 mm (Bakery Petit)`; `translate` is gettext's, and is asked for the word."""
        named = ": ".join(filter(None, (translate(self.word), self.caption)))
        return f"{named} ({self.about})" if self.about else named


@dataclass(frozen=True, slots=True)
class _Titled:
    """What the statement said of one edit."""

    caption: str
    about: str
    belongs_to: Any


class _Rows:
    """The tables that one twin's names are read from: the edit's own row, and those that its foreign keys lead to."""

    def __init__(self, twin: Twin, registry: Registry) -> None:
        self.twin, self._registry = twin, registry
        self.joins: dict[tuple[str, ...], str] = {}

    def find_value(self, path: str) -> str | None:
        """SQL for the value at the end of a path; None where it leads to a table that is on no device."""
        *hops, last = walk_columns(self.twin.name, path, self.twin.table)
        source, alias = self.twin, ""
        gone: tuple[str, ...] = ()
        for column in hops:
            target = target_of(column)
            parent = None if target is None else self._registry.find_by_table(target.table)
            if target is None or parent is None or parent.key != (target.name,):
                return None
            value = self._column(source, alias, column)
            gone, source = (*gone, str(column.name)), parent
            alias = self._join(gone, parent, value)
        return self._column(source, alias, last)

    def _column(self, source: Twin, alias: str, column: Column[object]) -> str:
        name = str(column.name)
        if alias:
            return f"{alias}.{quote_name(name)}"
        sides = (f"c.{quote_name(side + name)}" for side in ("new_", "old_") if name in source.columns)
        return f"coalesce({', '.join((f'r.{quote_name(name)}', *sides, 'NULL'))})"

    def _join(self, path: tuple[str, ...], parent: Twin, value: str) -> str:
        alias = f"j{list(self.joins).index(path) if path in self.joins else len(self.joins)}"
        join = f" LEFT JOIN {quote_name(parent.name)} AS {alias} ON {alias}.{quote_name(parent.key[0])} = {value}"
        self.joins.setdefault(path, join)
        return alias


def titles_query(twins: Sequence[Twin], registry: Registry) -> str:
    """One statement for all of these twins: the id of each edit, its names, and the key that it belongs to."""
    return " UNION ALL ".join(_of_twin(twin, twin.mirror.caption, registry) for twin in twins if twin.mirror.caption)


def _of_twin(twin: Twin, caption: Caption, registry: Registry) -> str:
    rows = _Rows(twin, registry)
    named = [rows.find_value(path) for path in caption.named_by]
    about = [rows.find_value(path) for path in caption.about]
    belongs = rows.find_value(caption.belongs_to) if caption.belongs_to else None
    same = " AND ".join(
        f"r.{quote_name(name)} = coalesce(c.{quote_name('new_' + name)}, c.{quote_name('old_' + name)})"
        for name in twin.key
    )
    return (
        f"SELECT o.id, {_first_text(named)}, {_first_text(about)}, {belongs or 'NULL'}"
        # Chosen inside: a twin may have a column of its own of any name that the outbox has.
        f" FROM (SELECT seq, id FROM _twinbase_outbox WHERE twin = {quote_text(twin.name)} AND {NOT_TAKEN}) AS o"
        f" JOIN {changes_table(twin.name)} AS c ON c.seq = o.seq"
        f" LEFT JOIN {quote_name(twin.name)} AS r ON {same}{''.join(rows.joins.values())}"
    )


def _first_text(values: Sequence[str | None]) -> str:
    """The beginning of the first that holds a word. As bytes: raw SQL may have left text that is no UTF-8."""
    cut = (f"substr(trim({value}, {SPACES}), 1, {CHARACTERS_MAX})" for value in values if value is not None)
    texts = [f"nullif({text}, '')" for text in cut]
    return f"CAST(coalesce({', '.join([*texts, quote_text(''), quote_text('')])}) AS BLOB)"


def title_edits(edits: Sequence[PendingEdit], rows: Sequence[Any], registry: Registry) -> Iterator[UnsentEdit]:
    """The edits with what the statement has said of them."""
    said = {UUID(id_): _Titled(_text(caption), _text(about), key) for id_, caption, about, key in rows}
    for edit in edits:
        yield _titled(edit, said, registry)


def _titled(edit: PendingEdit, said: Mapping[UUID, _Titled], registry: Registry) -> UnsentEdit:
    twin, found = registry[edit.twin], said.get(edit.id)
    caption = twin.mirror.caption
    if caption is None or found is None:
        return UnsentEdit(edit, twin.name if caption is None else caption.word)
    return UnsentEdit(edit, caption.word, found.caption, found.about, _belonging(twin, caption, found, registry))


def _belonging(twin: Twin, caption: Caption, found: _Titled, registry: Registry) -> tuple[str, Any] | None:
    if found.belongs_to is None:
        return None
    value = python_value(twin, caption.belongs_to, found.belongs_to)
    target = target_of(twin.table.columns[caption.belongs_to])
    parent = twin if target is None else registry.find_by_table(target.table)
    return None if parent is None else (parent.name, value)


def _text(value: bytes) -> str:
    """On one line."""
    return " ".join(value.decode(errors="replace").split())
