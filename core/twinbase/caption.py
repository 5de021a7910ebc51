"""How the rows of a twin are called where people read of them: in a list of what is not sent yet, say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Table

from twinbase.errors import MirrorError

HOP = "."


@dataclass(frozen=True, slots=True)
class Caption:
    """What people call a row: `Caption("Part", ("label", "product_id.caption"), about=("visit_id.customer_id.name",))`.

    `word`: the word for any row of the table, in English; a text to translate. `named_by`: the columns that name this
    row, the first of them that holds text. `about`: whom or what it concerns, a customer's name say, found as the name
    is. `belongs_to`: the column that leads to the row on whose screen it is shown: a foreign key, or the table's own
    key.
    A column may be one of another twin: `product_id.caption` is the caption of the row that `product_id` points at.
    """

    word: str
    named_by: Sequence[str] = ()
    about: Sequence[str] = ()
    belongs_to: str = ""


def check_caption(owner: str, caption: object, table: Table) -> None:
    """Refuse a caption whose columns are not there, with the columns that are."""
    if caption is None:
        return
    if not isinstance(caption, Caption) or not caption.word or str in (type(caption.named_by), type(caption.about)):
        raise MirrorError(f"{owner}: caption= is Caption('Part', ('label',)): a word, and tuples of columns.")
    for path in (*caption.named_by, *caption.about, *filter(None, [caption.belongs_to])):
        list(walk_columns(owner, path, table))
    _check_belonging(owner, caption.belongs_to, table)


def _check_belonging(owner: str, name: str, table: Table) -> None:
    if name and (HOP in name or (target_of(table.columns[name]) is None and name not in table.primary_key.columns)):
        raise MirrorError(
            f"{owner}: belongs_to={name!r} in its caption leads to no row: give a column of {table.name} that is a"
            " foreign key, or its own key."
        )


def walk_columns(owner: str, path: str, table: Table) -> Iterator[Column[object]]:
    """The columns that a path goes by: foreign keys, and the last one. Raises MirrorError where there is no way."""
    *hops, last = path.split(HOP)
    for name in hops:
        column = _column(owner, path, table, name)
        yield column
        if (target := target_of(column)) is None:
            raise MirrorError(f"{owner}: {path!r} in its caption leads nowhere, as {name!r} is no foreign key.")
        table = target.table
    yield _column(owner, path, table, last)


def target_of(column: Column[object]) -> Column[object] | None:
    """The column that a foreign key points at; None where it is none, or one of several."""
    found = [key.column for key in column.foreign_keys]
    return found[0] if len(found) == 1 else None


def _column(owner: str, path: str, table: Table, name: str) -> Column[object]:
    if name not in table.columns:
        has = ", ".join(sorted(table.columns.keys()))
        raise MirrorError(f"{owner}: {path!r} in its caption names no column: {table.name} has {has}.")
    return table.columns[name]
