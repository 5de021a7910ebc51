"""What is written to the server's PostgreSQL: only rows that differ, many at once, in the caller's transaction.

A row that PostgreSQL does not take is found and left out, so that it does not take its page with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from twinbase.errors import TwinbaseError
from twinbase.quoting import quote_name
from twinbase_ebp.loading.rows import NULL, SourceRowValues, copy_text
from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.schema.ddl import qualify_name
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec

INCOMING = 'pg_temp."ebp_incoming"'
# Where an array goes in a statement. Names of columns may hold any other character, and one for our driver too: %.
ARRAY = "\0"
# Up to here it is cheaper to fetch the rows that are there than to stage those that come.
SIFTED_MAX = 500
REFUSED_MAX = 100
# What is wrong with a row, and not with us or the server: its data, a constraint, a trigger's veto, its size.
_ROW_STATES = ("22", "23", "54", "P0")


class TooManyRefused(TwinbaseError):
    """So many rows of one page do not fit their table that it is the table that does not fit."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that PostgreSQL does not take, and why, without the values that it holds."""

    key: SourceKey
    sentence: str


@dataclass(slots=True)
class WriteResult:
    """What became of some rows. Those that are neither were there as they are."""

    inserted: int = 0
    updated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    def __iadd__(self, other: "WriteResult") -> "WriteResult":
        self.inserted += other.inserted
        self.updated += other.updated
        self.refused += other.refused
        return self


class Writer:
    """Writes the copy of one table. Every method runs in the transaction that the connection is in."""

    def __init__(self, connection: Connection, spec: TableSpec) -> None:
        self._connection = connection
        self.spec = spec
        self.table = qualify_name(spec.target)
        self._key = [spec.get_column(name) for name in spec.key]
        self._texts = [position for position, one in enumerate(spec.columns) if one.type.startswith("text")]
        self._positions = [spec.columns.index(one) for one in self._key]

    def fill(self, rows: Sequence[SourceRowValues]) -> WriteResult:
        """Add rows to a table that was empty: they can only be new. Where that is not so, they are merged."""
        try:
            with self._connection.begin_nested():
                self.copy(self.table, self.spec.columns, rows, self._texts)
        except (psycopg.Error, UnicodeEncodeError) as error:
            _check_rows_fault(error)
            return self.merge(rows)
        return WriteResult(inserted=len(rows))

    def merge(self, rows: Sequence[SourceRowValues]) -> WriteResult:
        """Change the rows that differ and add those that are not there."""
        if len(rows) <= SIFTED_MAX:
            rows = self._unlike(rows)
        return self._whole_or_halves(rows, self._merged) if rows else WriteResult()

    def delete(self, keys: Sequence[SourceKey]) -> int:
        """Remove the rows of these keys; answer how many there were."""
        return self._for_keys(f"DELETE FROM {self.table} t", keys).rowcount if keys else 0

    def read_rows(self, keys: Sequence[SourceKey]) -> Sequence[SourceRowValues]:
        """The rows of these keys, in the order of the spec's columns."""
        return (
            self._for_keys(f"SELECT {column_names(self.spec.columns)} FROM {self.table} t", keys).all() if keys else []
        )

    def count(self) -> int:
        return int(self.run(f"SELECT count(*) FROM {self.table}").scalar_one())

    def has_rows(self) -> bool:
        return bool(self.run(f"SELECT EXISTS (SELECT FROM {self.table})").scalar_one())

    def copy(
        self, position: str, columns: Iterable[ColumnSpec], rows: Sequence[SourceRowValues], texts: Sequence[int]
    ) -> None:
        """COPY rows into a table."""
        data = copy_text(rows, texts)
        driver: Any = self._connection.connection.driver_connection
        statement = f"COPY {position} ({column_names(columns)}) FROM STDIN (NULL '{NULL}')"
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)

    def stage(self, rows: Sequence[SourceRowValues]) -> None:
        """Put rows beside the table, into one that has the same columns and ends with the transaction."""
        columns = self.spec.columns
        self.run(f"DROP TABLE IF EXISTS {INCOMING}")
        listed = f"SELECT {column_names(columns)} FROM {self.table} WITH NO DATA"
        self.run(f"CREATE TEMP TABLE ebp_incoming ON COMMIT DROP AS {listed}")
        self.copy(INCOMING, columns, rows, self._texts)

    def run(self, statement: str, *arrays: Sequence[Any]) -> CursorResult[Any]:
        """Run a statement of ours; each ARRAY in it stands for one of the arrays."""
        return self._connection.exec_driver_sql(statement.replace("%", "%%").replace(ARRAY, "%s"), arrays)

    def same_key_sql(self, one: str, other: str) -> str:
        """The condition that two tables of these names speak of the same row."""
        return " AND ".join(f"{one}.{quote_name(c.target)} = {other}.{quote_name(c.target)}" for c in self._key)

    # -- rows that differ -----------------------------------------------------------------------------------------

    def _unlike(self, rows: Sequence[SourceRowValues]) -> Sequence[SourceRowValues]:
        """The rows that are not there as they are. What only looks different here, the database will find alike."""
        there = {self._key_of(row): row for row in self.read_rows([self._key_of(row) for row in rows])}
        return [row for row in rows if there.get(self._key_of(row)) != row]

    def _merged(self, rows: Sequence[SourceRowValues]) -> WriteResult:
        self.stage(self._each_once(rows))
        updated = self.run(self._update()).rowcount if self._others else 0
        return WriteResult(self.run(self._insert()).rowcount, updated)

    @property
    def _others(self) -> list[ColumnSpec]:
        return [one for one in self.spec.columns if one.name not in self.spec.key]

    def _update(self) -> str:
        others = self._others
        sets = ", ".join(f"{quote_name(one.target)} = i.{quote_name(one.target)}" for one in others)
        return (
            f"UPDATE {self.table} t SET {sets} FROM {INCOMING} i WHERE {self.same_key_sql('t', 'i')}"
            f" AND ({column_names(others, 't')}) IS DISTINCT FROM ({column_names(others, 'i')})"
        )

    def _insert(self) -> str:
        listed = column_names(self.spec.columns)
        return (
            f"INSERT INTO {self.table} ({listed}) SELECT {listed} FROM {INCOMING} i"
            f" WHERE NOT EXISTS (SELECT FROM {self.table} t WHERE {self.same_key_sql('t', 'i')})"
        )

    def _each_once(self, rows: Sequence[SourceRowValues]) -> Sequence[SourceRowValues]:
        """A row that moved while it was read may come twice; the last is the newest."""
        by_key = {self._key_of(row): row for row in rows}
        return rows if len(by_key) == len(rows) else list(by_key.values())

    # -- rows that are not taken ----------------------------------------------------------------------------------

    def _whole_or_halves(
        self, rows: Sequence[SourceRowValues], write: Callable[[Sequence[SourceRowValues]], WriteResult]
    ) -> WriteResult:
        """Write all; where that fails, each half apart, until the rows that are at fault stand alone."""
        try:
            with self._connection.begin_nested():
                return write(rows)
        except (DBAPIError, psycopg.Error, UnicodeEncodeError) as error:
            _check_rows_fault(error)
            if len(rows) == 1:
                return WriteResult(refused=[RefusedRow(self._key_of(rows[0]), _sentence(error))])
        half = len(rows) // 2
        written = self._whole_or_halves(rows[:half], write)
        written += self._whole_or_halves(rows[half:], write) if len(written.refused) < REFUSED_MAX else WriteResult()
        if len(written.refused) >= REFUSED_MAX:
            raise TooManyRefused(
                f"{self.spec.name}: {REFUSED_MAX} rows and more are not taken. The first: {written.refused[0].sentence}"
            )
        return written

    # -- keys -----------------------------------------------------------------------------------------------------

    def _key_of(self, row: SourceRowValues) -> SourceKey:
        return tuple([row[position] for position in self._positions])

    def _for_keys(self, statement: str, keys: Sequence[SourceKey]) -> CursorResult[Any]:
        """Run a statement about the rows `t` of these keys, which come as arrays: any number of them is one value."""
        # Without a length, which would cut a longer key to one that may be another's.
        arrays = ", ".join(f"{ARRAY}::{one.pg_type.partition('(')[0]}[]" for one in self._key)
        of_keys = f"WHERE ({column_names(self._key, 't')}) IN (SELECT * FROM unnest({arrays}))"
        return self.run(f"{statement} {of_keys}", *(list(column) for column in zip(*keys, strict=True)))


def column_names(columns: Iterable[ColumnSpec], alias: str = "") -> str:
    """The columns' names in PostgreSQL, for a statement."""
    dot = f"{alias}." if alias else ""
    return ", ".join(dot + quote_name(one.target) for one in columns)


def _cause(error: Exception) -> Exception:
    return error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error


def _check_rows_fault(error: Exception) -> None:
    """Raise what is not a row's fault."""
    cause = _cause(error)
    state = getattr(cause, "sqlstate", None) or ""
    if not isinstance(cause, UnicodeEncodeError) and not state.startswith(_ROW_STATES):
        raise error


def _sentence(error: Exception) -> str:
    """What PostgreSQL says of a row, without the row."""
    cause = _cause(error)
    if isinstance(cause, UnicodeEncodeError):
        return "A text holds half a character, which no database can keep: correct it in EBP."
    diagnosis = getattr(cause, "diag", None)
    if "0x00" in str(cause):
        return "A text holds a NUL character, which PostgreSQL does not keep: correct it in EBP."
    at = getattr(diagnosis, "column_name", None) or getattr(diagnosis, "constraint_name", None)
    return f"PostgreSQL does not take it: {type(cause).__name__}{f' at {at}' if at else ''}."
