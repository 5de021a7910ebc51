"""What is asked of the source: plain SELECTs, in pages that begin after the last row of the page before.

Never OFFSET, which skips a row whenever one before it is deleted; never one long SELECT, which would hold up EBP.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, column, func, or_, select, table

from twinbase_ebp.loading.rows import SourceRowValues
from twinbase_ebp.loading.watermarks import bind_moment, exact_column, text_of
from twinbase_ebp.schema.spec import TableSpec

CELLS_MAX = 500_000
ROWS_MAX = 5_000
ROWS_MIN = 100
# A key is small: so many times more of them fit a page.
KEYS_TIMES = 4
# SQL Server takes 2,100 parameters.
ASKED_MAX = 1_000

SourceKey = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """What one look at a table tells: how many rows, the latest watermark, how many rows without one."""

    rows: int
    high: str | None = None
    undated: int = 0


@dataclass(frozen=True, slots=True)
class _PagePlan:
    """What a page holds, where in it the key is, and how many rows it has."""

    columns: Sequence[ColumnElement[Any]]
    key_positions: Sequence[int]
    size: int


class SourceReader:
    """Reads one table of the source. Rows are sequences in the order of the spec's columns."""

    def __init__(self, connection: Connection, spec: TableSpec, *, rows_max: int = ROWS_MAX) -> None:
        self._connection = connection
        self.spec = spec
        self._positions = {name: position for position, name in enumerate(one.name for one in spec.columns)}
        self.page_rows = max(min(rows_max, ROWS_MIN), min(rows_max, CELLS_MAX // max(1, len(spec.columns))))

    @cached_property
    def key_positions(self) -> tuple[int, ...]:
        return tuple(self._positions[name] for name in self.spec.key)

    def key_of(self, row: SourceRowValues) -> SourceKey:
        return tuple([row[position] for position in self.key_positions])

    def value_of(self, row: SourceRowValues, name: str) -> Any:
        return row[self._positions[name]]

    def probe(self) -> Probe:
        """One statement, whatever the table holds."""
        if self.spec.watermark is None:
            return Probe(self._connection.execute(select(func.count()).select_from(self._table)).scalar_one())
        undated = func.sum(case((self._watermark.is_(None), 1), else_=0))
        high = exact_column(self._dialect, func.max(self._watermark))
        row = self._connection.execute(select(func.count(), high, undated).select_from(self._table)).one()
        return Probe(row[0], text_of(row[1]), int(row[2] or 0))

    def read_all(self) -> Sequence[SourceRowValues]:
        """All rows, of a table that has no key to page by."""
        return self._connection.execute(select(*self._columns)).all()

    def read_by_key(self, after: SourceKey | None = None) -> Iterator[Sequence[SourceRowValues]]:
        """All rows in the order of the key, page by page, from after this one."""
        return self._pages(self._page, after)

    def read_undated(self) -> Iterator[Sequence[SourceRowValues]]:
        """The rows that have no watermark."""
        return self._pages(self._page, None, self._watermark.is_(None))

    def read_keys(self) -> Iterator[Sequence[SourceRowValues]]:
        """All keys, each with its row's watermark, where there is one."""
        asked = [*self._key, *([self._watermark] if self.spec.watermark else [])]
        return self._pages(_PagePlan(asked, range(len(self._key)), self.page_rows * KEYS_TIMES), None)

    def read_since(self, moment: str) -> Iterator[tuple[Sequence[SourceRowValues], str]]:
        """The rows of this watermark and later ones, in its order; each page with the watermark of its last row."""
        after: tuple[str, SourceKey] | None = None
        size = self.page_rows
        while True:
            found = self._connection.execute(self._since(moment, after, size)).all()
            if not found:
                return
            last = (str(text_of(found[-1][-1])), self.key_of(found[-1]))
            if last == after:
                # A driver rounds this clock, and the page ended where it began: take more of it at once.
                size *= 4
                continue
            yield [row[:-1] for row in found], last[0]
            if len(found) < size:
                return
            after, size = last, self.page_rows

    def read_rows(
        self, keys: Sequence[SourceKey], columns: Sequence[str] | None = None
    ) -> Iterator[Sequence[SourceRowValues]]:
        """The rows of these keys (of these values of `columns`), as far as there are any."""
        asked = [self._table.c[name] for name in columns] if columns else self._key
        yield from self._asked(self._columns, asked, keys)

    def read_existing(self, keys: Sequence[SourceKey]) -> Iterator[Sequence[SourceRowValues]]:
        """Those of the keys that the source has."""
        yield from self._asked(self._key, self._key, keys)

    # -- statements -----------------------------------------------------------------------------------------------

    @cached_property
    def _table(self) -> Any:
        return table(self.spec.name, *(column(one.name) for one in self.spec.columns))

    @cached_property
    def _columns(self) -> list[ColumnElement[Any]]:
        return [self._table.c[one.name] for one in self.spec.columns]

    @cached_property
    def _key(self) -> list[ColumnElement[Any]]:
        return [self._table.c[name] for name in self.spec.key]

    @property
    def _page(self) -> "_PagePlan":
        return _PagePlan(self._columns, self.key_positions, self.page_rows)

    @property
    def _watermark(self) -> ColumnElement[Any]:
        found: ColumnElement[Any] = self._table.c[self.spec.watermark]
        return found

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def _pages(
        self, page: "_PagePlan", after: SourceKey | None, *conditions: ColumnElement[bool]
    ) -> Iterator[Sequence[SourceRowValues]]:
        while True:
            query = select(*page.columns).where(*conditions).order_by(*self._key).limit(page.size)
            if after is not None:
                query = query.where(is_after_key(self._key, after))
            found = self._connection.execute(query).all()
            if found:
                yield found
            if len(found) < page.size:
                return
            after = tuple([found[-1][position] for position in page.key_positions])

    def _since(self, moment: str, after: tuple[str, SourceKey] | None, size: int) -> Select[Any]:
        exact = exact_column(self._dialect, self._watermark).label("twinbase_watermark")
        query = select(*self._columns, exact).order_by(self._watermark, *self._key).limit(size)
        if after is None:
            return query.where(self._watermark >= bind_moment(self._dialect, moment))
        return query.where(
            is_after_key([self._watermark, *self._key], (bind_moment(self._dialect, after[0]), *after[1]))
        )

    def _asked(
        self, columns: Sequence[ColumnElement[Any]], by: Sequence[ColumnElement[Any]], keys: Sequence[SourceKey]
    ) -> Iterator[Sequence[SourceRowValues]]:
        size = min(self.page_rows, ASKED_MAX // len(by))
        for begin in range(0, len(keys), size):
            some = keys[begin : begin + size]
            yield self._connection.execute(select(*columns).where(is_one_of(by, some))).all()


def is_after_key(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after these values. SQL Server knows no (a, b) > (x, y); the first term helps an index begin."""
    same = [one == value for one, value in zip(columns, values, strict=True)]
    later = [and_(*same[:position], one > values[position]) for position, one in enumerate(columns)]
    return later[0] if len(columns) == 1 else and_(columns[0] >= values[0], or_(*later))


def is_one_of(columns: Sequence[ColumnElement[Any]], keys: Sequence[SourceKey]) -> ColumnElement[bool]:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return or_(*(and_(*(one == value for one, value in zip(columns, key, strict=True))) for key in keys))
