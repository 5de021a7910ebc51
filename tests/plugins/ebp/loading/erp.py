"""An EBP of a few tables, one of each kind, and the server that copies it: with words for what tests do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import psycopg

from twinbase.quoting import quote_name
from twinbase_ebp.loading.load import load
from twinbase_ebp.loading.report import LoadReport, TableReport
from twinbase_ebp.loading.table_load import Options
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.loading.verify import Repaired, repair, verify
from twinbase_ebp.loading.verify_table import TableVerdict
from twinbase_ebp.settings import EbpSettings
from twinbase_server.capture import CapturedTable, install, version_table

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TABLES = """
CREATE TABLE "Customer" ("Id" varchar(20) PRIMARY KEY, "Name" varchar(60), "Notes" text, "Amount" numeric(28,8),
    "Active" boolean, "Score" double precision, "Ref" uuid, "UserPassword" varchar(20), "sysModifiedDate" timestamp);
CREATE TABLE "SaleDocument" ("Id" uuid PRIMARY KEY, "DocumentNumber" varchar(20), "sysModifiedDate" timestamp);
CREATE TABLE "SaleDocumentEx" ("Id" uuid PRIMARY KEY, "xx_Margin" numeric(28,8), "xx_Note" varchar(40));
CREATE TABLE "StockItem" ("ItemId" varchar(40), "StorehouseId" uuid, "RealStock" numeric(28,8),
    "sysModifiedDate" timestamp, PRIMARY KEY ("ItemId", "StorehouseId"));
CREATE TABLE "DocumentLineAssociation" ("Id" integer PRIMARY KEY, "LineId" uuid, "Quantity" numeric(28,8));
CREATE TABLE "ActivityAssociatedFiles" ("Id" uuid PRIMARY KEY, "Name" varchar(255), "Content" bytea,
    "sysModifiedDate" timestamp);
CREATE TABLE "Journal" ("Line" varchar(100), "Value" integer);
CREATE TABLE "EbpSysDeletedRecord" ("UniqueId" uuid PRIMARY KEY, "Id" varchar(255), "Kind" uuid, "Version" integer,
    "sysModifiedDate" timestamp);
CREATE TABLE "EbpSysLock" ("keyValue" varchar(40) PRIMARY KEY, "sysModifiedDate" timestamp);
"""
KEYS = {
    "Customer": ("Id",),
    "SaleDocument": ("Id",),
    "SaleDocumentEx": ("Id",),
    "StockItem": ("ItemId", "StorehouseId"),
    "DocumentLineAssociation": ("Id",),
    "ActivityAssociatedFiles": ("Id",),
    "EbpSysDeletedRecord": ("UniqueId",),
}


@dataclass
class Erp:
    """EBP's database and ours. `now` is the time of the next load; EBP's clocks show Paris."""

    source_url: str
    target_url: str
    settings: EbpSettings = field(default_factory=lambda: EbpSettings(page_rows_max=7))
    now: datetime = MORNING
    _open: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    @property
    def databases(self) -> LoadDatabases:
        return LoadDatabases.from_urls(self.source_url, self.target_url)

    @property
    def office_time(self) -> datetime:
        """What EBP writes into sysModifiedDate now."""
        return (self.now + timedelta(hours=1)).replace(tzinfo=None)

    def later(self, **span: float) -> datetime:
        """Let time pass; answer what EBP's clocks show then."""
        self.now += timedelta(**span)
        return self.office_time

    def ebp(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Do something in EBP."""
        return _run(self._at(self.source_url), statement, values)

    def copy(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask, or do something to, our database."""
        return _run(self._at(self.target_url), statement, values)

    def value(self, statement: str, *values: Any) -> Any:
        return self.copy(statement, *values)[0][0]

    def customers(self, numbers: Sequence[int] | range, moment: datetime | None = None) -> None:
        """New customers."""
        for number in numbers:
            self.ebp(
                'INSERT INTO "Customer" ("Id", "Name", "Amount", "Active", "Ref", "UserPassword", "sysModifiedDate")'
                " VALUES (%s, %s, %s, true, gen_random_uuid(), 'secret', %s)",
                f"C{number:04}",
                f"Client n° {number}",
                number,
                moment or self.office_time,
            )

    def rename(self, number: int, name: str, moment: datetime | None) -> None:
        self.ebp(
            'UPDATE "Customer" SET "Name" = %s, "sysModifiedDate" = %s WHERE "Id" = %s', name, moment, f"C{number:04}"
        )

    def name_of(self, number: int) -> Any:
        found = self.copy('SELECT "Name" FROM public."Customer" WHERE "Id" = %s', f"C{number:04}")
        return found[0][0] if found else None

    async def load(self, *, settings: EbpSettings | None = None, **options: Any) -> LoadReport:
        return await load(self.databases, settings or self.settings, self.now, options=Options(**options))

    async def verify(self, *tables: str) -> dict[str, TableVerdict]:
        verdicts = await verify(self.databases, self.settings, self.now, tables=tables)
        return {verdict.table: verdict for verdict in verdicts}

    async def repair(self, table: str, *, confirmed: bool = False) -> Repaired:
        return await repair(self.databases, self.settings, self.now, table, confirmed=confirmed)

    async def capture(self, table: str) -> None:
        """Watch a table as the mirrors of devices do."""
        columns = [row[0] for row in self.copy(_COLUMNS, table) if row[0] not in KEYS[table]]
        connection = await asyncpg.connect(self.target_url)
        try:
            await install(connection, [CapturedTable("public", table, KEYS[table], tuple(columns))])
        finally:
            await connection.close()

    def versions(self, table: str) -> int:
        """How many rows of a captured table have changed since it is captured."""
        return int(self.value(f"SELECT count(*) FROM {version_table('public', table)}"))

    def events(self, kind: str) -> list[str]:
        return [row[0] for row in self.copy("SELECT sentence FROM ebp.event WHERE kind = %s ORDER BY id", kind)]

    def differences(self) -> list[str]:
        """The oracle: both databases written out as text by PostgreSQL itself, and compared line by line."""
        names = [
            row[0]
            for row in self.copy(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
            )
        ]
        return [name for name in names if self._lines(self.source_url, name) != self._lines(self.target_url, name)]

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def _at(self, url: str) -> psycopg.Connection[Any]:
        if url not in self._open:
            # Nothing prepared: the tables change under the statements.
            self._open[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        return self._open[url]

    def _lines(self, url: str, table: str) -> list[Any]:
        columns = ", ".join(quote_name(row[0]) for row in self.copy(_COLUMNS, table))
        return sorted(
            str(row[0])
            for row in _run(self._at(url), f"SELECT ROW({columns})::text FROM public.{quote_name(table)}", ())
        )


_COLUMNS = """
SELECT attname::text FROM pg_attribute WHERE attrelid = format('public.%%I', %s::text)::regclass AND attnum > 0
AND NOT attisdropped ORDER BY attname
"""


def of(report: LoadReport, table: str) -> TableReport:
    """What a run says of one table."""
    return next(one for one in report.tables if one.table == table)


def _run(connection: psycopg.Connection[Any], statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement, values or None)
    return cursor.fetchall() if cursor.description else []
