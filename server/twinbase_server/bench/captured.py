"""What capture costs the writers of a table: each statement with the triggers, and without."""

import random
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects import postgresql

from twinbase.codecs import codec_for
from twinbase_server.bench.fill import SEED, column_names, copy, make_record
from twinbase_server.bench.pairs import Pairs, Result, time_work
from twinbase_server.bench.tables import SCHEMA, BenchWide
from twinbase_server.bench.testbed import Testbed
from twinbase_server.capture import CapturedTable, install, uninstall

BAR = 2.0
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# Rows that were there before, so that neither table nor versions are written for the first time.
BEFORE = 1_000
_MADE_AT_ONCE = 5_000
_COLUMNS = 18


@dataclass
class CaptureCost:
    """Pairs of INSERT, reload and UPDATE on two tables of one shape, of which one is captured."""

    testbed: Testbed
    rows: int
    pairs: dict[str, Pairs] = field(default_factory=lambda: {name: Pairs() for name in ("insert", "reload", "update")})

    async def begin(self) -> None:
        """The rows, in a table that is read only."""
        connection, chance = self.testbed.connection, random.Random(SEED + 1)
        await connection.execute(f"CREATE TABLE {SCHEMA}.source ({_declared()}, n serial)")
        made = [make_record(chance, BenchWide, {}) for _ in range(min(self.rows, _MADE_AT_ONCE))]
        await copy(connection, BenchWide, "source", made)
        rest = ", ".join(column_names(BenchWide)[1:])
        missing = self.rows + BEFORE - len(made)
        await connection.execute(
            f"INSERT INTO {SCHEMA}.source (id, {rest}) SELECT gen_random_uuid(), {rest} FROM {SCHEMA}.source,"
            f" generate_series(1, $1::int) LIMIT $2",
            missing // len(made) + 1,
            missing,
        )
        await connection.execute(f"VACUUM ANALYZE {SCHEMA}.source")

    async def measure_pair(self) -> None:
        """A table with some rows; then many more, all of them loaded again, and all of them changed."""
        connection = self.testbed.connection
        for table in ("plain", "captured"):
            await connection.execute(f"DROP TABLE IF EXISTS {SCHEMA}.{table}")
            await connection.execute(f"CREATE TABLE {SCHEMA}.{table} ({_declared()}, PRIMARY KEY (id))")
        await install(connection, [_captured()])
        for table in ("plain", "captured"):
            await connection.execute(_insert(table) + f"WHERE n <= {BEFORE}")
        await self._measure("insert", lambda table: _insert(table) + f"WHERE n > {BEFORE}")
        await self._measure("reload", lambda table: f"TRUNCATE {SCHEMA}.{table}; {_insert(table)}")
        await self._measure("update", lambda table: f"UPDATE {SCHEMA}.{table} SET quantity = quantity + 1")
        await uninstall(connection, [_captured()])

    async def _measure(self, name: str, statement: Any) -> None:
        """One round trip each; two statements of one round trip are one transaction."""
        connection = self.testbed.connection
        await connection.execute("CHECKPOINT")
        await self.pairs[name].measure(
            lambda: time_work(connection.execute(statement("captured"))),
            lambda: time_work(connection.execute(statement("plain"))),
        )

    def make_results(self) -> list[Result]:
        said = {"insert": "INSERT", "reload": "reload that changes nothing", "update": "UPDATE"}
        what = "{} of " + f"{self.rows:,} rows of {_COLUMNS} columns, captured"
        return [self.pairs[name].make_result(f"capture {name}", what.format(said[name]), BAR) for name in said]


def _insert(table: str) -> str:
    columns = ", ".join(column_names(BenchWide))
    return f"INSERT INTO {SCHEMA}.{table} ({columns}) SELECT {columns} FROM {SCHEMA}.source "


def _declared() -> str:
    types: list[str] = [str(column.type.compile(dialect=_DIALECT)) for column in _columns()]
    return ", ".join(f"{name} {type_}" for name, type_ in zip(column_names(BenchWide), types, strict=True))


def _columns() -> list[Any]:
    return list(BenchWide.__table__.columns)  # type: ignore[attr-defined]


def _captured() -> CapturedTable:
    hashed = {column.name: codec_for(column.type).hash_sql("{c}") for column in _columns()}
    return CapturedTable(SCHEMA, "captured", ("id",), tuple(column_names(BenchWide)), hashed)
