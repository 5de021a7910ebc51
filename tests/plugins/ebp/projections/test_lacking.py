"""EBP differs from one company to the next: what one lacks costs a feature or a table, never the rest."""

from tests.plugins.ebp.office import Office, touched


async def test_a_missing_optional_column_is_empty_and_its_feature_is_off(office: Office) -> None:
    await office.run("""ALTER TABLE "Item" DROP COLUMN "BarCode" """)
    reports = await office.project()
    assert reports["Item"].lost == ["Products cannot be found by bar code. Item.BarCode is missing."]
    assert await office.value("SELECT count(barcode) FROM mobile.products") == 0
    assert not any(report.off for report in reports.values())
    await office.run("""UPDATE "Item" SET "Caption" = 'Vanne' WHERE "Id" = (SELECT min("Id") FROM "Item")""")
    assert touched(await office.project())["Item"] == (1, 0, 0)


async def test_a_missing_required_column_costs_its_own_table_only(office: Office) -> None:
    visit = await office.visit()
    await office.run("""ALTER TABLE "Customer" DROP COLUMN "Name" """)
    await office.run("""UPDATE "ScheduleEvent" SET "Caption" = 'Autre titre' WHERE "Id" = $1""", visit)
    await office.run("""INSERT INTO "Customer" ("Id") VALUES ('NEU')""")
    address = await office.value("""UPDATE "Address" SET "AssociatedCustomerId" = 'NEU'
        WHERE "Id" = (SELECT "Id" FROM "Address" ORDER BY 1 LIMIT 1) RETURNING "Id" """)
    reports = await office.project()
    assert [name for name, one in reports.items() if one.off] == ["Customer"]
    assert reports["Customer"].off == "It cannot run: Customer.Name is missing."
    assert await office.row("title", visit) == ("Autre titre",)
    assert await office.value("SELECT count(*) FROM mobile.customers") > 0
    assert await office.value("SELECT count(*) FROM mobile.customer_sites WHERE id = $1", address) == 0

    await office.run("""ALTER TABLE "Customer" ADD COLUMN "Name" varchar(60)""")
    reports = await office.project()
    assert not reports["Customer"].off
    assert await office.value("SELECT count(*) FROM mobile.customer_sites WHERE id = $1", address) == 1
    assert touched(await office.project_anew()) == {}


async def test_a_column_of_another_type_counts_as_missing(office: Office) -> None:
    await office.run("""ALTER TABLE "Item" ALTER COLUMN "ManageStock" TYPE text USING 'oui'""")
    await office.run("""ALTER TABLE "Unit" ALTER COLUMN "Caption" DROP DEFAULT""")
    await office.run("""ALTER TABLE "Unit" ALTER COLUMN "Caption" TYPE integer USING 1""")
    reports = await office.project()
    assert reports["Item"].lost == ["Whether stock of a product is kept is unknown. Item.ManageStock is text here."]
    assert reports["Unit"].off == "It cannot run: Unit.Caption is integer here."
    assert await office.value("SELECT count(*) FROM mobile.products WHERE stock_managed") == 0


async def test_a_column_whose_type_changed_is_read_under_its_new_name(office: Office) -> None:
    """So the loader keeps what it had, and what comes."""
    await office.run("""ALTER TABLE "Item" ADD COLUMN "TrackingMode__2" bigint, ADD COLUMN "BarCode__3" bytea""")
    await office.run("""UPDATE "Item" SET "TrackingMode__2" = 7""")
    reports = await office.project()
    assert reports["Item"].lost == ["Products cannot be found by bar code. Item.BarCode is bytea here."]
    assert await office.value("SELECT DISTINCT tracking_mode FROM mobile.products") == 7
    await office.run("""UPDATE "Item" SET "TrackingMode__2" = 8""")
    await office.project()
    assert await office.value("SELECT DISTINCT tracking_mode FROM mobile.products") == 8


async def test_a_wider_column_is_read_on_and_cut_for_phones(office: Office) -> None:
    await office.run("""ALTER TABLE "Item" ALTER COLUMN "Caption" TYPE varchar(200)""")
    code = await office.value("""SELECT min("Id") FROM "Item" """)
    await office.run("""UPDATE "Item" SET "Caption" = repeat('x', 200) WHERE "Id" = $1""", code)
    reports = await office.project()
    assert not reports["Item"].off and not reports["Item"].lost
    assert await office.value("SELECT length(caption) FROM mobile.products WHERE code = $1", code) == 80
    assert not (await office.project())["Item"].whole


async def test_a_missing_optional_table_counts_as_empty_until_it_comes(office: Office) -> None:
    await office.run("""ALTER TABLE "ColleagueCompetence" RENAME TO "away" """)
    reports = await office.project()
    assert reports["Colleague"].lost == ["Who has which competence is unknown. ColleagueCompetence is missing."]
    assert await office.value("SELECT DISTINCT competences::text FROM mobile.colleagues") == "[]"
    await office.run("""ALTER TABLE "away" RENAME TO "ColleagueCompetence" """)
    assert not (await office.project())["Colleague"].lost
    code = await office.value("""SELECT min("Id") FROM "Colleague" """)
    await office.run("""INSERT INTO "Competence" ("Id", "Caption") VALUES ('GAZ', 'Gaz')""")
    await office.run(
        """INSERT INTO "ColleagueCompetence" ("Id", "ColleagueId", "CompetenceId")
        VALUES (gen_random_uuid(), $1, 'GAZ')""",
        code,
    )
    reports = await office.project()
    assert not reports["Colleague"].whole
    found = await office.value("SELECT competences -> 0 ->> 'code' FROM mobile.colleagues WHERE code = $1", code)
    assert found == "GAZ"


async def test_a_missing_required_table_is_off_until_it_comes(office: Office) -> None:
    await office.run("""ALTER TABLE "Incident" RENAME TO "away" """)
    reports = await office.project()
    assert reports["Incident"].off == "It cannot run: Incident is missing."
    assert reports["ScheduleEvent"].off == ""
    await office.run("""ALTER TABLE "away" RENAME TO "Incident" """)
    assert (await office.project())["Incident"].off == ""


async def test_what_a_technician_wrote_outlives_the_column_that_ebp_lost(office: Office) -> None:
    visit = await office.visit()
    await office.run(
        """UPDATE "ScheduleEvent" SET "Maintenance_InterventionReportClear" = 'Bureau.' WHERE "Id" = $1""", visit
    )
    await office.project()
    await office.run("UPDATE mobile.interventions SET report = 'Fait.' WHERE id = $1", visit)
    await office.run("""ALTER TABLE "ScheduleEvent" RENAME "Maintenance_InterventionReportClear" TO gone""")
    reports = await office.project()
    assert reports["ScheduleEvent"].lost == [
        "Reports come from devices only. ScheduleEvent.Maintenance_InterventionReportClear is missing."
    ]
    assert await office.row("report", visit) == ("Fait.",)
    await office.run("""ALTER TABLE "ScheduleEvent" RENAME gone TO "Maintenance_InterventionReportClear" """)
    await office.project()
    assert await office.row("report", visit) == ("Fait.",)


async def test_a_number_that_cannot_be_is_empty_and_stops_nothing(office: Office) -> None:
    await office.run("""UPDATE "Address" SET "AddressFields_Latitude" = 12345678, "AddressFields_Longitude" = 2""")
    await office.run("""UPDATE "Item" SET "SalePriceVatExcluded" = 10::numeric ^ 20""")
    await office.run("""UPDATE "ScheduleEvent" SET "ExpectedDuration_DurationInHours" = 10::numeric ^ 18""")
    await office.project()
    assert (
        await office.value("SELECT count(lat) + count(lon) FROM mobile.customer_sites WHERE source_table = 'Address'")
        == 0
    )
    assert await office.value("SELECT count(price_ht) FROM mobile.products") == 0
    assert await office.value("SELECT count(expected_minutes) FROM mobile.interventions") == 0
