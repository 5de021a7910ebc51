"""A PostgreSQL and two devices (plain SQLite and SQLCipher) between which the tests of this folder carry values."""

import asyncio
import json
import types
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Column, Table, select
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlcipher3 import dbapi2 as cipher

import twinbase.replica.dialect  # noqa: F401  (makes sqlite+twinbase known)
from twinbase.codecs import Codec, codec_for

T = TypeVar("T")
_ERRORS = ("DatabaseError", "Error", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError")
_NAMES = (*_ERRORS, "sqlite_version", "sqlite_version_info")


def plain_device(path: Path) -> AsyncEngine:
    """A device's file in the clear."""
    return create_async_engine(f"sqlite+twinbase:///{path}")


def cipher_device(path: Path) -> AsyncEngine:
    """An encrypted device's file."""
    shim = types.ModuleType("aiosqlite_sqlcipher")
    shim.__dict__.update(vars(aiosqlite), **{name: getattr(cipher, name) for name in _NAMES})

    def connector() -> Any:
        connection = cipher.connect(str(path), check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{bytes(32).hex()}'\"")
        return connection

    async def creator() -> aiosqlite.Connection:
        return await aiosqlite.Connection(connector, iter_chunk_size=64)

    return create_async_engine(
        "sqlite+twinbase://",
        async_creator=creator,
        module=AsyncAdapt_aiosqlite_dbapi(shim, cipher),
        poolclass=AsyncAdaptedQueuePool,
    )


class Twins:
    """The server, its devices, and the ways of a value between them."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self.server = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
        self.devices = [plain_device(folder / "plain.db"), cipher_device(folder / "cipher.db")]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine."""
        return self._runner.run(work)

    def close(self) -> None:
        """Give back every connection."""
        for engine in (self.server, *self.devices):
            self.run(engine.dispose())
        self._runner.close()

    def create(self, *tables: Table) -> None:
        """The same tables on every side."""
        for engine in (self.server, *self.devices):
            self.run(_create(engine, tables))

    def write(self, engine: AsyncEngine, table: Table, values: Sequence[Any]) -> None:
        """Python values into an emptied table, as an application writes them."""
        self.run(_write(engine, table, values))

    def read(self, engine: AsyncEngine, table: Table) -> list[Any]:
        """Python values, as an application reads them."""
        return self.run(_read(engine, table))

    def wire(self, table: Table) -> list[Any]:
        """What the server sends, by codec; every value must pass the guard."""
        return self.run(_wire(self.server, table))

    def receive(self, engine: AsyncEngine, table: Table, wire: Sequence[Any]) -> None:
        """Wire values into a device's emptied table, as apply stores them."""
        self.run(_receive(engine, table, wire))

    def send(self, engine: AsyncEngine, table: Table) -> list[Any]:
        """The wire values of what a device holds, each of them checked as the server checks it."""
        return self.run(_send(engine, table))

    def accept(self, table: Table, wire: Sequence[Any]) -> None:
        """Wire values into the server's emptied table, as accept stores them."""
        self.run(_accept(self.server, table, wire))

    def ask(self, sql: str) -> list[Any]:
        """Rows of a query to the server."""
        return self.run(_ask(self.server, sql))

    def do(self, sql: str) -> None:
        """A statement of the server that has no rows."""
        self.run(_do(self.server, sql))


def value_of(table: Table) -> tuple[Column[Any], Codec]:
    """The tested column and its codec."""
    return table.c.v, codec_for(table.c.v.type)


async def _create(engine: AsyncEngine, tables: Sequence[Table]) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: tables[0].metadata.create_all(sync, tables))


async def _write(engine: AsyncEngine, table: Table, values: Sequence[Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(table.delete())
        if values:
            await connection.execute(table.insert(), [{"id": n, "v": value} for n, value in enumerate(values)])


async def _read(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(table.c.v).order_by(table.c.id))).scalars())


async def _wire(engine: AsyncEngine, table: Table) -> list[Any]:
    _, codec = value_of(table)
    guard = codec.guard_sql("t.v") or "true"
    sent = f"json_build_array({codec.to_wire_sql('t.v')})::text"
    rows = await _ask(
        engine, f"SELECT {sent}, {guard}, {codec.hash_sql('t.v')} IS NULL FROM {table.name} t ORDER BY id"
    )
    assert all(carried for _, carried, _ in rows)
    return [json.loads(line)[0] for line, _, _ in rows]


async def _receive(engine: AsyncEngine, table: Table, wire: Sequence[Any]) -> None:
    convert = value_of(table)[1].wire_to_storage or (lambda value: value)
    rows = [(n, convert(value)) for n, value in enumerate(wire)]
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"DELETE FROM {table.name}")
        if rows:
            await connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES (?, ?)", rows)


async def _send(engine: AsyncEngine, table: Table) -> list[Any]:
    _, codec = value_of(table)
    convert = codec.storage_to_wire or (lambda value: value)
    async with engine.connect() as connection:
        stored = (await connection.exec_driver_sql(f"SELECT v FROM {table.name} ORDER BY id")).scalars()
        wire = [convert(value) for value in stored]
    assert [codec.check_wire(value) for value in wire] == [None] * len(wire)
    return wire


async def _accept(engine: AsyncEngine, table: Table, wire: Sequence[Any]) -> None:
    _, codec = value_of(table)
    rows = json.dumps([{"id": n, "v": value} for n, value in enumerate(wire)])
    value = codec.from_wire_sql("x ->> 'v'")
    query = f"INSERT INTO {table.name} SELECT (x ->> 'id')::int, {value} FROM json_array_elements($1::json) AS r(x)"
    async with engine.begin() as connection:
        await connection.execute(table.delete())
        await connection.exec_driver_sql(query, (rows,))


async def _ask(engine: AsyncEngine, sql: str) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.exec_driver_sql(sql)).all())


async def _do(engine: AsyncEngine, sql: str) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(sql)
