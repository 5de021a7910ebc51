"""Changes that EBP may make, and some that it hardly would: orphans, cycles, NULLs, blanks, other capitals."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import Boolean, DateTime, Integer, Numeric, Table, TypeDecorator, Uuid
from tests.plugins.ebp.office import PLUGINS

from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_ebp.tables import TABLES

FED = {feed.table for projection in PLUGINS.collect_projections() for feed in projection.feeds}
SOURCES = [table for table in TABLES if table in FED]
TIMES = [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30), datetime(1753, 1, 1), datetime(2026, 11, 23, 8)]
ROWS = 12
"""So many rows of a table are played with: few enough that changes meet."""


class Changes:
    """Changes by chance; the same seed on the same database makes the same ones."""

    def __init__(self, connection: Any, seed: int) -> None:
        self._connection, self._random = connection, random.Random(seed)
        self.made: list[str] = []

    async def change(self, count: int) -> None:
        for _ in range(count):
            table = self._random.choice(SOURCES)
            how = self._random.choice([self._update, self._update, self._update, self._delete, self._insert])
            if (key := await self._key(table)) is not None:
                self.made.append(f"{how.__name__} {table.name} {key}")
                await self._try(how, table, key)

    async def _try(self, how: Callable[..., Any], table: Table, key: tuple[Any, ...]) -> None:
        """What EBP's own columns do not take is no change."""
        try:
            async with self._connection.transaction():
                await how(table, key)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
            self.made.append("  refused")

    async def _key(self, table: Table) -> tuple[Any, ...] | None:
        names = ", ".join(f'"{name}"' for name in _key_names(table))
        rows = await self._connection.fetch(f'SELECT {names} FROM "{table.name}" ORDER BY {names} LIMIT {ROWS}')
        return tuple(self._random.choice(rows).values()) if rows else None

    async def _delete(self, table: Table, key: tuple[Any, ...]) -> None:
        await self._connection.execute(f'DELETE FROM "{table.name}" WHERE {_is(table)}', *key)

    async def _update(self, table: Table, key: tuple[Any, ...]) -> None:
        column = self._random.choice(list(_others(table)))
        value = await self._value(table, column)
        self.made.append(f"  {column.name} = {value!r}")
        await self._connection.execute(
            f'UPDATE "{table.name}" SET "{column.name}" = ${len(key) + 1} WHERE {_is(table)}', *key, value
        )

    async def _insert(self, table: Table, key: tuple[Any, ...]) -> None:
        """A copy of a row under a new key."""
        if len(key) > 1 or table.c[_key_names(table)[0]].type.python_type is int:
            return
        (name,) = _key_names(table)
        is_uuid = isinstance(table.c[name].type, Uuid)
        new = "gen_random_uuid()" if is_uuid else f"'{self._random.choice(['N1', 'N2', 'N3'])}'"
        others = ", ".join(f'"{column.name}"' for column in ebp_tables()[table.name].columns if column.name != name)
        await self._connection.execute(
            f'INSERT INTO "{table.name}" ("{name}", {others}) SELECT {new}, {others} FROM "{table.name}" '
            f"WHERE {_is(table)} ON CONFLICT DO NOTHING",
            *key,
        )

    async def _value(self, table: Table, column: Any) -> Any:
        made = next(one for one in ebp_tables()[table.name].columns if one.name == column.name)
        if not made.required and self._random.random() < 0.2:
            return None
        named = next((one for one in SOURCES if one.name == made.references), None)
        if named is not None:
            return self._spelled(await self._key(named), column)
        return self._plain(column)

    def _spelled(self, key: tuple[Any, ...] | None, column: Any) -> Any:
        """A reference, as SQL Server would still take it; or one to nothing."""
        if key is None or not isinstance(key[0], str):
            return key and key[0]
        spelled = [key[0], key[0], key[0].lower(), f"{key[0]}  ", "N1", "N2", "NOWHERE"]
        return self._random.choice(spelled)[: column.type.length]

    def _plain(self, column: Any) -> Any:
        declared = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        makers: list[tuple[type[Any], list[Any]]] = [
            (Uuid, [None]),
            (Boolean, [True, False]),
            (Integer, list(range(12))),
            (Numeric, [0, 1, 48, 181, 10**15]),
            (DateTime, TIMES),
        ]
        for kind, values in makers:
            if isinstance(declared, kind):
                return self._random.choice(values)
        return self._random.choice(["", " ", "Réunion", "Autre"])[: getattr(declared, "length", None)]


def _key_names(table: Table) -> list[str]:
    return list(table.primary_key.columns.keys())


def _others(table: Table) -> Iterator[Any]:
    return (column for column in table.columns if not column.primary_key)


def _is(table: Table) -> str:
    return " AND ".join(f'"{name}" = ${number}' for number, name in enumerate(_key_names(table), 1))
