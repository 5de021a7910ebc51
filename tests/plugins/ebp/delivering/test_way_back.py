"""What a technician enters reaches EBP, comes back from there, and the phone says so."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.ebp.delivering.company import ANNA, BOILER, PIECE, PUMP, VAN, VISIT, Company

from twinbase_ebp.delivering.documents import CORRECT_BY_HAND
from twinbase_mobile.tables import InterventionPart, StockMovement

START = datetime(2030, 3, 4, 8, 5, tzinfo=UTC)


async def test_a_report_entered_offline_is_in_ebp_in_the_end_and_the_phone_says_so(company: Company) -> None:
    await company.enter(status="in_progress", actual_start=START, report="Brûleur nettoyé.", worked_minutes=50)
    assert [told[:2] for told in await company.told()] == [("update ScheduleEvent", "waiting")]

    assert await company.hand_over() == {"sent": 1}
    ((_, state, said),) = await company.told()
    assert state == "sent" and said.startswith("Written to ScheduleEvent-")
    (row,) = company.rows("ScheduleEvent")
    assert row["Id"] == str(VISIT) and row["EventState"] == "1"
    assert row["AchievedDuration_DurationInHours"] == "0,833333"
    assert row["Maintenance_InterventionReportClear"] == "Brûleur nettoyé.\n\n--- Visite ---\nDébut : 04/03/2030 09:05"
    rtf = row["Maintenance_InterventionReport"]
    assert rtf.startswith("{\\rtf1") and "Br\\u251?leur" in rtf

    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 1}
    assert await company.told() == [("update ScheduleEvent", "acknowledged", "It is in EBP.")]
    visit = await company.visit()
    assert (visit.status, visit.report, visit.worked_minutes) == ("in_progress", "Brûleur nettoyé.", 50)


async def test_a_newer_change_on_the_phone_is_not_undone_when_the_older_one_comes_back(company: Company) -> None:
    await company.enter(report="Premier jet.", status="in_progress")
    await company.hand_over()
    await company.enter(report="Rapport complet.", worked_minutes=75)

    await company.imports()
    await company.load()
    await company.phone.sync()
    assert (await company.visit()).report == "Rapport complet."

    await company.hand_over()
    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 1}
    assert [state for _, state in await company.deliveries()] == ["acknowledged", "acknowledged"]
    assert (await company.visit()).report == "Rapport complet."
    assert await company.world.sql("SELECT * FROM twinbase.echo") == []


async def test_what_the_office_writes_after_it_came_back_is_news(company: Company) -> None:
    await company.enter(report="Fait.", percent_done=50)
    await company.hand_over()
    await company.imports()
    await company.load()
    await company.hand_over()
    for percent, report in ((80, "Relu au bureau."), (50, "Fait.")):
        values = {"GlobalPercentComplete": percent, "Maintenance_InterventionReportClear": report}
        await company.office("ScheduleEvent", VISIT, **values)
        await company.load()
        await company.phone.sync()
        assert ((await company.visit()).percent_done, (await company.visit()).report) == (percent, report)


async def test_without_an_exporter_changes_are_held_and_the_phone_says_why(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_EBP_EXPORT", "none")
    await company.enter(percent_done=10)
    assert await company.hand_over() == {"held": 1}
    ((action, state, said),) = await company.told()
    assert (action, state) == ("update ScheduleEvent", "held") and "TWINBASE_EBP_EXPORT" in said


async def test_parts_of_a_visit_that_is_done_are_one_exit_document_and_a_reopened_one_is_for_a_person(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_EBP_STOCK_DOCUMENT_KINDS", '{"3": "consumption"}')
    part: dict[str, Any] = {"intervention_id": VISIT, "product_id": PUMP, "storehouse_id": VAN, "unit_id": PIECE}
    await company.phone.save(InterventionPart(**part, quantity=Decimal(2), label="Circulateur"))
    await company.phone.save(InterventionPart(**part, quantity=Decimal("0.5"), serial_number="=SUM(A1)"))
    await company.done()
    assert await company.deliveries() == [("update ScheduleEvent", "waiting"), ("create StockDocument", "waiting")]

    await company.hand_over()
    lines = company.rows("StockDocument")
    assert [(line["ItemId"], line["Quantity"], line["TrackingNumber"]) for line in lines] == [
        ("POMPE", "2", ""),
        ("POMPE", "0,5", "'=SUM(A1)"),
    ]
    assert {(line["DocumentType"], line["ScheduleEventId"], line["StorehouseId"]) for line in lines} == {
        ("3", str(VISIT), str(VAN))
    }
    await company.imports_documents()
    await company.load()
    await company.hand_over()
    assert await company.deliveries() == [
        ("update ScheduleEvent", "acknowledged"),
        ("create StockDocument", "acknowledged"),
    ]
    assert ("create StockDocument", "acknowledged", "It is in EBP: ES00000001.") in await company.told()

    await company.opened_again()
    await company.done()
    await company.hand_over()
    assert [action for action, _ in await company.deliveries()].count("create StockDocument") == 1, "all is as it was"

    await company.opened_again()
    await company.phone.save(InterventionPart(**part, quantity=Decimal(1), label="Circulateur"))
    await company.done()
    await company.hand_over()
    assert (await company.deliveries())[-1] == ("create StockDocument", "refused")
    assert CORRECT_BY_HAND in [said for _, _, said in await company.told()]

    await company.opened_again()
    await company.enter(percent_done=90)
    await company.hand_over()
    assert (await company.deliveries())[-1] == ("update ScheduleEvent", "sent"), "what a person is to do stops nothing"


async def test_parts_that_reached_the_server_before_the_visit_was_done_are_of_their_products(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_EBP_STOCK_DOCUMENT_KINDS", '{"3": "consumption"}')
    part: dict[str, Any] = {"product_id": PUMP, "storehouse_id": VAN, "unit_id": PIECE, "equipment_id": BOILER}
    await company.phone.save(InterventionPart(intervention_id=VISIT, quantity=Decimal(2), label="Pompe", **part))
    await company.phone.sync()
    await company.done()
    await company.hand_over()
    (line,) = company.rows("StockDocument")
    assert (line["ItemId"], line["UnitId"], line["StorehouseId"]) == ("POMPE", "U", str(VAN))
    assert (line["Line_StorehouseId"], line["CustomerProductId"]) == (str(VAN), "P1")


async def test_parts_that_were_taken_back_after_their_document_went_out_are_for_a_person(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_EBP_STOCK_DOCUMENT_KINDS", '{"3": "consumption"}')
    part = InterventionPart(
        intervention_id=VISIT, product_id=PUMP, storehouse_id=VAN, unit_id=PIECE, quantity=Decimal(2), label="Pompe"
    )
    id = part.id
    await company.phone.save(part)
    await company.done()
    await company.hand_over()
    await company.opened_again()
    await company.phone.delete(InterventionPart, id)
    await company.done()
    await company.hand_over()
    assert (await company.deliveries())[-1] == ("create StockDocument", "refused")


async def test_a_code_that_the_settings_do_not_say_holds_a_document_until_they_do(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = StockMovement(colleague_id=ANNA, product_id=PUMP, quantity=Decimal(3), from_storehouse_id=VAN)
    await company.phone.save(taken)
    await company.phone.sync()
    assert await company.hand_over() == {"held": 1}
    assert "TWINBASE_EBP_STOCK_DOCUMENT_KINDS" in (await company.told())[0][2]
    monkeypatch.setenv("TWINBASE_EBP_STOCK_DOCUMENT_KINDS", '{"3": "consumption"}')
    await company.world.sql("UPDATE twinbase.deliveries SET state = 'waiting'")
    assert await company.hand_over() == {"sent": 1}
    (row,) = company.rows("StockDocument")
    assert (row["StorehouseId"], row["TargetStorehouseId"], row["Quantity"]) == (str(VAN), "", "3")


async def test_a_second_change_does_not_write_back_what_ebp_had_before_the_first(company: Company) -> None:
    await company.enter(status="in_progress", report="Premier jet.")
    await company.hand_over()
    await company.enter(percent_done=50)
    await company.hand_over()
    await company.imports()
    await company.load()
    ((state, report, percent),) = await company.ebp.fetch(
        'SELECT "EventState", "Maintenance_InterventionReportClear", "GlobalPercentComplete" FROM "ScheduleEvent"'
    )
    assert (state, report, percent) == (1, "Premier jet.", 50)
    assert await company.hand_over() == {"acknowledged": 2}


async def test_what_the_import_has_not_taken_yet_is_written_again_and_not_what_it_took_before(company: Company) -> None:
    await company.enter(status="in_progress", report="Premier jet.")
    await company.hand_over()
    await company.enter(report="Rapport complet.")
    await company.hand_over()
    _, second = company.files("ScheduleEvent")
    later = second.rename(second.with_suffix(".later"))
    await company.imports()
    await company.load()
    await company.enter(percent_done=50)
    await company.hand_over()
    later.rename(second)
    assert company.rows("ScheduleEvent")[-1]["Maintenance_InterventionReportClear"] == "Rapport complet."
    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 2}


async def test_what_the_office_has_written_since_is_not_undone_by_a_second_change(company: Company) -> None:
    await company.enter(status="in_progress", report="Premier jet.")
    await company.hand_over()
    await company.imports()
    await company.office("ScheduleEvent", VISIT, Maintenance_InterventionReportClear="Relu.")
    await company.load()
    await company.enter(percent_done=50)
    await company.hand_over()
    (row,) = company.rows("ScheduleEvent")
    assert (row["EventState"], row["Maintenance_InterventionReportClear"]) == ("1", "Relu.")
    assert row["GlobalPercentComplete"] == "50"


async def test_a_change_that_a_later_one_has_overtaken_comes_back_though_the_later_one_came_first(
    company: Company,
) -> None:
    await company.enter(report="Premier jet.")
    await company.hand_over()
    await company.enter(report="Rapport complet.")
    await company.hand_over()
    await company.imports()
    await company.load()
    first = "(SELECT min(n) FROM twinbase.deliveries)"
    await company.world.sql(f"UPDATE twinbase.deliveries SET next_at = next_at + interval '1 year' WHERE n = {first}")
    assert await company.hand_over() == {"acknowledged": 1}
    await company.world.sql(f"UPDATE twinbase.deliveries SET next_at = next_at - interval '1 year' WHERE n = {first}")
    assert await company.hand_over() == {"acknowledged": 1}
    assert [state for _, state in await company.deliveries()] == ["acknowledged", "acknowledged"]


async def test_a_change_of_a_row_that_ebp_has_deleted_meanwhile_makes_no_new_one_there(company: Company) -> None:
    await company.enter(status="in_progress", report="Commencé.")
    await company.ebp.execute('DELETE FROM "ScheduleEvent"')
    await company.load()
    assert await company.hand_over() == {"refused": 1}
    ((_, state, said),) = await company.told()
    assert state == "refused" and "no longer has" in said and company.files() == []
