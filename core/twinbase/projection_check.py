"""Projections are looked at when they are declared, as mirrors are: what is wrong is said at start, all at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.types import JSON, NullType, String, TypeEngine

from twinbase.codecs.resolve import server_type
from twinbase.errors import DeclarationError
from twinbase.projection import Feeds, Projection

OWN = ("id", "source_table", "source_id")
"""The columns by which the rows of a target are known."""
# What PostgreSQL puts into a column of another type by itself; into a text it puts everything.
_KINDS: Sequence[frozenset[type]] = (frozenset({datetime, date}), frozenset({time}), frozenset({timedelta}))
_NUMBERS = ("int", "float", "Decimal")


def check_projections(projections: Iterable[Projection]) -> None:
    """Raise DeclarationError that names every projection, its column and what to do."""
    problems: list[str] = []
    taken: dict[tuple[str, Table], Projection] = {}
    for one in projections:
        table = getattr(one.target, "__table__", None)
        if not isinstance(table, Table):
            problems.append(f"{_label(one)}: its target is no table: declare it as a class with table=True.")
            continue
        problems += [f"{_label(one)}: {problem}" for problem in _problems(one, table)]
        if taken.setdefault((one.name, table), one) is not one:
            problems.append(f"{_label(one)}: two projections of this name feed one table; rename one.")
    if problems:
        raise DeclarationError(" ".join(problems))


def _label(projection: Projection) -> str:
    target = getattr(projection.target, "__name__", repr(projection.target))
    return f"Projection({target}, {projection.name!r})"


def _problems(projection: Projection, table: Table) -> Iterator[str]:
    yield from _of_target(table)
    yield from _of_rows(projection, table)
    yield from _of_options(projection, table)
    if not projection.feeds:
        yield "it has no feeds: the first is the table that its rows are made of."
    for feed in projection.feeds:
        yield from _of_feed(feed)


def _of_target(table: Table) -> Iterator[str]:
    for name in OWN:
        column = table.columns.get(name)
        if column is None:
            wanted = "its key" if name == "id" else "a text"
            yield f"its target has no column {name}, by which it knows its rows: add one, {wanted}."
        elif name != "id" and not isinstance(server_type(column.type), String):
            yield f"its target's column {name} is no text."
    if "id" in table.columns and [column.name for column in table.primary_key.columns] != ["id"]:
        yield "its target's key has to be the column id alone."


def _of_rows(projection: Projection, table: Table) -> Iterator[str]:
    selected = projection.rows.selected_columns
    for name in ("id", "source_id"):
        if name not in selected:
            yield f"its rows lack {name}: select it, .label({name!r})."
    for name in selected.keys():
        if name == "source_table":
            yield "its rows select source_table, which is written by itself, as the name of the projection."
        elif name not in table.columns:
            yield f"its rows select {name}, and its target has no such column."
        elif not _fits(selected[name].type, table.columns[name].type):
            yield f"{name} is {selected[name].type!r} in its rows, and {table.columns[name].type!r} in its target."
    for column in table.columns:
        if column.name not in (*selected.keys(), "source_table") and _must_be_given(column):
            yield f"its rows lack {column.name}, which may not be empty and has no default."


def _must_be_given(column: Column[Any]) -> bool:
    given = column.nullable or column.server_default is not None or column.default is not None
    return not (given or column.computed is not None or column.identity is not None)


def _of_options(projection: Projection, table: Table) -> Iterator[str]:
    selected = set(projection.rows.selected_columns.keys())
    if unknown := projection.shared - selected:
        yield f"{', '.join(sorted(unknown))} in shared, and not among its rows."
    for group in projection.together:
        if unknown := group - projection.shared:
            yield f"{', '.join(sorted(unknown))} in together, and not in shared."
    if strange := set(projection.retire) - set(table.columns.keys()):
        yield f"{', '.join(sorted(strange))} in retire, and no column of its target."


def _of_feed(feed: Feeds) -> Iterator[str]:
    if not feed.table.primary_key.columns:
        yield f"{feed.table.name}, which feeds it, has no key: nobody can tell which of its rows have changed."
        return
    if unknown := (feed.columns or frozenset()) - set(feed.table.columns.keys()):
        yield f"{', '.join(sorted(unknown))} of {feed.table.name} to be watched, and no column of it."
    try:
        keys = list(feed.keys(feed.table.alias("changed")).selected_columns)
    except AttributeError as error:
        yield f"the keys of {feed.table.name} ask for a column that it has not: {error}."
        return
    if len(keys) != 1 or _python_type(keys[0].type) not in (str, None):
        yield f"the keys of {feed.table.name} have to be one column of text, the source_id: cast(…, Text)."


def _fits(given: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool:
    """Whether PostgreSQL takes the one for the other, as far as the types say."""
    mine, theirs = _python_type(given), _python_type(wanted)
    if mine is None or theirs is None or mine is theirs or theirs is str:
        return True
    if mine.__name__ in _NUMBERS and theirs.__name__ in _NUMBERS:
        return True
    return any({mine, theirs} <= kind for kind in _KINDS)


def _python_type(type_: TypeEngine[Any]) -> type | None:
    """None where a type does not say, or says too little."""
    plain = server_type(type_)
    if isinstance(plain, (NullType, JSON)):
        return None
    try:
        found = plain.python_type
    except NotImplementedError:
        return None
    return found if found in (bool, int, float, str, bytes, UUID, datetime, date, time, timedelta) or (
        found.__name__ == "Decimal"
    ) else None  # fmt: skip
