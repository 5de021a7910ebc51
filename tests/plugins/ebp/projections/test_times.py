"""EBP keeps local times without a zone; phones get instants, on the nights of the change of clocks too."""

from datetime import UTC, date, datetime, timedelta

from tests.plugins.ebp.office import Office

LOCAL_TO_INSTANT = {
    datetime(2026, 7, 1, 8, 0): datetime(2026, 7, 1, 6, 0, tzinfo=UTC),
    datetime(2026, 12, 1, 8, 0): datetime(2026, 12, 1, 7, 0, tzinfo=UTC),
    datetime(2026, 1, 1, 0, 0): datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
    # The night when clocks go forward: from two to three o'clock there is no time, and it is moved forward.
    datetime(2026, 3, 29, 1, 59, 59): datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 0): datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30): datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 3, 0): datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    # The night when they go back: from two to three o'clock comes twice, and the first is meant.
    datetime(2026, 10, 25, 1, 59, 59): datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 0): datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30): datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 59, 59): datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 3, 0): datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
}


async def test_local_times_become_instants(office: Office) -> None:
    visits = await office.connection.fetch(
        "SELECT id FROM mobile.interventions ORDER BY id LIMIT $1", len(LOCAL_TO_INSTANT)
    )
    for row, local in zip(visits, LOCAL_TO_INSTANT, strict=True):
        await office.run("""UPDATE "ScheduleEvent" SET "StartDateTime" = $2 WHERE "Id" = $1""", row["id"], local)
    await office.project()
    for row, instant in zip(visits, LOCAL_TO_INSTANT.values(), strict=True):
        assert (
            await office.value("SELECT scheduled_start FROM mobile.interventions WHERE id = $1", row["id"]) == instant
        )


async def test_times_of_day_of_the_year_1753_come_as_hours_and_minutes(office: Office) -> None:
    midnight = datetime(1753, 1, 1)
    code = await office.value("""SELECT min("Id") FROM "Colleague" """)
    await office.run(
        """UPDATE "Colleague" SET "DaySchedule0_StartTime" = $2, "DaySchedule0_EndTime" = $3,
        "DaySchedule0_LunchStartTime" = $4, "DaySchedule0_LunchEndTime" = NULL, "DaySchedule0_Active" = true,
        "DaySchedule6_Active" = false WHERE "Id" = $1""",
        code,
        midnight,
        midnight + timedelta(hours=17, minutes=30),
        midnight + timedelta(hours=12),
    )
    await office.project()
    week = await office.value("SELECT week_schedule -> 0 FROM mobile.colleagues WHERE code = $1", code)
    sunday = await office.value("SELECT week_schedule -> 6 ->> 'active' FROM mobile.colleagues WHERE code = $1", code)
    assert week == '{"end": "17:30", "start": "00:00", "active": true, "lunch_end": null, "lunch_start": "12:00"}'
    assert sunday == "false"


async def test_days_without_a_time_of_day_stay_the_days_they_are(office: Office) -> None:
    code = await office.value("""SELECT min("Id") FROM "MaintenanceContract" """)
    await office.run(
        """UPDATE "MaintenanceContract" SET "StartDate" = $2, "EndDate" = $3 WHERE "Id" = $1""",
        code,
        datetime(2026, 3, 29),
        datetime(2026, 10, 25, 23, 59, 59),
    )
    await office.project()
    found = await office.connection.fetchrow(
        "SELECT start_on, end_on FROM mobile.maintenance_contracts WHERE code = $1", code
    )
    assert tuple(found) == (date(2026, 3, 29), date(2026, 10, 25))
