"""Whatever changes in EBP, in whatever order: by version it comes to what a run from scratch comes to."""

import asyncio

import asyncpg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.plugins.ebp.changes import SOURCES, Changes
from tests.plugins.ebp.office import PLUGINS, Office, touched

from twinbase.testing.databases import Databases, database_name

STEPS, CHANGES = 3, 15
TARGETS = sorted({projection.table.name for projection in PLUGINS.collect_projections()})
RARE = {
    "Incident": """INSERT INTO "Incident" ("Id", "Caption", "CustomerId", "StartDate", "Status", "AddressId")
        SELECT 'I' || row_number() OVER (ORDER BY "Id"), 'Panne', "AssociatedCustomerId", '2026-11-20 10:00', 1, "Id"
        FROM "Address" WHERE "AssociatedCustomerId" IS NOT NULL ORDER BY "Id" LIMIT 5""",
    "IncidentCustomerProduct": """INSERT INTO "IncidentCustomerProduct" ("Id", "IncidentId", "CustomerProductId")
        SELECT gen_random_uuid(), 'I1', "Id" FROM "CustomerProduct" ORDER BY "Id" LIMIT 2""",
    "TravelExpense": """INSERT INTO "TravelExpense" ("Id", "Caption", "AmountVatExcluded")
        VALUES ('Z1', 'Zone 1', 20)""",
    "Competence": """INSERT INTO "Competence" ("Id", "Caption") VALUES ('GAZ', 'Gaz'), ('PAC', 'Pompe')""",
    "ColleagueCompetence": """INSERT INTO "ColleagueCompetence" ("Id", "ColleagueId", "CompetenceId")
        SELECT gen_random_uuid(), "Id", 'GAZ' FROM "Colleague" ORDER BY "Id" LIMIT 3""",
    "DealAssociatedFiles": """INSERT INTO "DealAssociatedFiles" ("Id", "ParentId", "Name")
        SELECT gen_random_uuid(), "Id", 'plan.pdf' FROM "Deal" ORDER BY "Id" LIMIT 3""",
    "ScheduleEventAssociatedFiles": """INSERT INTO "ScheduleEventAssociatedFiles" ("Id", "ParentId", "Name")
        SELECT gen_random_uuid(), "Id", 'photo.jpg' FROM "ScheduleEvent" ORDER BY "Id" LIMIT 3""",
    "ScheduleEventCustomerProduct": """INSERT INTO "ScheduleEventCustomerProduct" ("Id", "ScheduleEventId")
        SELECT gen_random_uuid(), "Id" FROM "ScheduleEvent" ORDER BY "Id" LIMIT 5""",
    "MaintenanceContractCustomerProduct": """INSERT INTO "MaintenanceContractCustomerProduct" ("Id", "ContractId",
        "CustomerProductId") SELECT gen_random_uuid(), c."Id", p."Id" FROM "MaintenanceContract" c, "CustomerProduct" p
        LIMIT 5""",
}
"""Tables that are empty in most companies, and would never be played with."""


@pytest.mark.long
@settings(max_examples=2, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_by_version_comes_to_what_a_run_from_scratch_comes_to(databases: Databases, projected: str, seed: int) -> None:
    url = databases.create(database_name(projected))
    try:
        asyncio.run(_play(url, seed))
    finally:
        databases.drop(url)


async def _play(url: str, seed: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        office = Office(url, connection)
        await _fill_what_is_empty(office)
        changes = Changes(connection, seed)
        for _ in range(STEPS):
            await changes.change(CHANGES)
            await office.project()
            assert touched(await office.project()) == {}
        by_version = await _all_rows(office)
        anew = touched(await office.project_anew())
        assert anew == {}, f"{anew}\n" + "\n".join(changes.made)
        await _empty(office)
        await office.project_anew()
        assert await _all_rows(office) == by_version, "\n".join(changes.made)
    finally:
        await connection.close()


async def _fill_what_is_empty(office: Office) -> None:
    names = {table.name for table in SOURCES}
    for name, statement in RARE.items():
        if name in names and not await office.value(f'SELECT count(*) FROM "{name}"'):
            await office.run(statement)
    await office.project()


async def _empty(office: Office) -> None:
    """Scratch: nothing in any target."""
    await office.run(f"TRUNCATE {', '.join(f'mobile.{name}' for name in TARGETS)} CASCADE")
    await office.run("TRUNCATE twinbase.projection_image")


async def _all_rows(office: Office) -> dict[str, list[str]]:
    """Every row that projections fill, as text."""
    found = {}
    for name in TARGETS:
        rows = await office.connection.fetch(f"SELECT t::text AS row FROM mobile.{name} t ORDER BY id")
        found[name] = [row["row"] for row in rows]
    return found
