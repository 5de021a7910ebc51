"""Any copied table, without a class of its own: rows by key, page by page, and those that have changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from twinbase.postgres import PostgresConnection
from twinbase.quoting import quote_name
from twinbase_ebp.schema.ddl import qualify_name
from twinbase_ebp.schema.memory import read_remembered
from twinbase_ebp.schema.spec import TableSpec

ROWS_MAX = 1000


@dataclass(frozen=True, slots=True)
class EbpRow(Mapping[str, Any]):
    """A row of a copy: its values by EBP's names, `row["Caption"]`. `custom`: those of the columns `xx_…` alone."""

    spec: TableSpec
    values_: tuple[Any, ...]

    def __getitem__(self, name: str) -> Any:
        for column, value in zip(self.spec.columns, self.values_, strict=True):
            if column.name == name:
                return value
        raise KeyError(f"{self.spec.name} has no column {name}.")

    def __iter__(self) -> Iterator[str]:
        return (column.name for column in self.spec.columns)

    def __len__(self) -> int:
        return len(self.spec.columns)

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(self[name] for name in self.spec.key)

    @property
    def custom(self) -> dict[str, Any]:
        """What was added for one company, by its name."""
        pairs = zip(self.spec.columns, self.values_, strict=True)
        return {column.name: value for column, value in pairs if column.custom}


@dataclass(frozen=True, slots=True)
class Changed:
    """A page of changed rows. `cursor`: what the next call goes on from; keep it."""

    rows: tuple[EbpRow, ...]
    cursor: tuple[Any, ...] | None


class EbpTable:
    """A copied table. `connection`: asyncpg, to the server's database, anew for each call.

    `table = await EbpTable.open(connection, "Incident")`, then `await table.get(connection, "INC1")`.
    """

    def __init__(self, spec: TableSpec) -> None:
        """`spec`: as the copy has it (`Evolved.specs`)."""
        self.spec = spec

    @classmethod
    async def open(cls, connection: PostgresConnection, name: str) -> Self:
        """The table of this name; LookupError when it was never copied."""
        known = (await read_remembered(connection)).get(name)
        if known is None or not known.copy.spec.columns:
            raise LookupError(f"{name} is no copied table of EBP: `twinbase ebp tables` shows them.")
        return cls(known.copy.spec)

    async def get(self, connection: PostgresConnection, *key: Any) -> EbpRow | None:
        """The row of this key, or None."""
        self._check_key(key)
        same = " AND ".join(f"{name} = ${position}" for position, name in enumerate(self._key, 1))
        rows = await self._rows(connection, f"WHERE {same}", key)
        return rows[0] if rows else None

    async def list_rows(
        self, connection: PostgresConnection, *, after: Sequence[Any] = (), limit: int = ROWS_MAX
    ) -> tuple[EbpRow, ...]:
        """Rows in the order of their keys, those after the key `after`: never a row twice, nor one left out."""
        if after:
            self._check_key(after)
        order = ", ".join(self._key) or "ctid"
        return await self._rows(connection, f"{_beyond(self._key, after)} ORDER BY {order} LIMIT {int(limit)}", after)

    async def list_changes(
        self, connection: PostgresConnection, cursor: Sequence[Any] = (), *, limit: int = ROWS_MAX
    ) -> Changed:
        """Rows in the order in which EBP says that they were changed, those after the cursor.

        The order is that of EBP's clock: one who commits late is behind the cursor. Deletions are not among them.
        """
        if self.spec.watermark is None or not self.spec.key:
            raise LookupError(f"EBP does not say when a row of {self.spec.name} was changed: list it, and compare.")
        watermark = quote_name(self.spec.get_column(self.spec.watermark).target)
        names = (watermark, *self._key)
        beyond = _beyond(names, cursor) or f"WHERE {watermark} IS NOT NULL"
        rows = await self._rows(connection, f"{beyond} ORDER BY {', '.join(names)} LIMIT {int(limit)}", cursor)
        last = (rows[-1][self.spec.watermark], *rows[-1].key) if rows else tuple(cursor) or None
        return Changed(rows, last)

    @property
    def _key(self) -> tuple[str, ...]:
        return tuple(quote_name(column.target) for column in self.spec.key_columns)

    def _check_key(self, key: Sequence[Any]) -> None:
        if len(key) != len(self.spec.key) or not key:
            raise LookupError(f"The key of {self.spec.name} is ({', '.join(self.spec.key)}).")

    async def _rows(self, connection: PostgresConnection, rest: str, values: Sequence[Any]) -> tuple[EbpRow, ...]:
        names = ", ".join(quote_name(column.target) for column in self.spec.columns)
        query = f"SELECT {names} FROM {qualify_name(self.spec.target)} {rest}"
        return tuple(EbpRow(self.spec, tuple(row)) for row in await connection.fetch(query, *values))


def _beyond(names: Sequence[str], values: Sequence[Any]) -> str:
    if not values:
        return ""
    positions = ", ".join(f"${position}" for position in range(1, len(values) + 1))
    return f"WHERE ({', '.join(names)}) > ({positions})"
