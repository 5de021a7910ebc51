"""The twins of a file, and their rows: a page at a time, and one row with all that the engine knows of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinbase.names import key_column
from twinbase.quoting import quote_name, quote_names
from twinbase.replica.connection import Connection, Stored, StoredRow
from twinbase.replica.file.names import image_table, meta_table
from twinbase.replica.outbox.states import NOT_TAKEN
from twinbase_textual.inspect.values import TwinShape, read_shape

PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class TwinSummary:
    """`backfill`: columns whose values have not come yet. Not `is_active`: the app does not declare it any more."""

    name: str
    rows: int
    unsent: int
    is_loaded: bool
    is_active: bool
    backfill: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows in the order of their key, `offset` of `total` before them; each begins with its values of the key."""

    twin: str
    shape: TwinShape
    rows: list[StoredRow]
    offset: int
    total: int


@dataclass(frozen=True, slots=True)
class RowFacts:
    """One row: what it holds `here`, and what the server's had when an unsent edit lies on top of it.

    `version`, `hash`: of the server's row, as the proof counts them; None for a row that only this device has.
    `quarantined`: why a value could not travel.
    """

    twin: str
    shape: TwinShape
    key: tuple[Stored, ...]
    here: Mapping[str, Stored] | None
    image: Mapping[str, Stored] | None
    version: int | None
    hash: int | None
    quarantined: str | None


def list_twins(connection: Connection) -> list[TwinSummary]:
    """All twins that the file has, by name."""
    unsent: dict[str, int] = dict(
        connection.execute(f"SELECT twin, count(*) FROM _twinbase_outbox WHERE {NOT_TAKEN} GROUP BY twin")
    )
    rows = connection.execute("SELECT name, loaded, active, backfill FROM _twinbase_twin ORDER BY name").fetchall()
    return [
        TwinSummary(
            name, _count(connection, name), unsent.get(name, 0), bool(loaded), bool(active), tuple(json.loads(columns))
        )
        for name, loaded, active, columns in rows
    ]


def read_rows(connection: Connection, twin: str, offset: int = 0, *, having: str = "") -> RowsPage:
    """A page of rows. `having`: only those of which some value holds this text."""
    shape = read_shape(connection, twin)
    columns = list_columns(shape)
    where, parameters = _search(shape, having)
    source = f"FROM {quote_name(twin)} {where}"
    total = int(connection.execute(f"SELECT count(*) {source}", parameters).fetchone()[0])
    query = f"SELECT {quote_names(columns)} {source} ORDER BY {quote_names(shape.key)} LIMIT ? OFFSET ?"
    rows = connection.execute(query, (*parameters, PAGE_ROWS, offset)).fetchall()
    return RowsPage(twin, shape, rows, offset, total)


def read_row(connection: Connection, twin: str, key: Sequence[Stored]) -> RowFacts:
    """All that the file knows of one row, which need not be there."""
    shape = read_shape(connection, twin)
    here = _read_columns(connection, quote_name(twin), shape, key)
    image = _read_columns(connection, image_table(twin), shape, key)
    where = " AND ".join(f"{quote_name(key_column(name))} IS ?" for name in shape.key)
    proof = connection.execute(
        f"SELECT version, hash, quarantined FROM {meta_table(twin)} WHERE {where}", tuple(key)
    ).fetchone()
    return RowFacts(twin, shape, tuple(key), here, image, *(proof or (None, None, None)))


def list_columns(shape: TwinShape) -> tuple[str, ...]:
    """The columns as a page has them: those of the key first."""
    return (*shape.key, *(name for name in shape.columns if name not in shape.key))


def _search(shape: TwinShape, text: str) -> tuple[str, tuple[str, ...]]:
    if not text:
        return "", ()
    any_of = " OR ".join(f"instr(lower(CAST({quote_name(name)} AS TEXT)), lower(?1))" for name in shape.columns)
    return f"WHERE {any_of}", (text,)


def _read_columns(
    connection: Connection, table: str, shape: TwinShape, key: Sequence[Stored]
) -> Mapping[str, Stored] | None:
    where = " AND ".join(f"{quote_name(name)} IS ?" for name in shape.key)
    row = connection.execute(f"SELECT {quote_names(shape.columns)} FROM {table} WHERE {where}", tuple(key)).fetchone()
    return None if row is None else dict(zip(shape.columns, row, strict=True))


def _count(connection: Connection, twin: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {quote_name(twin)}").fetchone()[0])
