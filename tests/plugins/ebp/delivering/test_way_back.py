"""What a technician enters reaches EBP, comes back from there, and the phone says so."""

from datetime import UTC, datetime

from tests.plugins.ebp.delivering.company import VISIT, Company

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
