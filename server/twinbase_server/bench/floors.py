"""The floors: the same rows by hand, with a driver on each side, and nothing of what makes a sync safe."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric

from twinbase.codecs.codec import Convert
from twinbase.codecs.resolve import server_type
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.file.file import ReplicaFile, connect, create_file
from twinbase.replica.file.keys import key_for
from twinbase.replica.file.layout import twin_indexes, twin_table
from twinbase_server.bench.testbed import KEY
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import table_sql


def typed_select_sql(twin: Twin, where: str = "") -> str:
    """All columns as the driver's Python values."""
    columns = quote_names(twin.columns)
    return f"SELECT {columns} FROM {table_sql(twin.table)} {where}"


def conversions_of(twin: Twin) -> list[tuple[int, Convert]]:
    """(position, conversion) of the columns that SQLite does not take as they are."""
    found = []
    for position, name in enumerate(twin.columns):
        type_ = server_type(twin.table.columns[name].type)
        if isinstance(type_, Numeric) and type_.python_type is Decimal:
            found.append((position, _scaled(int(type_.scale or 0))))
        elif (convert := _CONVERSIONS.get(type_.python_type)) is not None:
            found.append((position, convert))
    return found


def _scaled(digits: int) -> Convert:
    scale = 10**digits
    return lambda value: int(value * scale)


_CONVERSIONS: dict[type, Convert] = {
    UUID: str,
    # asyncpg gives moments in UTC.
    datetime: lambda value: value.isoformat(" ", "microseconds")[:26],
    date: lambda value: value.isoformat(),
    dict: json.dumps,
}


def convert_rows(rows: Sequence[Any], positions: list[tuple[int, Convert]]) -> list[list[Any]]:
    """The rows as SQLite takes them."""
    done = [list(row) for row in rows]
    for position, convert in positions:
        for row in done:
            if row[position] is not None:
                row[position] = convert(row[position])
    return done


class FloorFile:
    """An encrypted file with the same tables and indexes as a device's, and no engine."""

    def __init__(self, path: Path, registry: Registry) -> None:
        self._path = path
        create_file(path)
        self.connection = connect(ReplicaFile(path, key_for(path, KEY)), foreign_keys=False)
        for twin in registry:
            self.connection.execute(twin_table(twin, registry))
            for statement in twin_indexes(twin):
                self.connection.execute(statement)

    def write(self, twin: Twin, rows: list[list[Any]], *, upsert: bool = False) -> None:
        """All rows, in the transaction that is open."""
        marks = ", ".join("?" * len(twin.columns))
        names = quote_names(twin.columns)
        sets = ", ".join(f"{quote_name(n)} = excluded.{quote_name(n)}" for n in twin.columns if n not in twin.key)
        then = f" ON CONFLICT ({quote_names(twin.key)}) DO UPDATE SET {sets}" if upsert else ""
        self.connection.executemany(f"INSERT INTO {quote_name(twin.name)} ({names}) VALUES ({marks}){then}", rows)

    def close(self) -> None:
        self.connection.close()
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.unlink()


async def copy_all(connection: Connection, registry: Registry, file: FloorFile) -> int:
    """Every row of every twin, table by table, in one transaction of the file."""
    rows = 0
    file.connection.execute("BEGIN IMMEDIATE")
    for twin in registry:
        fetched = await connection.fetch(typed_select_sql(twin))
        file.write(twin, convert_rows(fetched, conversions_of(twin)))
        rows += len(fetched)
    file.connection.execute("COMMIT")
    return rows
