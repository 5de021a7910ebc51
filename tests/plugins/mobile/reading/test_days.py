"""A technician's day, week and open jobs, as his phone shows them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident, paris

from twinbase_mobile.reading import Day, OpenJobs, Week, my_day, my_hours, my_week, open_jobs, read_job
from twinbase_mobile.reading.moments import days_of, local_day, span_of_days, week_of
from twinbase_mobile.tables import (
    Customer,
    CustomerSite,
    Intervention,
    InterventionAssignment,
    InterventionType,
    Timesheet,
)
from twinbase_mobile.tables.kinds import VisitStatus

TODAY = date(2026, 6, 10)
PARIS = ZoneInfo("Europe/Paris")


def visit(number: int, start: datetime | None, hours: float = 1, **values: Any) -> Intervention:
    """A visit of Anna's."""
    end = start + timedelta(hours=hours) if start else None
    own = {"id": ident(1000 + number), "number": f"V{number}", "lead_id": ME}
    return Intervention(**{**own, "scheduled_start": start, "scheduled_end": end, **values})


async def day_of(company: Company, day: date | None = None, **options: Any) -> Day:
    async with company.phone.replica.read() as session:
        return await my_day(session, ME, day, now=options.pop("now", NOW), **options)


async def week(company: Company, day: date | None = None, **options: Any) -> Week:
    async with company.phone.replica.read() as session:
        return await my_week(session, ME, day, now=NOW, **options)


async def jobs(company: Company, **options: Any) -> OpenJobs:
    async with company.phone.replica.read() as session:
        return await open_jobs(session, ME, now=NOW, **options)


def numbers(day: Day | OpenJobs) -> list[str]:
    return [visit.number for visit in day.visits]


async def test_a_day_has_its_visits_in_order_of_time_and_nobody_elses(company: Company) -> None:
    await company.add_and_sync(
        BOB(),
        visit(1, paris(10, 14)),
        visit(2, paris(10, 8)),
        visit(3, paris(9, 8)),
        visit(4, paris(11, 8)),
        visit(5, paris(10, 9), lead_id=BOB_ID),
    )
    day = await day_of(company)
    assert day.day == TODAY and numbers(day) == ["V2", "V1"]
    assert day.visits[0].start == datetime(2026, 6, 10, 8, tzinfo=PARIS)
    assert str(day.visits[0].start) == "2026-06-10 08:00:00+02:00"
    assert numbers(await day_of(company, date(2026, 6, 11))) == ["V4"]


async def test_a_visit_that_i_only_help_with_is_mine_too(company: Company) -> None:
    helping = InterventionAssignment(id=ident(5), intervention_id=ident(1001), colleague_id=ME)
    await company.add_and_sync(BOB(), visit(1, paris(10, 8), lead_id=BOB_ID), helping)
    assert numbers(await day_of(company)) == ["V1"]
    assert numbers(await jobs(company)) == ["V1"]


async def test_a_line_says_all_that_a_list_needs(company: Company) -> None:
    customer = Customer(id=ident(10), code="C1", name="Boulangerie Élan", phone="01 00 00 00 01")
    site = CustomerSite(
        id=ident(11),
        customer_id=customer.id,
        label="Fournil",
        address1="3 rue du Four",
        address3="Cour",
        zip_code="31000",
        city="Toulouse",
        lat=Decimal("43.604500"),
        lon=Decimal("1.444200"),
        access_notes="Code 12",
    )
    kind = InterventionType(id=ident(12), caption="Entretien", color="#00aa00")
    await company.add_and_sync(
        customer,
        site,
        kind,
        visit(
            1,
            paris(10, 8),
            customer_id=customer.id,
            site_id=site.id,
            type_id=kind.id,
            expected_minutes=90,
            title="Chaudière",
            contact_snapshot={"mobile": "06 00 00 00 02"},
        ),
    )
    (line,) = (await day_of(company)).visits
    assert (line.title, line.type, line.color, line.customer) == (
        "Chaudière",
        "Entretien",
        "#00aa00",
        "Boulangerie Élan",
    )
    assert line.place.address == ("3 rue du Four", "Cour")
    assert (line.place.label, line.place.zip_code, line.place.city) == ("Fournil", "31000", "Toulouse")
    assert (line.place.lat, line.place.lon) == (Decimal("43.604500"), Decimal("1.444200"))
    assert (line.place.access_notes, line.phone, line.expected_minutes) == ("Code 12", "06 00 00 00 02", 90)


async def test_without_a_site_the_address_is_what_the_erp_noted(company: Company) -> None:
    noted = {"address1": "9 quai Nord", "zip": "69001", "city": "Lyon", "lat": 45.76, "lon": 4.83}
    await company.add_and_sync(visit(1, paris(10, 8), site_snapshot=noted))
    place = (await day_of(company)).visits[0].place
    assert (place.site_id, place.address, place.zip_code, place.city) == (None, ("9 quai Nord",), "69001", "Lyon")
    assert (place.lat, place.lon) == (Decimal("45.76"), Decimal("4.83"))


async def test_an_open_visit_whose_time_is_over_is_late(company: Company) -> None:
    await company.add_and_sync(
        visit(1, paris(10, 8)), visit(2, paris(10, 9, 30)), visit(3, paris(10, 7), status=VisitStatus.DONE)
    )
    assert {visit.number: visit.late for visit in (await day_of(company)).visits} == {
        "V1": True,
        "V2": False,
        "V3": False,
    }


async def test_what_has_begun_without_a_planned_end_takes_as_long_as_it_takes(company: Company) -> None:
    """As one that was made on site."""
    begun: dict[str, Any] = {"scheduled_end": None, "actual_start": paris(10, 8)}
    await company.add_and_sync(
        visit(1, paris(10, 8), status=VisitStatus.IN_PROGRESS, **begun),
        visit(2, paris(10, 8), status=VisitStatus.PAUSED, **begun),
        visit(3, paris(10, 8), scheduled_end=None),
        visit(4, paris(10, 8), status=VisitStatus.IN_PROGRESS, scheduled_end=paris(10, 9)),
    )
    late = {visit.number: visit.late for visit in (await day_of(company)).visits}
    assert late == {"V1": False, "V2": False, "V3": True, "V4": True}


async def test_a_day_adds_up_what_is_planned_and_what_was_written(company: Company) -> None:
    await company.add_and_sync(
        visit(1, paris(10, 8), expected_minutes=60),
        visit(2, paris(10, 9), expected_minutes=45),
        visit(3, paris(10, 11), expected_minutes=500, status=VisitStatus.CANCELLED),
        Timesheet(id=ident(20), colleague_id=ME, day=TODAY, minutes=50),
        Timesheet(id=ident(21), colleague_id=ME, day=TODAY, minutes=20),
        Timesheet(id=ident(22), colleague_id=ME, day=date(2026, 6, 9), minutes=400),
    )
    day = await day_of(company)
    assert (day.expected_minutes, day.written_minutes) == (105, 70)


async def test_a_line_without_minutes_counts_in_a_day_as_it_does_in_a_week_of_hours(company: Company) -> None:
    await company.add_and_sync(
        visit(1, paris(10, 8)),
        Timesheet(id=ident(20), colleague_id=ME, day=TODAY, minutes=50, intervention_id=ident(1001)),
        Timesheet(
            id=ident(21),
            colleague_id=ME,
            day=TODAY,
            start_at=paris(10, 8),
            end_at=paris(10, 10, 15),
            break_minutes=15,
            intervention_id=ident(1001),
        ),
    )
    async with company.phone.replica.read() as session:
        (hours,) = await my_hours(session, ME, now=NOW)
        found = await read_job(session, ident(1001), now=NOW)
    assert found is not None
    assert (await day_of(company)).written_minutes == hours.worked == found.written_minutes == 170


async def test_an_edit_is_marked_until_the_server_has_it_and_when_it_refuses_it(company: Company) -> None:
    await company.add_and_sync(visit(1, paris(10, 8)))
    await company.phone.change(Intervention, ident(1001), status=VisitStatus.IN_PROGRESS)
    assert (await day_of(company)).visits[0].mark.state == "pending"
    await company.phone.sync()
    assert (await day_of(company)).visits[0].mark.state == "synced"

    await company.phone.change(Intervention, ident(1001), status=VisitStatus.DONE)
    await company.phone.sync()
    mark = (await day_of(company)).visits[0].mark
    assert mark.state == "refused" and "start and the end" in mark.sentence
    assert mark.edit == (await company.phone.replica.waiting_edits())[0].id


async def test_a_week_is_seven_days_and_a_visit_over_midnight_is_in_both(company: Company) -> None:
    await company.add_and_sync(
        visit(1, paris(7, 20), 3),
        visit(2, paris(8, 8)),
        visit(3, paris(9, 22), 4),
        visit(4, paris(14, 23), 1),
        visit(5, paris(14, 23), 2),
        visit(6, paris(15, 8)),
        visit(7, paris(5, 8), 24 * 5),
    )
    found = await week(company)
    assert [day.day for day in found.days] == [date(2026, 6, 8) + timedelta(days=number) for number in range(7)]
    assert [numbers(day) for day in found.days] == [["V7", "V2"], ["V7", "V3"], ["V7", "V3"], [], [], [], ["V4", "V5"]]


async def test_open_jobs_are_under_way_then_late_then_to_come(company: Company) -> None:
    await company.add_and_sync(
        visit(1, paris(12, 8)),
        visit(2, paris(3, 8)),
        visit(3, paris(11, 8), status=VisitStatus.IN_PROGRESS),
        visit(4, paris(4, 8), status=VisitStatus.DONE),
        visit(5, paris(9, 8), status=VisitStatus.CANCELLED),
        visit(6, paris(10, 9), status=VisitStatus.PAUSED),
        visit(7, paris(11, 9), status=VisitStatus.IN_PROGRESS),
    )
    found = await jobs(company)
    assert numbers(found) == ["V6", "V3", "V7", "V2", "V1"]
    assert [visit.number for visit in found.under_way] == ["V3", "V7"]
    cut = await jobs(company, limit=2)
    assert (len(cut.visits), cut.total) == (2, 5)


async def test_a_visit_without_a_date_is_open_and_in_no_day(company: Company) -> None:
    await company.add_and_sync(visit(1, paris(10, 8)))
    await company.phone.sql("UPDATE _twinbase_state SET applying = 1")
    await company.phone.sql("UPDATE interventions SET scheduled_start = NULL, scheduled_end = NULL")
    assert numbers(await day_of(company)) == []
    assert numbers(await jobs(company)) == ["V1"]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 10), 24)], ids=str
)
def test_a_day_is_as_long_as_its_clocks_say(day: date, hours: int) -> None:
    start, end = span_of_days(day, day, "Europe/Paris")
    assert end - start == timedelta(hours=hours)
    assert start.astimezone(PARIS).hour == end.astimezone(PARIS).hour == 0


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
async def test_in_the_night_of_the_change_no_visit_is_lost_or_shown_twice(company: Company, change: date) -> None:
    """A visit for every half hour of three days round it, as the clocks of Paris count: each is in its own day only."""
    start, end = span_of_days(change - timedelta(days=1), change + timedelta(days=1), PARIS)
    await company.on(start)
    moments = [start + timedelta(minutes=30) * number for number in range(int((end - start) / timedelta(minutes=30)))]
    await company.add_and_sync(*(visit(number, moment, 0.5) for number, moment in enumerate(moments)))
    shown = []
    for back in (-1, 0, 1):
        day = change + timedelta(days=back)
        its = (await day_of(company, day, now=start)).visits
        assert {visit.start.date() for visit in its if visit.start} == {day}
        shown += [visit.start for visit in its if visit.start]
    assert [moment.astimezone(UTC) for moment in shown] == moments


async def test_the_zone_says_which_day_it_is(company: Company) -> None:
    await company.add_and_sync(visit(1, datetime(2026, 6, 10, 22, 30, tzinfo=UTC), 0.25))
    assert numbers(await day_of(company, TODAY)) == []
    assert numbers(await day_of(company, TODAY, zone="UTC")) == ["V1"]
    assert numbers(await day_of(company, TODAY, zone=timezone(timedelta(hours=-4)))) == ["V1"]
    late = datetime(2026, 6, 10, 23, tzinfo=UTC)
    assert (await day_of(company, now=late)).day == date(2026, 6, 11) == local_day(late, "Europe/Paris")


def test_what_ends_at_midnight_does_not_touch_the_next_day() -> None:
    assert days_of(paris(10, 22), paris(10, 24 - 2) + timedelta(hours=2), PARIS) == (TODAY, TODAY)
    assert days_of(paris(10, 22), paris(10, 22) + timedelta(hours=3), PARIS) == (TODAY, date(2026, 6, 11))
    assert week_of(date(2026, 6, 14))[0] == date(2026, 6, 8)
