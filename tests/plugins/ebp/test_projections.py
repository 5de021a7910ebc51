"""EBP's tables feed those for phones: by version, never as a reload, and never over a technician's work."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid3, uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.conftest import Databases, _blocking, database_name

from twinbase.plugins import Plugins
from twinbase_ebp.generator import generate, mutate_office_day
from twinbase_ebp.projections.sql import NAMESPACE
from twinbase_server.database import init_database
from twinbase_server.projecting import Projected, project
from twinbase_server.twin_tables import create_twin_tables

DAY = date(2026, 11, 23)
PLUGINS = Plugins("mobile", "ebp")
EMPTY_PROJECTIONS = {"intervention_parts", "intervention_photos", "intervention_signatures", "checklist_answers",
                     "timesheets", "expenses", "stock_movements"}  # fmt: skip


@dataclass
class Office:
    """A company whose ERP is loaded and captured, and was projected once."""

    url: str
    connection: Any

    async def project(self) -> dict[str, Projected]:
        engine = create_async_engine(make_url(self.url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
        try:
            return {report.name: report for report in await project(engine, PLUGINS.projections())}
        finally:
            await engine.dispose()

    async def run(self, statement: str, *values: object) -> None:
        await self.connection.execute(statement, *values)

    async def value(self, query: str, *values: object) -> Any:
        return await self.connection.fetchval(query, *values)

    async def visit(self) -> UUID:
        """A visit of a known customer, as EBP and the phones have it."""
        planned = "SELECT id FROM mobile.interventions WHERE customer_id IS NOT NULL AND status = 'planned'"
        return UUID(str(await self.value(f"{planned} ORDER BY id LIMIT 1")))

    async def row(self, columns: str, visit: UUID) -> tuple[Any, ...]:
        """Some columns of a visit, as the phones have it."""
        found = await self.connection.fetchrow(f"SELECT {columns} FROM mobile.interventions WHERE id = $1", visit)
        return tuple(found)


def touched(reports: dict[str, Projected]) -> dict[str, tuple[int, int, int]]:
    """What a run wrote, deleted and retired, where it did anything."""
    counts = {name: (one.written, one.deleted, one.retired) for name, one in reports.items()}
    return {name: count for name, count in counts.items() if any(count)}


@pytest.fixture(scope="module")
def projected(databases: Databases) -> Iterator[str]:
    """A template: generated, captured, projected."""
    url = databases.create()

    async def prepare() -> None:
        await generate(url, seed=1, scale=0.005, today=DAY)
        await create_twin_tables(url, PLUGINS.registry)
        await init_database(url, PLUGINS, datetime(2026, 11, 23, tzinfo=UTC))
        await Office(url, None).project()

    _blocking(prepare)
    yield url
    databases.drop(url)


@pytest.fixture
def copied(databases: Databases, projected: str) -> Iterator[str]:
    url = databases.create(database_name(projected))
    yield url
    databases.drop(url)


@pytest.fixture
async def office(copied: str) -> AsyncIterator[Office]:
    connection = await asyncpg.connect(copied)
    yield Office(copied, connection)
    await connection.close()


async def test_a_first_run_fills_every_table_that_ebp_feeds(office: Office) -> None:
    for twin in PLUGINS.registry:
        rows = await office.value(f"SELECT count(*) FROM mobile.{twin.table.name}")
        assert (rows == 0) == (twin.table.name in EMPTY_PROJECTIONS), twin.table.name


async def test_a_second_run_with_nothing_changed_looks_at_nothing_and_writes_nothing(office: Office) -> None:
    reports = await office.project()
    assert touched(reports) == {}
    assert not any(report.whole for report in reports.values())


async def test_a_whole_run_over_what_is_there_writes_nothing(office: Office) -> None:
    await office.run("DELETE FROM twinbase.projection")
    reports = await office.project()
    assert all(report.whole for report in reports.values())
    assert touched(reports) == {}


async def test_runs_by_version_come_to_what_a_whole_run_comes_to(office: Office) -> None:
    for seed in (5, 6, 7):
        await mutate_office_day(office.connection, seed=seed, changes=300, today=DAY)
        reports = await office.project()
        assert touched(reports) and not any(report.whole for report in reports.values())
    await office.run("DELETE FROM twinbase.projection")
    assert touched(await office.project()) == {}


async def test_one_change_touches_one_row(office: Office) -> None:
    await office.run("""UPDATE "Item" SET "Caption" = 'Vanne' WHERE "Id" = (SELECT min("Id") FROM "Item")""")
    assert touched(await office.project()) == {"Item": (1, 0, 0)}


async def test_a_change_that_no_phone_sees_writes_nothing(office: Office) -> None:
    await office.run("""UPDATE "Customer" SET "sysModifiedDate" = now()""")
    reports = await office.project()
    assert touched(reports) == {}


async def test_a_row_inserted_while_a_run_is_under_way_comes_with_the_next(office: Office) -> None:
    other = await asyncpg.connect(office.url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("""INSERT INTO "Unit" ("Id", "Caption", "Decimals") VALUES ('ZZ', 'Tard', 0)""")
    assert touched(await office.project()) == {}
    await transaction.commit()
    await other.close()
    assert touched(await office.project()) == {"Unit": (1, 0, 0)}


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        (datetime(2026, 7, 1, 8, 0), datetime(2026, 7, 1, 6, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8, 0), datetime(2026, 12, 1, 7, 0, tzinfo=UTC)),
        # The night when clocks go forward: half past two never comes.
        (datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # The night when they go back: half past two comes twice, and is the first one.
        (datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
async def test_local_times_become_instants(office: Office, local: datetime, instant: datetime) -> None:
    visit = await office.visit()
    await office.run("""UPDATE "ScheduleEvent" SET "StartDateTime" = $2 WHERE "Id" = $1""", visit, local)
    await office.project()
    assert await office.value("SELECT scheduled_start FROM mobile.interventions WHERE id = $1", visit) == instant


async def test_a_deleted_source_row_takes_its_target_along(office: Office) -> None:
    visit = await office.visit()
    await office.run("""DELETE FROM "ScheduleEvent" WHERE "Id" = $1""", visit)
    await office.run("""DELETE FROM "ScheduleEventCustomerProduct" WHERE "ScheduleEventId" = $1""", visit)
    await office.project()
    assert await office.value("SELECT count(*) FROM mobile.interventions WHERE id = $1", visit) == 0


async def test_a_visit_with_a_technicians_work_on_it_is_retired_and_not_deleted(office: Office) -> None:
    visit = await office.visit()
    await office.run(
        "INSERT INTO mobile.intervention_parts (id, intervention_id, quantity, billable) VALUES ($1, $2, 1, true)",
        uuid4(), visit,
    )  # fmt: skip
    await office.run("""DELETE FROM "ScheduleEvent" WHERE "Id" = $1""", visit)
    reports = await office.project()
    assert reports["ScheduleEvent"].retired == 1 and reports["ScheduleEvent"].deleted == 0
    assert await office.row("status, cancel_reason", visit) == ("cancelled", "Supprimée au bureau.")
    assert touched(await office.project()) == {}


async def test_a_deleted_customer_goes_with_all_that_was_his_and_visits_stay(office: Office) -> None:
    visit = await office.visit()
    customer = await office.value("SELECT customer_id FROM mobile.interventions WHERE id = $1", visit)
    code = await office.value("SELECT source_id FROM mobile.customers WHERE id = $1", customer)
    await office.run("""DELETE FROM "Customer" WHERE "Id" = $1""", code)
    await office.project()
    for table in ("customer_sites", "contacts", "customer_equipment", "maintenance_contracts"):
        assert await office.value(f"SELECT count(*) FROM mobile.{table} WHERE customer_id = $1", customer) == 0
    assert await office.value("SELECT count(*) FROM mobile.customers WHERE id = $1", customer) == 0
    assert await office.value("SELECT customer_id FROM mobile.interventions WHERE id = $1", visit) is None


async def test_what_a_technician_wrote_stays_until_ebps_own_value_moves(office: Office) -> None:
    visit = await office.visit()
    await office.run("UPDATE mobile.interventions SET status = 'done', report = 'Fait.' WHERE id = $1", visit)
    await office.run("""UPDATE "ScheduleEvent" SET "Caption" = 'Autre titre' WHERE "Id" = $1""", visit)
    await office.project()
    assert await office.row("title, status, report", visit) == ("Autre titre", "done", "Fait.")

    await office.run("""UPDATE "ScheduleEvent" SET "EventState" = 3 WHERE "Id" = $1""", visit)
    await office.project()
    assert await office.row("title, status, report", visit) == ("Autre titre", "cancelled", "Fait.")


async def test_a_whole_run_keeps_what_a_technician_wrote(office: Office) -> None:
    visit = await office.visit()
    await office.run("UPDATE mobile.interventions SET report = 'Fait.', worked_minutes = 12 WHERE id = $1", visit)
    await office.run("DELETE FROM twinbase.projection")
    await office.project()
    assert await office.row("report, worked_minutes", visit) == ("Fait.", 12)


async def test_a_contact_made_on_a_phone_is_left_alone(office: Office) -> None:
    customer = await office.value("SELECT min(id::text)::uuid FROM mobile.customers")
    made = uuid4()
    await office.run(
        "INSERT INTO mobile.contacts (id, customer_id, last_name, is_main) VALUES ($1, $2, 'Marchetti', false)",
        made, customer,
    )  # fmt: skip
    await office.run("DELETE FROM twinbase.projection")
    await office.project()
    assert await office.value("SELECT last_name FROM mobile.contacts WHERE id = $1", made) == "Marchetti"


async def test_a_code_that_nobody_has_explained_becomes_unknown(office: Office) -> None:
    visit = await office.visit()
    await office.run("""UPDATE "ScheduleEvent" SET "EventState" = 99 WHERE "Id" = $1""", visit)
    await office.run("""UPDATE "Item" SET "ItemType" = 99, "ActiveState" = 99""")
    await office.project()
    assert await office.value("SELECT status FROM mobile.interventions WHERE id = $1", visit) == "unknown"
    assert await office.value("SELECT array_agg(DISTINCT kind || state) FROM mobile.products") == ["otherunknown"]


async def test_a_reference_to_nothing_is_empty_until_its_target_comes(office: Office) -> None:
    visit = await office.visit()
    await office.run("""UPDATE "ScheduleEvent" SET "CustomerId" = 'NEU' WHERE "Id" = $1""", visit)
    await office.project()
    assert await office.value("SELECT customer_id FROM mobile.interventions WHERE id = $1", visit) is None
    await office.run("""INSERT INTO "Customer" ("Id", "Name") VALUES ('NEU', 'Nouveau')""")
    await office.project()
    name = "SELECT c.name FROM mobile.interventions i JOIN mobile.customers c ON c.id = i.customer_id WHERE i.id = $1"
    assert await office.value(name, visit) == "Nouveau"


async def test_capture_that_was_renewed_means_a_whole_run(office: Office) -> None:
    await office.run("UPDATE twinbase.capture SET base = pg_current_xact_id() WHERE table_name = 'Unit'")
    reports = await office.project()
    assert reports["Unit"].whole and reports["Item"].whole and not reports["Customer"].whole
    assert touched(reports) == {}


async def test_ids_are_the_same_in_every_database(office: Office) -> None:
    """uuid3 of `Table:code`: a phone keeps its rows when the server's database is built anew."""
    code = await office.value("""SELECT min("Id") FROM "Item" """)
    found = await office.value("SELECT id FROM mobile.products WHERE source_id = $1", code)
    assert found == uuid3(NAMESPACE, f"Item:{code}")


async def test_a_week_of_office_work_leaves_no_stale_image(office: Office) -> None:
    for seed in range(3):
        await mutate_office_day(office.connection, seed=seed, changes=200, today=DAY + timedelta(days=seed))
        await office.project()
    stale = "SELECT count(*) FROM twinbase.projection_image p WHERE p.projection = 'ScheduleEvent' AND NOT EXISTS "
    assert await office.value(stale + "(SELECT FROM mobile.interventions i WHERE i.id = p.id)") == 0
