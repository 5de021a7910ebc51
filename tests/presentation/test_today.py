"""The first screen of the day: what is under way, what comes next, and the acts on its card."""

from datetime import timedelta
from typing import Any

import pytest
from tests.presentation.phone import BOB, ME, Phone, ident, paris, visit

from twinbase_mobile.tables import Incident, Timesheet
from twinbase_mobile.tables.kinds import Priority, Severity, VisitStatus, WorkKind
from twinbase_presentation import Route, load_language
from twinbase_presentation.screens.today import TodayModel, TodayShown


async def opened(phone: Phone) -> TodayModel:
    today = TodayModel(phone.workday)
    await today.open()
    return today


def shown(today: TodayModel) -> TodayShown:
    assert today.shown is not None, today.state
    return today.shown


def groups(today: TodayModel) -> dict[str, list[str]]:
    return {group.id: [row.title for row in group.rows] for group in shown(today).groups}


async def act(phone: Phone, today: TodayModel, id_: str) -> str:
    """Do what the command says, and read again; answers what was wrong."""
    (command,) = [one for one in today.commands if one.id == id_]
    done = await command.run()
    await today.load()
    return done.fault


async def test_a_day_is_grouped_by_what_there_is_to_do(phone: Phone) -> None:
    await phone.give(
        visit(1, paris(10, 8, 30), status=VisitStatus.IN_PROGRESS, actual_start=paris(10, 8, 34)),
        visit(2, paris(10, 10, 30), priority=Priority.URGENT, expected_minutes=90),
        visit(3, paris(10, 14), expected_minutes=60),
        visit(4, paris(8, 8)),
        visit(5, paris(10, 7), status=VisitStatus.DONE),
        visit(6, None),
        visit(7, paris(10, 9), lead_id=BOB),
        visit(8, paris(11, 8)),
        Timesheet(colleague_id=ME, day=paris(10, 8).date(), start_at=paris(10, 8, 34), intervention_id=ident(1001)),
    )  # fmt: skip
    today = await opened(phone)
    assert groups(today) == {
        "under_way": ["Visit 1"],
        "late": ["Visit 4"],
        "morning": ["Visit 2"],
        "afternoon": ["Visit 3"],
        "done": ["Visit 5"],
        "no_time": ["Visit 6"],
    }
    hero = shown(today).hero
    assert hero is not None and (hero.row.title, hero.heading, hero.access) == (
        "Visit 1",
        "Under way since 08:34",
        "4521B",
    )
    assert shown(today).summary == "Wed, Jun 10\u00a0· 4 visits\u00a0· 2\u00a0h\u00a030"
    urgent = next(row for row in shown(today).rows if row.title == "Visit 2")
    assert (urgent.time, urgent.place, [chip.said for chip in urgent.chips]) == (
        "10:30",
        "Boulangerie Noël, Bron",
        ["Urgent"],
    )


async def test_on_my_way_then_start_writes_the_status_and_a_running_line_of_hours(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 10, 25), status=VisitStatus.CONFIRMED))
    today = await opened(phone)
    hero = shown(today).hero
    assert hero is not None and hero.heading == "Next visit · in 25\u00a0min"
    assert [command.id for command in today.commands] == ["travel", "start", "cancel", "route", "call", "message"]
    assert [command.id for command in today.commands if command.is_main] == ["travel"]

    assert await act(phone, today, "travel") == ""
    phone.clock.advance(minutes=20)
    assert await act(phone, today, "start") == ""
    assert await phone.sql("SELECT status, actual_start FROM interventions") == [
        ("in_progress", "2026-06-10 08:20:00.000000")
    ]
    lines = await phone.sql("SELECT activity, start_at, end_at FROM timesheets ORDER BY start_at")
    assert lines == [
        ("travel", "2026-06-10 08:00:00.000000", "2026-06-10 08:20:00.000000"),
        ("work", "2026-06-10 08:20:00.000000", None),
    ]
    hero = shown(today).hero
    assert hero is not None and hero.since is not None and hero.since.hour == 10
    assert (hero.heading, hero.row.status, [chip.said for chip in hero.row.chips]) == (
        "Under way since 10:20",
        "Under way",
        ["To send"],
    )


async def test_a_pause_ends_the_line_and_a_timer_survives_the_end_of_the_app(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 10), status=VisitStatus.PLANNED))
    today = await opened(phone)
    await act(phone, today, "start")
    phone.clock.advance(minutes=7)
    await phone.open()
    today = await opened(phone)
    hero = shown(today).hero
    assert hero is not None and hero.since is not None
    assert phone.workday.read_now() - hero.since == timedelta(minutes=7)
    await act(phone, today, "pause")
    assert await phone.sql("SELECT status FROM interventions") == [("paused",)]
    assert await phone.sql("SELECT count(*) FROM timesheets WHERE end_at IS NULL") == [(0,)]
    hero = shown(today).hero
    assert hero is not None and hero.heading == "Paused"
    assert [command.label for command in today.commands][:3] == ["Go on", "Finish", "Cancel the visit"]
    finish = today.commands[1]
    assert (finish.badge, (await finish.run()).go) == (2, Route("visit", ident(1001), "missing"))


async def test_what_the_office_did_meanwhile_is_said_at_the_button(phone: Phone) -> None:
    """The visit was closed between the drawing of the button and the tap."""
    await phone.give(visit(1, paris(10, 10)))
    today = await opened(phone)
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = 'done'")
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    (start,) = [one for one in today.commands if one.id == "start"]
    fault = (await start.run()).fault
    assert fault.startswith("A visit that is done cannot become in progress on a device.")
    assert await phone.sql("SELECT count(*) FROM timesheets") == [(0,)]


async def test_an_empty_day_says_what_comes_next_and_two_under_way_are_a_warning(phone: Phone) -> None:
    today = await opened(phone)
    assert (shown(today).hero, shown(today).nothing) == (None, "Nothing planned today.")
    await phone.give(visit(1, paris(11, 8)))
    await today.load()
    assert shown(today).nothing == "Nothing planned today. Next: Thu, Jun 11, 08:00."
    started: dict[str, Any] = {"status": VisitStatus.IN_PROGRESS, "actual_start": paris(10, 8)}
    await phone.give(visit(2, paris(10, 8), **started), visit(3, paris(10, 9), **started))
    await today.load()
    assert shown(today).warning == "Two jobs are under way. Pause one."


async def test_it_is_read_again_by_itself_when_a_row_changes_and_not_more_often_than_it_may(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 10)))
    today = await opened(phone)
    told: list[int] = []
    today.observe(lambda: told.append(len(groups(today))))
    async with phone.hearing("rows:interventions"):
        await phone.save(Timesheet(colleague_id=ME, day=phone.workday.today, minutes=5, activity=WorkKind.WORK))
    async with phone.hearing("rows:interventions"):
        await phone.save(visit(2, paris(10, 15), number=None, made_on_site=True))
    await phone.pass_seconds(0.3)
    assert groups(today) == {"morning": ["Visit 1"], "afternoon": ["Visit 2"]}
    assert told[-1] == 2
    today.close()
    async with phone.hearing("rows:interventions"):
        await phone.save(visit(3, paris(10, 16), number=None, made_on_site=True))
    await phone.pass_seconds(5)
    assert groups(today)["afternoon"] == ["Visit 2"]


async def test_my_requests_stand_there_with_their_state(phone: Phone) -> None:
    await phone.save(Incident(caption="Voisin : chaudière", creator_id=ME, severity=Severity.HIGH))
    today = await opened(phone)
    (request,) = shown(today).requests
    assert (request.incident.caption, request.incident.mark.state) == ("Voisin : chaudière", "pending")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_it_has_a_title_in_the_language_of_the_device(phone: Phone, language: str) -> None:
    phone.workday.language = load_language(language)
    assert TodayModel(phone.workday).title == {"fr": "Aujourd\u2019hui", "en": "Today"}[language]
