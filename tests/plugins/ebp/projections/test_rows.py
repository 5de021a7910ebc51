"""What a technician gets of incidents, teams, documents, rates and sites that EBP keeps in its own way."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from tests.plugins.ebp.office import Office

from twinbase_ebp.projections import make_projections
from twinbase_ebp.settings import EbpSettings


async def rows(office: Office, query: str, *values: object) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await office.connection.fetch(query, *values)]


async def test_an_incident_comes_with_its_appliances_and_its_site(office: Office) -> None:
    site, code = (
        await rows(
            office,
            """SELECT "Id", "AssociatedCustomerId" FROM "Address"
        WHERE "AssociatedCustomerId" IS NOT NULL ORDER BY "Id" LIMIT 1""",
        )
    )[0]
    await office.run(
        """INSERT INTO "Incident" ("Id", "Caption", "CustomerId", "AddressId", "StartDate", "Status")
        VALUES ('INC00001', 'Fuite', $1, $2, '2026-07-01 08:00', 1)""",
        code,
        site,
    )
    appliance = await office.value("""SELECT min("Id") FROM "CustomerProduct" """)
    await office.run(
        """INSERT INTO "IncidentCustomerProduct" ("Id", "IncidentId", "CustomerProductId")
        VALUES ($1, 'inc00001', $2)""",
        uuid4(),
        appliance,
    )
    office.projections = make_projections(EbpSettings(incident_states={1: "open"}))
    await office.project()
    (found,) = await rows(office, "SELECT code, caption, site_id, opened_at, status, severity FROM mobile.incidents")
    assert found == ("INC00001", "Fuite", site, datetime(2026, 7, 1, 6, tzinfo=UTC), "open", "normal")
    wanted = await office.value("SELECT id::text FROM mobile.customer_equipment WHERE code = $1", appliance)
    assert await office.value("SELECT equipment_ids ->> 0 FROM mobile.incidents") == wanted


async def test_everybody_of_a_team_is_on_the_first_visit_once(office: Office) -> None:
    """Three entries below one: a helper, the leader again, and the helper again."""
    visit = await office.visit()
    leader = await office.value("""SELECT "ColleagueId" FROM "ScheduleEvent" WHERE "Id" = $1""", visit)
    helper = await office.value("""SELECT min("Id") FROM "Colleague" WHERE "Id" <> $1""", leader)
    below = await rows(
        office,
        """SELECT "Id" FROM "ScheduleEvent" WHERE "Id" <> $1 AND "ParentEventId" IS NULL
        AND "Id" IN (SELECT id FROM mobile.interventions) ORDER BY "Id" LIMIT 3""",
        visit,
    )
    for (event,), colleague in zip(below, (helper, leader, f"{helper} "), strict=True):
        await office.run(
            """UPDATE "ScheduleEvent" SET "ParentEventId" = $2, "ColleagueId" = $3 WHERE "Id" = $1""",
            event,
            visit,
            colleague,
        )
    await office.project()
    team = """SELECT c.code, a.role FROM mobile.intervention_assignments a JOIN mobile.colleagues c
        ON c.id = a.colleague_id WHERE a.intervention_id = $1 ORDER BY a.role"""
    assert await rows(office, team, visit) == [(helper, "helper"), (leader, "lead")]

    await office.run("UPDATE mobile.intervention_assignments SET acknowledged_at = now() WHERE role = 'helper'")
    await office.run("""DELETE FROM "ScheduleEvent" WHERE "Id" = $1""", below[0][0])
    await office.project()
    assert await rows(office, team, visit) == [(helper, "helper"), (leader, "lead")]
    acknowledged = "SELECT count(*) FROM mobile.intervention_assignments WHERE acknowledged_at IS NOT NULL"
    assert await office.value(acknowledged) == 1


async def test_a_company_whose_entries_below_others_mean_nothing_can_say_so(office: Office) -> None:
    office.projections = make_projections(EbpSettings(teams_by_parent=False))
    visit = await office.visit()
    await office.run("""UPDATE "ScheduleEvent" SET "ParentEventId" = $1 WHERE "Id" <> $1""", visit)
    await office.project()
    assert await office.value("SELECT DISTINCT role FROM mobile.intervention_assignments WHERE role = 'helper'") is None


async def test_a_customer_without_a_main_address_row_gets_a_site_made_of_its_own_fields(office: Office) -> None:
    await office.run("""INSERT INTO "Customer" ("Id", "Name", "MainDeliveryAddress_Address1",
        "MainDeliveryAddress_ZipCode", "MainDeliveryAddress_City")
        VALUES ('NEU', 'Nouveau', '1 rue Haute', '34000', ' ')""")
    await office.run("""INSERT INTO "Customer" ("Id", "Name") VALUES ('NUL', 'Sans adresse')""")
    await office.project()
    sites = """SELECT s.id = c.main_site_id, s.address1, s.source_table FROM mobile.customers c
        JOIN mobile.customer_sites s ON s.customer_id = c.id WHERE c.code = $1"""
    assert await rows(office, sites, "NEU") == [(True, "1 rue Haute", "Customer.MainDeliveryAddress")]
    assert await rows(office, sites, "NUL") == []

    address = UUID("0190a0a0-0000-7000-8000-000000000001")
    await office.run(
        """INSERT INTO "Address" ("Id", "AssociatedCustomerId", "AddressFields_Address1", "IsMainDelivery")
        VALUES ($1, 'neu ', '2 rue Basse', true)""",
        address,
    )
    await office.project()
    assert await rows(office, sites, "NEU") == [(True, "2 rue Basse", "Address")]


async def test_a_position_is_the_technicians_until_ebp_has_another_and_never_half(office: Office) -> None:
    site = await office.value("""UPDATE "Address" SET "AddressFields_Latitude" = 43.6, "AddressFields_Longitude" = 3.8
        WHERE "Id" = (SELECT id FROM mobile.customer_sites WHERE source_table = 'Address' ORDER BY id LIMIT 1)
        RETURNING "Id" """)
    await office.project()
    place = "SELECT lat, lon, gps_source FROM mobile.customer_sites WHERE id = $1"
    assert await rows(office, place, site) == [(Decimal("43.6"), Decimal("3.8"), "ebp")]
    await office.run(
        "UPDATE mobile.customer_sites SET lat = 43.7, lon = 3.9, gps_source = 'technician' WHERE id = $1", site
    )
    await office.run("""UPDATE "Address" SET "AddressFields_City" = 'Sète' WHERE "Id" = $1""", site)
    await office.project()
    assert await rows(office, place, site) == [(Decimal("43.7"), Decimal("3.9"), "technician")]
    await office.run("""UPDATE "Address" SET "AddressFields_Latitude" = 43.5 WHERE "Id" = $1""", site)
    await office.project()
    assert await rows(office, place, site) == [(Decimal("43.5"), Decimal("3.8"), "ebp")]


async def test_quotes_and_invoices_of_a_project_come_as_number_kind_and_total(office: Office) -> None:
    deal = await office.value("""SELECT min("Id") FROM "Deal" """)
    document = await office.value("""SELECT "Id" FROM "SaleDocument" ORDER BY "Id" LIMIT 1""")
    await office.run(
        """UPDATE "SaleDocument" SET "DealId" = $2, "NumberPrefix" = 'fa', "DocumentNumber" = 'FA00000007',
        "DocumentDate" = '2026-11-02', "AmountVatIncluded" = 181.5 WHERE "Id" = $1""",
        document,
        deal.lower(),
    )
    await office.project()
    found = await rows(
        office,
        """SELECT d.sale_document_number, d.sale_document_kind, d.document_date, d.total_ttc
        FROM mobile.documents d JOIN mobile.projects p ON p.id = d.owner_id
        WHERE d.id = $1 AND d.owner_kind = 'projects' AND p.code = $2""",
        document,
        deal,
    )
    assert found == [("FA00000007", "invoice", date(2026, 11, 2), Decimal("181.50"))]


async def test_a_file_of_a_note_about_a_visit_is_a_file_of_the_visit(office: Office) -> None:
    visit, file = await office.visit(), uuid4()
    note = await office.value("""SELECT "Id" FROM "Activity" ORDER BY "Id" LIMIT 1""")
    await office.run("""UPDATE "Activity" SET "ScheduleEventId" = $2 WHERE "Id" = $1""", note, visit)
    await office.run(
        """INSERT INTO "ActivityAssociatedFiles" ("Id", "ParentId", "Name", "TypeMime")
        VALUES ($1, $2, 'a.pdf', NULL)""",
        file,
        note,
    )
    await office.project()
    owner = "SELECT owner_kind, owner_id, name FROM mobile.documents WHERE id = $1"
    assert await rows(office, owner, file) == [("interventions", visit, "a.pdf")]
    await office.run("""UPDATE "Activity" SET "ScheduleEventId" = NULL WHERE "Id" = $1""", note)
    await office.project()
    assert await rows(office, owner, file) == []


async def test_codes_are_the_same_whatever_their_capitals_and_blanks_at_the_end(office: Office) -> None:
    """SQL Server takes them for the same, so EBP may hold a reference that is not spelt as its key."""
    visit = await office.visit()
    code = await office.value("""SELECT "CustomerId" FROM "ScheduleEvent" WHERE "Id" = $1""", visit)
    before = await office.row("customer_id", visit)
    await office.run("""UPDATE "ScheduleEvent" SET "CustomerId" = $2 WHERE "Id" = $1""", visit, f"{code.lower()}  ")
    await office.project()
    assert await office.row("customer_id", visit) == before
    await office.run("""UPDATE "Customer" SET "Id" = $2 WHERE "Id" = $1""", code, code.lower())
    await office.project()
    assert await office.row("customer_id", visit) == before


async def test_rates_come_with_what_they_refer_to(office: Office) -> None:
    item = await office.value("""SELECT min("Id") FROM "Item" """)
    vat = await office.value("""SELECT "Id" FROM "Vat" ORDER BY "Id" LIMIT 1""")
    await office.run(
        """INSERT INTO "TravelExpense" ("Id", "Caption", "AmountVatExcluded", "AmountVatIncluded", "ReferenceItemId")
        VALUES ('Z1', 'Zone 1', 20, 24, $1)""",
        item,
    )
    await office.run("""UPDATE "Item" SET "VatId" = $2 WHERE "Id" = $1""", item, vat)
    await office.run("""UPDATE "Customer" SET "TravelExpenseId" = 'z1'""")
    await office.project()
    found = await rows(
        office,
        """SELECT t.caption, t.price_ht, p.code, p.vat_rate_id FROM mobile.travel_rates t
        JOIN mobile.products p ON p.id = t.product_id""",
    )
    assert found == [("Zone 1", Decimal(20), item, vat)]
    assert await office.value("SELECT count(*) FROM mobile.customers WHERE travel_rate_id IS NULL") == 0
