"""Every value of every column goes server → wire → device → wire → server, and is the same everywhere."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import twinbase.replica.dialect  # noqa: F401  (makes sqlite+twinbase known)
from twinbase.codecs import Codec
from twinbase.quoting import quote_name
from twinbase.registry import Registry, Twin
from twinbase.testing.conformance.rows import RowMaker
from twinbase_server.database.connection import make_engine

_N = "_n"
ORDINARY = 12
"""Values of a column, beside the extreme ones."""


async def find_changed_values(registry: Registry, maker: RowMaker, database_url: str, folder: Path) -> list[str]:
    """The columns that do not bring their values through, in words; it works on tables of its own."""
    server = make_engine(database_url)
    device = create_async_engine(f"sqlite+twinbase:///{folder / 'carried.db'}")
    try:
        columns = _one_of_each(registry, maker)
        return [wrong for twin, name in columns if (wrong := await _changed(twin, name, maker, server, device))]
    finally:
        await server.dispose()
        await device.dispose()


def _one_of_each(registry: Registry, maker: RowMaker) -> list[tuple[Twin, str]]:
    """A column for each type and set of values that there is: forty texts of twenty letters are tried once."""
    found: dict[Any, tuple[Twin, str]] = {}
    for twin in registry:
        for name in twin.columns:
            column = _column(twin, name)
            kind = (type(column.type), twin.codecs[name].name, repr(maker.find_values(column).extremes))
            found.setdefault(kind, (twin, name))
    return list(found.values())


async def _changed(twin: Twin, name: str, maker: RowMaker, server: AsyncEngine, device: AsyncEngine) -> str | None:
    values = maker.find_values(_column(twin, name))
    given = [None, *values.extremes, *(values.ordinary(maker.dice) for _ in range(ORDINARY))]
    said = await _carry(server, device, _scratch(twin, name), twin.codecs[name], given)
    return said and f"{twin.name}.{name} ({twin.codecs[name].name}): {said}"


def _column(twin: Twin, name: str) -> Column[Any]:
    return next(column for column in twin.table.columns if column.name == name)


def _scratch(twin: Twin, name: str) -> Table:
    """A table with one column of that type, and nothing that could refuse a value."""
    called, value = f"carried_{twin.name}_{name}"[:60], Column("v", _column(twin, name).type)
    return Table(called, MetaData(), Column(_N, Integer, primary_key=True), value)


async def _carry(server: AsyncEngine, device: AsyncEngine, table: Table, codec: Codec, given: list[Any]) -> str | None:
    for engine in (server, device):
        async with engine.begin() as connection:
            await connection.run_sync(table.create)
    await _write(server, table, given)
    there = await _read(server, table)
    sent = await _sent(server, table, codec)
    if wrong := next((found for wire in sent if (found := codec.check_wire(wire))), None):
        return f"the server sends what it would not take: {wrong}"
    await _store(device, table, [_apply(codec.wire_to_storage, wire) for wire in sent])
    if (here := await _read(device, table)) != there:
        return _difference(there, here, "a device reads")
    return await _back(server, device, table, codec, there)


async def _back(server: AsyncEngine, device: AsyncEngine, table: Table, codec: Codec, there: list[Any]) -> str | None:
    """Written on the device as an app does, stored on the server as accept does."""
    await _write(device, table, there)
    wire = [_apply(codec.storage_to_wire, stored) for stored in await _stored(device, table)]
    if wrong := next((found for each in wire if (found := codec.check_wire(each))), None):
        return f"the device sends what the server does not take: {wrong}"
    rows = json.dumps([{"n": n, "v": value} for n, value in enumerate(wire)])
    value = codec.from_wire_sql("x ->> 'v'")
    filled = f"INSERT INTO {quote_name(table.name)} SELECT (x ->> 'n')::int, {value}"
    query = f"{filled} FROM json_array_elements($1::json) AS r(x)"
    async with server.begin() as connection:
        await connection.execute(table.delete())
        await connection.exec_driver_sql(query, (rows,))
    back = await _read(server, table)
    return None if back == there else _difference(there, back, "the server has, once it is back,")


def _apply(convert: Any, value: Any) -> Any:
    return value if convert is None else convert(value)


def _difference(there: Sequence[Any], other: Sequence[Any], who: str) -> str:
    one, two = next((a, b) for a, b in zip(there, other, strict=True) if a != b)
    return f"of {one!r} {who} {two!r}"


async def _write(engine: AsyncEngine, table: Table, values: Sequence[Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(table.delete())
        await connection.execute(table.insert(), [{_N: n, "v": value} for n, value in enumerate(values)])


async def _read(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(table.c.v).order_by(table.c[_N]))).scalars())


async def _sent(engine: AsyncEngine, table: Table, codec: Codec) -> list[Any]:
    guard = codec.guard_sql("t.v") or "true"
    unhashed = f"{codec.hash_sql('t.v')} IS NULL AND t.v IS NOT NULL"
    query = (
        f"SELECT json_build_array({codec.to_wire_sql('t.v')})::text, {guard}, {unhashed}"
        f' FROM "{table.name}" t ORDER BY "{_N}"'
    )
    async with engine.connect() as connection:
        rows: list[Any] = list((await connection.exec_driver_sql(query)).all())
    assert all(row[1] and not row[2] for row in rows), f"{table.name}: a value would be quarantined"
    return [json.loads(row[0])[0] for row in rows]


async def _store(engine: AsyncEngine, table: Table, values: Sequence[Any]) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f'INSERT INTO "{table.name}" VALUES (?, ?)', list(enumerate(values)))


async def _stored(engine: AsyncEngine, table: Table) -> list[Any]:
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f'SELECT v FROM "{table.name}" ORDER BY "{_N}"')
        return list(rows.scalars())
