"""A company of one technician: EBP's own database, the server that copies it, a phone, and EBP's import of files."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid3
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from twinbase import Plugins
from twinbase.builtin.deliveries import DeliveryRow
from twinbase.testing import Device, World
from twinbase_ebp.loading.load import load
from twinbase_ebp.loading.threads import LoadDatabases
from twinbase_ebp.projections.sql import NAMESPACE
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import TABLES
from twinbase_mobile.tables import Intervention, InterventionSignature
from twinbase_mobile.tables.kinds import Signer
from twinbase_server import accounts
from twinbase_server.extension import open_engine
from twinbase_server.projection.run import project

PLUGINS = Plugins("mobile", "ebp", "deliveries", accounts)
VISIT, TYPE, VAN, SITE = (UUID(int=(0x0198C5A0 << 96) + number) for number in range(1, 5))
ANNA, CUSTOMER = uuid3(NAMESPACE, "Colleague:ANNA"), uuid3(NAMESPACE, "Customer:C1")
BOILER, PUMP, PIECE = (uuid3(NAMESPACE, name) for name in ("CustomerProduct:P1", "Item:POMPE", "Unit:U"))
MORE = """
ALTER TABLE "ScheduleEvent"
    ADD "Maintenance_InterventionReport" text, ADD "Maintenance_InterventionDescription" text;
ALTER TABLE "Activity" ADD "Notes" text;
ALTER TABLE "CustomerProduct" ADD "NotesClear" text, ADD "Description" text;
ALTER TABLE "Incident" ADD "Description" text;
ALTER TABLE "StockDocument" ADD "Reference" varchar(70);
ALTER TABLE "StockDocumentLine" ADD "LineOrder" integer;
"""
COUNT_VISITS = 'SELECT count(*) FROM "ScheduleEvent"'
ROWS = f"""
INSERT INTO "Colleague" ("Id", "Contact_Name", "ActiveState", "StorehouseId") VALUES ('ANNA', 'Martin', 0, '{VAN}');
INSERT INTO "Storehouse" ("Id", "Caption") VALUES ('{VAN}', 'Camion 1');
INSERT INTO "Unit" ("Id", "Caption") VALUES ('U', 'Pièce');
INSERT INTO "Item" ("Id", "Caption", "ActiveState") VALUES ('POMPE', 'Circulateur', 0);
INSERT INTO "Customer" ("Id", "Name", "ActiveState") VALUES ('C1', 'Durand', 0);
INSERT INTO "Address" ("Id", "AssociatedCustomerId", "AddressFields_City") VALUES ('{SITE}', 'C1', 'Lyon');
INSERT INTO "CustomerProduct" ("Id", "Caption", "CustomerId", "NotesClear")
VALUES ('P1', 'Chaudière', 'C1', 'Clé chez le gardien');
INSERT INTO "ScheduleEventType" ("Id", "Caption") VALUES ('{TYPE}', 'Entretien');
"""


def make_ebp(url: str) -> None:
    """EBP's own database, empty: the tables that are known, with some columns that only EBP needs."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            SQLModel.metadata.create_all(connection, list(TABLES))
            connection.exec_driver_sql(MORE)
            for table in TABLES:
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD IF NOT EXISTS "sysModifiedDate" timestamp')
            connection.exec_driver_sql(ROWS)
    finally:
        engine.dispose()


@dataclass
class Company:
    """With words for what people and programs do in it."""

    world: World
    ebp: Any
    folder: Path
    keeps_ids: bool = True
    """Whether EBP's import keeps the keys that it is given."""
    phone: Device = field(init=False)

    @property
    def wall_clock(self) -> datetime:
        """The time as EBP writes it."""
        return self.world.clock().astimezone(ZoneInfo("Europe/Paris")).replace(tzinfo=None, microsecond=0)

    async def plan(self, id: UUID = VISIT, **values: Any) -> None:
        """The office plans a visit of Anna's for tomorrow."""
        start = self.wall_clock + timedelta(days=1)
        row = {
            "Id": id, "Caption": "Entretien chaudière", "ColleagueId": "ANNA", "CustomerId": "C1", "EventState": 0,
            "EventType": TYPE, "StartDateTime": start, "EndDateTime": start + timedelta(hours=2), **values,
        }  # fmt: skip
        await self.insert("ScheduleEvent", row)

    async def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """A new row in EBP."""
        row = {**row, "sysModifiedDate": self.wall_clock}
        names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f"${n + 1}" for n in range(len(row)))
        await self.ebp.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *row.values())

    async def office(self, table: str, key: Any, **values: Any) -> None:
        """Somebody changes a row in EBP."""
        values["sysModifiedDate"] = self.wall_clock
        sets = ", ".join(f'"{name}" = ${n + 2}' for n, name in enumerate(values))
        await self.ebp.execute(f'UPDATE "{table}" SET {sets} WHERE "Id" = $1', key, *values.values())

    async def load(self) -> None:
        """The loader runs, and the projections after it."""
        self.world.clock.advance(minutes=5)
        await self.world.run_source("ebp")
        if hasattr(self, "phone"):
            await self.world.sign_in(self.phone, "anna")

    async def load_and_project_apart(self) -> None:
        """Somebody loads by hand, and projects."""
        settings = EbpSettings()
        databases = LoadDatabases.from_urls(settings.source_url.get_secret_value(), self.world.database_url)
        await load(databases, settings, self.world.clock())
        async with open_engine(self.world.database_url) as database:
            await project(database, self.world.plugins.collect_projections(), registry=self.world.plugins.registry)

    async def hand_over(self, destination: str = "ebp") -> Mapping[str, Any]:
        """The exporter runs."""
        self.world.clock.advance(minutes=2)
        return await self.world.hand_over(destination)

    async def visit(self) -> Intervention:
        """The visit as Anna sees it."""
        row = await self.phone.read(Intervention, VISIT)
        assert row is not None
        return row

    async def enter(self, **values: Any) -> None:
        """Anna writes on the visit, and her phone finds the server."""
        await self.phone.change(Intervention, VISIT, **values)
        await self.phone.sync()

    async def done(self) -> None:
        """Anna ends the visit; a customer who is not there signs nothing."""
        if not await self.phone.all(InterventionSignature):
            await self.phone.save(
                InterventionSignature(
                    intervention_id=VISIT, role=Signer.CUSTOMER, refused=True, refusal_reason="Absent"
                )
            )
        start = self.world.clock() - timedelta(hours=1)
        values = {"status": "done", "actual_start": start, "actual_end": self.world.clock(), "report": "Fait."}
        if (await self.visit()).status == "planned":
            await self.phone.change(Intervention, VISIT, status="in_progress")
        await self.enter(**values)

    async def opened_again(self) -> None:
        """Somebody at the office finds that the visit was not done."""
        await self.world.sql("UPDATE mobile.interventions SET status = 'in_progress'")
        await self.phone.sync()

    async def told(self) -> list[tuple[str, str, str]]:
        """What Anna's phone says became of her changes: action, state, sentence; oldest first."""
        await self.phone.sync()
        rows = sorted(await self.phone.all(DeliveryRow), key=lambda row: (row.created_at, row.action))
        return [(row.action, row.state, row.said) for row in rows if row.action != "create File"]

    async def deliveries(self) -> list[tuple[str, str]]:
        rows = await self.world.sql(
            "SELECT action, state FROM twinbase.deliveries WHERE action <> 'create File' ORDER BY n"
        )
        return [(row[0], row[1]) for row in rows]

    def files(self, entity: str = "") -> list[Path]:
        return sorted(self.folder.glob(f"{entity}*.csv"))

    def rows(self, entity: str) -> list[dict[str, str]]:
        """The rows of all files of an entity, oldest first."""
        return [row for path in self.files(entity) for row in read(path)]

    async def imports(self) -> None:
        """EBP's import takes the files away, and does what they say."""
        for path in self.files():
            for row in read(path):
                await self._import(path.name.split("-")[0].removeprefix("New"), row)
            path.unlink()

    async def imports_documents(self) -> None:
        """EBP makes a document of the lines that name the same one, and numbers it; other files as ever."""
        lines = self.rows("StockDocument")
        for path in self.files("StockDocument"):
            path.unlink()
        for number, reference in enumerate(dict.fromkeys(line["Reference"] for line in lines), 1):
            mine = [line for line in lines if line["Reference"] == reference]
            key, types = uuid3(NAMESPACE, reference), await self._types("StockDocument")
            head = {name: _value(text, types[name]) for name, text in mine[0].items() if name in types}
            await self.insert("StockDocument", {"Id": key, "DocumentNumber": f"ES{number:08}", **head})
            for order, line in enumerate(mine):
                await self.insert(
                    "StockDocumentLine",
                    {
                        "Id": uuid3(key, str(order)),
                        "DocumentId": key,
                        "LineOrder": order,
                        "ItemId": line["ItemId"],
                        "Quantity": _value(line["Quantity"], "numeric"),
                    },
                )
        await self.imports()

    async def _import(self, entity: str, row: dict[str, str]) -> None:
        types = await self._types(entity)
        values = {name: _value(text, types[name]) for name, text in row.items() if name in types and name != "Id"}
        there = f'SELECT EXISTS (SELECT FROM "{entity}" WHERE "Id"::text = $1)'
        if row.get("Id") and await self.ebp.fetchval(there, row["Id"]):
            key = UUID(row["Id"]) if types["Id"] == "uuid" else row["Id"]
            await self.office(entity, key, **values)
        else:
            if entity == "ScheduleEvent":
                values["ScheduleEventNumber"] = f"INT{await self.ebp.fetchval(COUNT_VISITS):05}"
            await self.insert(entity, {"Id": await self._new_key(entity, row, types["Id"]), **values})

    async def _new_key(self, entity: str, row: dict[str, str], type: str) -> Any:
        if type != "uuid":
            count = await self.ebp.fetchval(f'SELECT count(*) FROM "{entity}"')
            return f"N{count:04}"
        return UUID(row["Id"]) if row.get("Id") and self.keeps_ids else uuid3(NAMESPACE, str(row))

    async def _types(self, entity: str) -> dict[str, str]:
        rows = await self.ebp.fetch(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1", entity
        )
        return {row[0]: row[1] for row in rows}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def read_moment(text: str) -> datetime:
    """As EBP's import reads it. Compared as text, the first of December comes before the thirtieth of November."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S")


def _value(text: str, type: str) -> Any:
    if text == "":
        return None
    if type.startswith("timestamp"):
        return read_moment(text)
    if type in ("integer", "smallint", "bigint"):
        return int(Decimal(text.replace(",", ".")))
    if type == "numeric":
        return Decimal(text.replace(",", "."))
    if type == "boolean":
        return text == "1"
    return UUID(text) if type == "uuid" else text


async def connected(url: str) -> Any:
    return await asyncpg.connect(url)
