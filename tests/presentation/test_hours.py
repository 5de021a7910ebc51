"""Hours: a timer that is a row, gaps to fill, lines by hand, and a week that is submitted."""

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.presentation.phone import ME, Phone, ident, paris

from twinbase_mobile.tables import Timesheet
from twinbase_mobile.tables.kinds import Claim, WorkKind
from twinbase_presentation import Route
from twinbase_presentation.screens.forgotten_timer import ForgottenTimer
from twinbase_presentation.screens.hours import HoursModel, HoursShown
from twinbase_presentation.screens.typed_minute import meet_moment

TODAY = date(2026, 6, 10)


def line(number: int, start: Any, end: Any, **values: Any) -> Timesheet:
    own = {"id": ident(100 + number), "colleague_id": ME, "day": TODAY, "start_at": start, "end_at": end}
    return Timesheet(**{**own, **values})


async def opened(phone: Phone) -> HoursModel:
    model = HoursModel(phone.workday)
    await model.open()
    return model


def shown(model: HoursModel) -> HoursShown:
    assert model.shown is not None, model.state
    return model.shown


async def times(phone: Phone) -> list[Any]:
    """Start and end of all lines, on the clocks of UTC."""
    return await phone.sql("SELECT substr(start_at, 12, 5), substr(end_at, 12, 5) FROM timesheets ORDER BY start_at")


async def test_a_timer_is_a_row_since_its_first_second(phone: Phone) -> None:
    model = await opened(phone)
    assert [command.id for command in model.commands] == ["start", "submit"]
    await model.commands[0].run()
    phone.clock.advance(minutes=51)
    await phone.open()
    model = await opened(phone)
    running = shown(model).running
    assert running is not None and running.start is not None
    assert (phone.workday.read_now() - running.start).total_seconds() == 51 * 60
    await model.commands[0].run()
    assert await times(phone) == [("08:00", "08:51")] and shown(model).running is None


async def test_a_gap_is_shown_and_filled(phone: Phone) -> None:
    await phone.save(
        line(1, paris(10, 8), paris(10, 9, 35)),
        line(2, paris(10, 10), paris(10, 11), activity=WorkKind.TRAVEL),
        line(3, paris(10, 11, 4), paris(10, 12)),
    )
    model = await opened(phone)
    (gap,) = shown(model).gaps
    assert gap.said == "25\u00a0min gap"
    form = await model.make_form(gap=gap)
    assert [field.text for field in form.fields][:2] == ["09:35", "10:00"]
    form.fill("comment", "Stock")
    assert (await model.save(form)).is_done
    assert shown(model).gaps == () and (await times(phone))[1] == ("07:35", "08:00")
    assert shown(model).week.worked == 95 + 25 + 60 + 56


async def test_a_line_is_corrected_by_hand_and_a_wrong_one_is_said(phone: Phone) -> None:
    await phone.save(line(1, paris(10, 8), paris(10, 9)))
    model = await opened(phone)
    (entry,) = shown(model).entries
    form = await model.make_form(entry)
    form.fill("end", "7h30")
    assert (await model.save(form, entry)).fault == "Correct what is marked."
    assert form.find("end").error == "The end is before the start."
    form.fill("end", "9h30")
    assert (await model.save(form, entry)).is_done
    assert await times(phone) == [("06:00", "07:30")]


async def test_a_line_that_is_corrected_keeps_its_break(phone: Phone) -> None:
    await phone.save(line(1, paris(10, 8), paris(10, 12), break_minutes=30))
    model = await opened(phone)
    (entry,) = shown(model).entries
    form = await model.make_form(entry)
    assert form.find("pause").text == "30"
    form.fill("end", "13h00")
    assert (await model.save(form, entry)).is_done
    assert shown(model).week.worked == 4 * 60 + 30


@given(seconds=st.lists(st.integers(0, 20 * 60), min_size=2, max_size=2))
def test_whoever_corrects_a_comment_moves_no_time(seconds: list[int]) -> None:
    """Whatever seconds its times have, and though both may be in one minute."""
    start, end = (paris(10, 8) + timedelta(seconds=second) for second in sorted(seconds))
    typed = [moment.replace(second=0) for moment in (start, end)]
    found = meet_moment(typed[0], start)
    assert (found, meet_moment(typed[1], end, found)) == (start, end)
    assert start <= meet_moment(typed[1], None, start) <= end


async def test_a_line_whose_comment_is_corrected_keeps_its_seconds(phone: Phone) -> None:
    start, end = paris(10, 8) + timedelta(seconds=12), paris(10, 8) + timedelta(seconds=50)
    await phone.save(line(1, start, end))
    model = await opened(phone)
    (entry,) = shown(model).entries
    form = await model.make_form(entry)
    form.fill("comment", "Keys fetched")
    assert (await model.save(form, entry)).is_done
    assert await phone.sql("SELECT substr(start_at, 12, 8), substr(end_at, 12, 8), comment FROM timesheets") == [
        ("06:00:12", "06:00:50", "Keys fetched")
    ]


async def test_the_week_says_its_number_and_what_is_written_of_what_is_planned(phone: Phone) -> None:
    await phone.save(line(1, paris(10, 8), paris(10, 9)))
    assert shown(await opened(phone)).summary == "Week 24\u00a0· 1\u00a0h"
    day = {"active": True, "start": "08:00", "end": "15:00"}
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE colleagues SET week_schedule = ? WHERE id = ?", json.dumps([day] * 5), str(ME))
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    assert shown(await opened(phone)).summary == "Week 24\u00a0· 1\u00a0h of 35\u00a0h"


async def test_what_is_submitted_is_changed_no_more(phone: Phone) -> None:
    await phone.save(line(1, paris(10, 8), paris(10, 9)), line(2, paris(9, 8), paris(9, 9), day=date(2026, 6, 9)))
    model = await opened(phone)
    submit = model.commands[1]
    assert (submit.label, submit.badge) == ("Submit 2 lines", 2)
    await submit.run()
    assert await phone.sql("SELECT DISTINCT state FROM timesheets") == [(Claim.SUBMITTED.value,)]
    assert (model.commands[1].is_enabled, model.commands[1].why_not) == (False, "There is nothing to submit.")
    (entry,) = shown(model).entries
    form = await model.make_form(entry)
    assert (await model.save(form, entry)).fault == "What is submitted can no longer be changed here; ask the office."


async def test_a_deleted_line_can_be_undone_for_some_seconds(phone: Phone) -> None:
    await phone.save(line(1, paris(10, 8), paris(10, 9)))
    model = await opened(phone)
    await model.delete(ident(101))
    assert phone.workday.held.hides(ident(101)) and len(await times(phone)) == 1
    phone.workday.held.undo()
    await model.delete(ident(101))
    await phone.pass_seconds(7)
    assert await times(phone) == []


async def test_a_timer_that_was_forgotten_is_asked_about(phone: Phone) -> None:
    await phone.save(line(1, paris(9, 16, 40), None, day=date(2026, 6, 9)))
    model = await opened(phone)
    assert shown(model).long == "The timer has been running since Tue, Jun 9, 16:40. When did you finish?"
    forgotten = model.commands[0]
    assert (forgotten.id, forgotten.key) == ("forgotten", "s"), "what it has counted is not what was worked"
    assert (await forgotten.run()).go == Route("hours", ident(101), "forgotten")
    timer = ForgottenTimer(phone.workday, ident(101))
    form = await timer.make_form()
    assert form is not None
    assert [one.label for one in form.find("day").choices] == ["Tue, Jun 9", "Today"]
    form.fill("end", "16:30")
    assert (await timer.save(form)).fault and form.find("end").error == "The end is before the start."
    form.fill("day", "2026-06-10")
    assert (await timer.save(form)).fault and form.find("end").error == "That is still to come."
    form.fill("day", "2026-06-09")
    form.fill("end", "18h05")
    assert (await timer.save(form)).said == "The timer ended at Tue, Jun 9, 18:05."
    assert await times(phone) == [("14:40", "16:05")]
    assert await timer.make_form() is None, "it runs no more"


async def test_a_timer_that_was_stopped_elsewhere_meanwhile_stays_as_it_was(phone: Phone) -> None:
    await phone.save(line(1, paris(9, 16, 40), None, day=date(2026, 6, 9)))
    timer = ForgottenTimer(phone.workday, ident(101))
    form = await timer.make_form()
    assert form is not None
    await (await opened(phone)).stop()
    form.fill("end", "18:00")
    assert (await timer.save(form)).is_done
    assert await times(phone) == [("14:40", "08:00")]
