"""What EBP has, as far as the loader's copies in schema `public` say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twinbase.postgres import PostgresConnection
from twinbase.quoting import quote_name, quote_names

CopyRow = Mapping[str, Any]


class Copies:
    """Reads copies of EBP's tables. `connection`: asyncpg. A table or column that is not copied is none, no error."""

    def __init__(self, connection: PostgresConnection) -> None:
        self.connection = connection
        self._types: dict[str, dict[str, str]] = {}

    async def read_columns(self, table: str) -> Mapping[str, str]:
        """The columns of a copy with their types; none when there is no copy."""
        if table not in self._types:
            rows = await self.connection.fetch(_COLUMNS, f'public."{table}"')
            self._types[table] = {row["name"]: row["type"] for row in rows}
        return self._types[table]

    async def read_rows(self, table: str, column: str, values: Iterable[str], wanted: Iterable[str]) -> list[CopyRow]:
        """The rows of which a column has one of these values (as text), with these columns as far as they are there."""
        types = await self.read_columns(table)
        keys = sorted(set(values))
        if column not in types or not keys:
            return []
        names = [name for name in dict.fromkeys([column, *wanted]) if name in types]
        query = (
            f"SELECT {quote_names(names)} FROM public.{quote_name(table)}"
            f" WHERE {quote_name(column)} = ANY (CAST(CAST($1 AS text[]) AS {_plain(types[column])}[]))"
        )
        return [dict(row) for row in await self.connection.fetch(query, keys)]

    async def read_by_key(
        self, table: str, column: str, values: Sequence[str], wanted: Iterable[str]
    ) -> dict[str, CopyRow]:
        """The same by the column's value, as text."""
        return {str(row[column]): row for row in await self.read_rows(table, column, values, wanted)}


def _plain(type: str) -> str:
    """Without its length: a cast to varchar(8) would cut a key that is longer, and find another row."""
    return type.split("(")[0]


_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
"""
