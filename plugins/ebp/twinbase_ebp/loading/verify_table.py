"""Compare the copy with EBP: every value of every row, on both sides as its own driver reads it. Nothing is written.

What the two databases mean by order does not matter: the source's rows are read by its own order, and each page's rows
are looked up in the copy by their keys. Values are compared here and not by PostgreSQL, which has written one side.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from twinbase.errors import TwinbaseError
from twinbase.quoting import quote_name
from twinbase.source import Tell
from twinbase_ebp.loading.compare_keys import SEEN
from twinbase_ebp.loading.keyless import missing_rows_sql, surplus_rows_sql
from twinbase_ebp.loading.report import SHOWN_MAX, key_label
from twinbase_ebp.loading.rows import SourceRowValues
from twinbase_ebp.loading.source_pages import SourceKey, SourceReader
from twinbase_ebp.loading.table_load import TELL_FROM_ROWS
from twinbase_ebp.loading.table_notes import TableNotes
from twinbase_ebp.loading.watermarks import is_before, text_of
from twinbase_ebp.loading.writing import Writer, column_names
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.schema.types import parse

NOBODY = UUID(int=0)


@dataclass(slots=True)
class TableVerdict:
    """How one copy differs. `waiting`: rows that EBP changed since the last load. `examples`: keys and columns."""

    table: str
    rows: int = 0
    differing: int = 0
    missing: int = 0
    surplus: int = 0
    waiting: int = 0
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0
    why: str = ""

    @property
    def same(self) -> bool:
        return not (self.differing or self.missing or self.surplus or self.why)

    def as_dict(self) -> dict[str, Any]:
        return {"same": self.same} | {name: getattr(self, name) for name in self.__slots__}

    def add_example(self, what: str) -> None:
        if len(self.examples) < SHOWN_MAX:
            self.examples.append(what)


def verify_table(spec: TableSpec, source: Connection, target: Connection, tell: Tell, stop: Event) -> TableVerdict:
    """Compare one table. One that cannot be read says why."""
    started, verdict = time.perf_counter(), TableVerdict(spec.name)
    try:
        comparison = _Comparison(spec, source, target, verdict)
        if spec.key:
            comparison.by_key(tell, stop)
        else:
            comparison.by_content()
    except (SQLAlchemyError, psycopg.Error, TwinbaseError, ValueError) as error:
        source.rollback()
        verdict.why = f"{type(getattr(error, 'orig', None) or error).__name__}: the table could not be compared."
    verdict.seconds = round(time.perf_counter() - started, 3)
    return verdict


class _Comparison:
    """One table, in one transaction on the copy."""

    def __init__(self, spec: TableSpec, source: Connection, target: Connection, verdict: TableVerdict) -> None:
        self._spec, self._target, self._verdict = spec, target, verdict
        self._reader, self._writer = SourceReader(source, spec), Writer(target, spec)

    def by_key(self, tell: Tell, stop: Event) -> None:
        state = TableNotes(self._target, self._spec, NOBODY, datetime.min).read()
        high = state.high if state else None
        with self._target.begin() as transaction:
            self._stage_keys()
            for rows in self._reader.read_by_key():
                if stop.is_set():
                    self._verdict.why = "It was stopped before all rows were compared."
                    break
                self._page(rows, high)
                if self._verdict.rows >= TELL_FROM_ROWS:
                    tell(self._spec.name, self._verdict.rows, None)
            else:
                self._surplus()
            transaction.rollback()

    def by_content(self) -> None:
        rows = self._reader.read_all()
        with self._target.begin() as transaction:
            self._writer.stage(rows)
            self._verdict.rows = len(rows)
            self._verdict.missing = self._count(missing_rows_sql(self._writer))
            self._verdict.surplus = self._count(surplus_rows_sql(self._writer))
            transaction.rollback()

    def _stage_keys(self) -> None:
        listed = f"SELECT {column_names(self._spec.key_columns)} FROM {self._writer.table} WITH NO DATA"
        self._writer.run(f"CREATE TEMP TABLE ebp_seen ON COMMIT DROP AS {listed}")

    def _page(self, rows: Sequence[SourceRowValues], high: str | None) -> None:
        by_key = {self._normal_key(self._reader.key_of(row)): row for row in rows}
        there = {self._normal_key(self._reader.key_of(row)): row for row in self._writer.read_rows(list(by_key))}
        texts = [position for position, one in enumerate(self._spec.key_columns) if one.type.startswith("text")]
        self._writer.copy(SEEN, self._spec.key_columns, list(by_key), texts)
        self._verdict.rows += len(rows)
        for key, row in by_key.items():
            if key not in there or there[key] != row:
                self._differs(key, row, there.get(key), high)

    def _differs(self, key: SourceKey, row: SourceRowValues, there: SourceRowValues | None, high: str | None) -> None:
        columns = [] if there is None else self._columns_that_differ(row, there)
        if there is not None and not columns:
            return
        if self._is_newer(row, high):
            self._verdict.waiting += 1
        elif there is None:
            self._verdict.missing += 1
            self._verdict.add_example(f"{key_label(key)}: is not in the copy")
        else:
            self._verdict.differing += 1
            self._verdict.add_example(f"{key_label(key)}: {', '.join(columns)}")

    def _is_newer(self, row: SourceRowValues, high: str | None) -> bool:
        """Whether EBP changed the row after the last load."""
        if self._spec.watermark is None:
            return False
        return is_before(high, text_of(self._reader.value_of(row, self._spec.watermark)))

    def _columns_that_differ(self, row: SourceRowValues, there: SourceRowValues) -> list[str]:
        pairs = zip(self._spec.columns, row, there, strict=True)
        return [column.name for column, one, other in pairs if not _alike(column, one, other)]

    def _surplus(self) -> None:
        key = self._spec.key_columns
        gone = (
            f"SELECT {column_names(key, 't')} FROM {self._writer.table} t"
            f" WHERE NOT EXISTS (SELECT FROM {SEEN} s WHERE {self._writer.same_key_sql('t', 's')})"
        )
        self._verdict.surplus = self._count(gone)
        if self._verdict.surplus:
            order = ", ".join(f"t.{quote_name(one.target)}" for one in key)
            for found in self._writer.run(f"{gone} ORDER BY {order} LIMIT {SHOWN_MAX}"):
                self._verdict.add_example(f"{key_label(tuple(found))}: EBP has no such row")

    def _count(self, query: str) -> int:
        return int(self._writer.run(f"SELECT count(*) FROM ({query}) found").scalar_one())

    def _normal_key(self, key: SourceKey) -> SourceKey:
        return tuple([_normal(column, value) for column, value in zip(self._spec.key_columns, key, strict=True)])


def _alike(column: ColumnSpec, one: Any, other: Any) -> bool:
    if one == other or one is None or other is None:
        return bool(one is other or one == other)
    left, right = _normal(column, one), _normal(column, other)
    # Not a number is equal to nothing, itself included.
    return bool(left == right or (left != left and right != right))


def _normal(column: ColumnSpec, value: Any) -> Any:
    """Drivers hand the same value over as different types: one knows uuids, the next writes them as text."""
    family = parse(column.type).family
    if family == "uuid" and not isinstance(value, UUID):
        return UUID(str(value))
    if family in ("decimal", "float64") and isinstance(value, str):
        return Decimal(value)
    return value
