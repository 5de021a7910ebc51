"""An EBP that changes as it likes: tables, columns, keys and rows, by chance and by a seed.

`python -m tests.plugins.ebp.loading.drifting SEEDS [FIRST]` tries so many seeds, and says which ones fail.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from tests.plugins.ebp.loading.erp import MORNING, Erp

from twinbase.plugins import Plugins
from twinbase.quoting import quote_name, quote_names
from twinbase.testing.databases import Databases
from twinbase_ebp.schema.types import pg_type
from twinbase_ebp.settings import EbpSettings
from twinbase_server.embedded import EmbeddedPostgres
from twinbase_server.setup import init_database

ROWS = 40
SPECS = "SELECT name, spec FROM ebp.table_spec WHERE NOT gone"
TYPES = ("int16", "int32", "int64", "decimal(10,2)", "decimal(28,8)", "text(20)", "text(60)", "text", "bool", "uuid",
         "timestamp", "float64")  # fmt: skip
NAMES = (
    "Caption",
    "xx_Remise%",
    'Say"so',
    "Größe",
    "a:b",
    "CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscount1",
)
UNKNOWN = "point"


class Drifting:
    """One world: what is done to EBP, and whether the copy is the same afterwards."""

    def __init__(self, erp: Erp, seed: int) -> None:
        self.erp, self.chance = erp, Random(seed)
        self.done: list[str] = []
        self._named = 0
        for table in ("Item", "Vat", "Unit", "Country", "SaleDocumentLine"):
            self.new_table(table)

    async def round(self) -> None:
        """Some changes, a load, and a look at every row. Nothing may fail that can go on."""
        moment = self.erp.later(minutes=self.chance.randint(1, 90))
        for _ in range(self.chance.randint(1, 6)):
            self._try(self.chance.choice(_CHANGES))
        for table in self.tables():
            self.change_rows(table, moment)
        report = await self.erp.load(full=self.chance.random() < 0.1)
        failed = [f"{table.table}: {table.why} {table.problems}" for table in report.tables if not _went(table)]
        assert not failed, (failed, self.done)
        for table in self.tables():
            assert self.same(table), (table, self.done)

    def same(self, table: str) -> bool:
        """Whether the copy holds just these rows, as often; a table that cannot be copied may hold what it had."""
        columns = self.columns(table)
        if UNKNOWN in columns.values():
            return True
        spec = dict(self.erp.copy(SPECS))[table]
        names = {one["name"]: one["stored_as"] or _cut(one["name"]) for one in spec["columns"]}
        assert names.keys() == columns.keys()
        there = self.erp.ebp(f"SELECT {_listed(columns)} FROM {quote_name(table)}")
        here = self.erp.copy(f"SELECT {_listed(names[name] for name in columns)} FROM {quote_name(table)}")
        return Counter(there) == Counter(here)

    # -- changes of the schema ------------------------------------------------------------------------------------

    def new_table(self, name: str = "") -> None:
        dated = self.chance.random() < 0.9
        columns = ['"Id" integer PRIMARY KEY', '"Number" integer NOT NULL', '"Name" varchar(20)']
        columns += ['"sysModifiedDate" timestamp'] if dated else []
        table = name or f"xy_Table{self._number()}"
        self._do(f"CREATE TABLE {quote_name(table)} ({', '.join(columns)})")
        for number in range(ROWS):
            self._insert(table, number)

    def drop_table(self) -> None:
        if len(self.tables()) > 4:
            self._do(f"DROP TABLE {quote_name(self._table())}")

    def rename_table(self) -> None:
        self._do(f"ALTER TABLE {quote_name(self._table())} RENAME TO {quote_name(f'xy_Renamed{self._number()}')}")

    def add_column(self) -> None:
        type_ = pg_type(self.chance.choice(TYPES))
        name = self.chance.choice([*NAMES, f"xx_New{self._number()}"])
        filled = f" DEFAULT {self._literal(type_)}" if self.chance.random() < 0.7 else ""
        self._do(f"ALTER TABLE {quote_name(self._table())} ADD COLUMN {quote_name(name)} {type_}{filled}")

    def add_unknown_column(self) -> None:
        self._do(
            f"ALTER TABLE {quote_name(self._table())} ADD COLUMN {quote_name(f'xx_Place{self._number()}')} {UNKNOWN}"
        )

    def drop_column(self) -> None:
        table = self._table()
        name = self.chance.choice(self._unkeyed(table))
        self._do(f"ALTER TABLE {quote_name(table)} DROP COLUMN {quote_name(name)}")

    def rename_column(self) -> None:
        table = self._table()
        name = self.chance.choice(self._unkeyed(table))
        new = quote_name(f"xx_Was{self._number()}")
        self._do(f"ALTER TABLE {quote_name(table)} RENAME COLUMN {quote_name(name)} TO {new}")

    def retype_column(self) -> None:
        table = self._table()
        name = self.chance.choice(list(self.columns(table)))
        type_ = pg_type(self.chance.choice(TYPES))
        if name not in ("Id", "sysModifiedDate"):
            place = quote_name(name)
            self._do(
                f"ALTER TABLE {quote_name(table)} ALTER COLUMN {place} DROP DEFAULT,"
                f" ALTER COLUMN {place} TYPE {type_} USING {place}::text::{type_}"
            )

    def rekey(self) -> None:
        table = self._table()
        key = self.chance.choice(["", '"Id"', '"Number"', '"Number", "Id"'])
        drop = f"ALTER TABLE {quote_name(table)} DROP CONSTRAINT IF EXISTS {quote_name(f'{table}_pkey')}"
        self._do(
            drop
            + (
                f"; ALTER TABLE {quote_name(table)} ADD CONSTRAINT {quote_name(f'{table}_pkey')} PRIMARY KEY ({key})"
                if key
                else ""
            )
        )

    # -- changes of rows ------------------------------------------------------------------------------------------

    def change_rows(self, table: str, moment: datetime) -> None:
        """Rows come, go and change; EBP dates what it changes."""
        columns = self.columns(table)
        dated = ["sysModifiedDate"] if "sysModifiedDate" in columns else []
        for _ in range(self.chance.randint(0, 3)):
            self._insert(table, self.chance.randint(ROWS, 100_000), moment)
        for _ in range(self.chance.randint(0, 4)):
            name = self.chance.choice(
                [name for name in columns if name not in ("Id", "Number", "sysModifiedDate")] or ["Id"]
            )
            if name == "Id" or columns[name] == UNKNOWN:
                continue
            sets = [
                f"{quote_name(name)} = {self._literal(columns[name])}",
                *(f"{quote_name(one)} = '{moment}'" for one in dated),
            ]
            self._quietly(
                f'UPDATE {quote_name(table)} SET {", ".join(sets)} WHERE "Id" % 7 = {self.chance.randint(0, 6)}'
            )
        self._quietly(f'DELETE FROM {quote_name(table)} WHERE "Id" = {self.chance.randint(0, ROWS)}')

    def _insert(self, table: str, number: int, moment: datetime = MORNING) -> None:
        values = {"Id": str(number), "Number": f"'{number}'"}
        for name, type_ in self.columns(table).items():
            if name not in values and type_ != UNKNOWN and self.chance.random() < 0.8:
                values[name] = f"'{moment:%Y-%m-%d %H:%M:%S}'" if name == "sysModifiedDate" else self._literal(type_)
        self._quietly(f"INSERT INTO {quote_name(table)} ({_listed(values)}) VALUES ({', '.join(values.values())})")

    def _literal(self, type_: str) -> str:
        family = type_.partition("(")[0].partition(" ")[0]
        number = self.chance.randint(0, 9999)
        texts = (f"text {number}", "None", "a\\b", "%s", str(number), "é\tü")
        made = {
            "character": self.chance.choice(texts),
            "text": self.chance.choice(texts),
            "boolean": "true" if number % 2 else "false",
            "uuid": f"00000000-0000-0000-0000-{number:012}",
            "timestamp": str(MORNING.replace(tzinfo=None) + timedelta(seconds=number)),
            "double": str(number / 8),
        }.get(family, str(number))
        return f"'{made}'"

    # -- EBP as it is ---------------------------------------------------------------------------------------------

    def tables(self) -> list[str]:
        return [
            row[0] for row in self.erp.ebp("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ]

    def columns(self, table: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.erp.ebp(_COLUMNS, quote_name(table))}

    def _unkeyed(self, table: str) -> list[str]:
        """Columns that a table can lose; the one that dates its rows, now and then."""
        kept = ("Id", "Number") if self.chance.random() < 0.1 else ("Id", "Number", "sysModifiedDate")
        return [name for name in self.columns(table) if name not in kept]

    def _table(self) -> str:
        return self.chance.choice(self.tables())

    def _number(self) -> int:
        self._named += 1
        return self._named

    def _try(self, change: Callable[["Drifting"], None]) -> None:
        try:
            change(self)
        except (psycopg.Error, IndexError):
            # Two columns of one name, a text that is no number: EBP could not do that either.
            self.done.append("  (not done)")

    def _do(self, statement: str) -> None:
        self.done.append(statement)
        self.erp.ebp(statement)

    def _quietly(self, statement: str) -> None:
        try:
            self.erp.ebp(statement)
        except psycopg.Error:
            pass


_CHANGES: tuple[Callable[[Drifting], None], ...] = (
    Drifting.new_table, Drifting.drop_table, Drifting.rename_table, Drifting.rekey, Drifting.add_unknown_column,
    *[Drifting.add_column] * 6, *[Drifting.drop_column] * 4, *[Drifting.rename_column] * 2,
    *[Drifting.retype_column] * 6,
)  # fmt: skip
_COLUMNS = """
SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


def settings() -> EbpSettings:
    """Small pages, so that a table has many; keys compared in every run."""
    return EbpSettings(page_rows_max=9, check_minutes=0, delete_percent_max=100)


def _went(table: Any) -> bool:
    unknown = table.outcome == "skipped" and UNKNOWN in table.why
    return unknown or (table.outcome in ("loaded", "unchanged") and not table.problems and not table.refused)


def _listed(names: Any) -> str:
    return quote_names(names)


def _cut(name: str) -> str:
    return name.encode()[:63].decode(errors="ignore")


async def _rounds(erp: Erp, seed: int) -> int:
    world = Drifting(erp, seed)
    for _ in range(10):
        await world.round()
    return len(world.done)


def _try_seeds(url: str, seeds: range) -> None:
    databases = Databases(url)
    template = databases.create()
    asyncio.run(init_database(template, Plugins("ebp"), MORNING))
    for seed in seeds:
        erp = Erp(databases.create(), databases.create(template.rsplit("/", 1)[1]), settings())
        try:
            print(f"seed {seed}: {asyncio.run(_rounds(erp, seed))} changes, the copy is right", flush=True)
        except Exception as error:
            print(f"seed {seed} FAILED: {type(error).__name__} {error}", flush=True)
        erp.close()


if __name__ == "__main__":
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory(prefix="twinbase-drift-") as folder, EmbeddedPostgres(Path(folder)) as server:
        _try_seeds(server.url, range(first, first + int(sys.argv[1])))
