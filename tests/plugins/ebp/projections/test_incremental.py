"""EBP's tables feed those for phones: by version, never as a reload, and never over a technician's work."""

from datetime import timedelta
from uuid import uuid3, uuid4

import asyncpg
from tests.plugins.ebp.office import DAY, PLUGINS, Office, touched

from twinbase_demo.erp import mutate_office_day
from twinbase_ebp.projections.sql import NAMESPACE

EMPTY = {"intervention_parts", "intervention_photos", "intervention_signatures", "checklist_answers",
         "timesheets", "travel_logs", "expenses", "stock_movements", "incidents", "travel_rates", "tickets",
         "ticket_comments"}  # fmt: skip


async def test_a_first_run_fills_every_table_that_ebp_feeds(office: Office) -> None:
    for twin in PLUGINS.registry:
        rows = await office.value(f"SELECT count(*) FROM mobile.{twin.table.name}")
        assert (rows == 0) == (twin.table.name in EMPTY), twin.table.name


async def test_a_second_run_with_nothing_changed_looks_at_nothing_and_writes_nothing(office: Office) -> None:
    reports = await office.project()
    assert touched(reports) == {}
    assert not any(report.whole for report in reports.values())


async def test_a_whole_run_over_what_is_there_writes_nothing(office: Office) -> None:
    reports = await office.project_anew()
    assert all(report.whole for report in reports.values())
    assert touched(reports) == {}


async def test_runs_by_version_come_to_what_a_whole_run_comes_to(office: Office) -> None:
    for seed in (5, 6, 7):
        await mutate_office_day(office.connection, seed=seed, changes=300, today=DAY)
        reports = await office.project()
        assert touched(reports) and not any(report.whole for report in reports.values())
    assert touched(await office.project_anew()) == {}


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
        uuid4(),
        visit,
    )
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
    await office.project_anew()
    assert await office.row("report, worked_minutes", visit) == ("Fait.", 12)


async def test_a_contact_made_on_a_phone_is_left_alone(office: Office) -> None:
    customer = await office.value("SELECT min(id::text)::uuid FROM mobile.customers")
    made = uuid4()
    await office.run(
        "INSERT INTO mobile.contacts (id, customer_id, last_name, is_main) VALUES ($1, $2, 'Marchetti', false)",
        made,
        customer,
    )
    await office.project_anew()
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
    assert reports["Unit"].whole and not reports["Customer"].whole
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
