"""Planning: a day, a week, a month; nothing is lost at midnight, at the end of a month, or when clocks change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.presentation.phone import ME, NOW, Phone, ident, paris, visit

from twinbase_mobile.tables import Timesheet
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation.screens.planned_blocks import make_blocks
from twinbase_presentation.screens.planning import PlanningModel, PlanningShown, move_day

WEDNESDAY = date(2026, 6, 10)


async def opened(phone: Phone, **options: Any) -> PlanningModel:
    model = PlanningModel(phone.workday, **options)
    await model.open()
    return model


def shown(model: PlanningModel) -> PlanningShown:
    assert model.shown is not None, model.state
    return model.shown


async def test_a_week_has_its_visits_by_day_with_what_is_planned_and_written(phone: Phone) -> None:
    await phone.give(
        visit(1, paris(10, 8), expected_minutes=90),
        visit(2, paris(12, 8), expected_minutes=60),
        visit(3, paris(10, 14), status=VisitStatus.CANCELLED, expected_minutes=30),
        Timesheet(id=ident(5), colleague_id=ME, day=WEDNESDAY, start_at=paris(10, 8), end_at=paris(10, 9)),
    )
    model = await opened(phone)
    assert (shown(model).heading, shown(model).summary) == (
        "Week 24",
        "2\u00a0h\u00a030 planned\u00a0· 1\u00a0h written",
    )
    days = {one.day.day: ([row.title for row in one.rows], one.said) for one in shown(model).week}
    assert list(days) == [8, 9, 10, 11, 12, 13, 14]
    assert days[10] == (["Visit 1"], "1\u00a0h\u00a030 planned\u00a0· 1\u00a0h written") and days[11] == ([], "")
    await model.move(1)
    assert (shown(model).heading, shown(model).summary) == ("Week 25", "Nothing is planned.")
    await model.commands[0].run()
    assert shown(model).day == WEDNESDAY


async def test_today_is_another_day_after_midnight(phone: Phone) -> None:
    model = await opened(phone, span="day")
    await model.move(3)
    await model.go_to_today()
    phone.clock.now = NOW + timedelta(days=1)
    await model.load()
    assert (shown(model).day.day, shown(model).heading) == (11, "Thu, Jun 11")


async def test_a_visit_over_midnight_stands_in_both_days(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 22), hours=4))
    model = await opened(phone)
    assert [len(one.rows) for one in shown(model).week] == [0, 0, 1, 1, 0, 0, 0]
    first, second = (make_blocks(one.rows, one.day, 45) for one in shown(model).week[2:4])
    assert [(one.start, one.end) for one in (*first, *second)] == [(22 * 60, 1440), (0, 2 * 60)]


async def test_a_month_counts_its_days_and_a_touch_looks_at_one(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 8)), visit(2, paris(30, 8), priority=Priority.URGENT))
    model = await opened(phone)
    await model.choose_span("month")
    month = shown(model).month
    assert (len(month), month[9].visits, month[29].urgent, shown(model).heading) == (30, 1, 1, "June 2026")
    assert shown(model).summary == "2 visits"
    await model.choose_day(date(2026, 6, 30), "day")
    assert [row.title for row in shown(model).chosen.rows] == ["Visit 2"] and shown(model).month == ()


def test_a_month_further_is_its_last_day_where_it_is_shorter() -> None:
    assert move_day(date(2026, 1, 31), "month", 1) == date(2026, 2, 28)
    assert move_day(date(2026, 3, 31), "month", -1) == date(2026, 2, 28)
    assert move_day(date(2026, 1, 15), "month", -2) == date(2025, 11, 15)
    assert move_day(date(2026, 12, 31), "month", 14) == date(2028, 2, 29)
    assert move_day(date(2026, 12, 28), "week", 1) == date(2027, 1, 4)


async def test_visits_at_the_same_time_stand_beside_each_other(phone: Phone) -> None:
    await phone.give(
        visit(1, paris(10, 8), hours=3),
        visit(2, paris(10, 9), hours=1),
        visit(3, paris(10, 10), hours=1),
        visit(4, paris(10, 11), hours=0.25),
        visit(5, None),
    )
    model = await opened(phone)
    blocks = make_blocks(shown(model).week[2].rows, WEDNESDAY, 45)
    assert [(one.row.title, one.lane, one.lanes) for one in blocks] == [
        ("Visit 1", 0, 2),
        ("Visit 2", 1, 2),
        ("Visit 3", 1, 2),
        ("Visit 4", 0, 1),
    ]
    assert (blocks[3].start, blocks[3].end) == (11 * 60, 11 * 60 + 45), "so high that a finger hits it"


async def test_more_visits_at_a_time_than_there_is_room_for_are_one_block(phone: Phone) -> None:
    await phone.give(*(visit(number, paris(10, 8), hours=number) for number in (1, 2, 3, 4)), visit(5, paris(10, 14)))
    model = await opened(phone)
    blocks = make_blocks(shown(model).week[2].rows, WEDNESDAY, 45, 2)
    assert [(one.row.title, one.lane, one.lanes, len(one.more)) for one in blocks] == [
        ("Visit 4", 0, 2, 0),
        ("Visit 3", 1, 2, 3),
        ("Visit 5", 0, 1, 0),
    ]
    assert (blocks[1].start, blocks[1].end) == (8 * 60, 11 * 60), "as long as all of them"
    assert len(make_blocks(shown(model).week[2].rows, WEDNESDAY, 45, 4)) == 5


async def test_the_night_in_which_clocks_change_has_its_visits(phone: Phone) -> None:
    """On October 25 the clocks in Paris show half past two twice."""
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    await phone.give(visit(1, start, hours=2))
    model = await opened(phone)
    await model.choose_day(date(2026, 10, 25))
    (block,) = make_blocks(shown(model).chosen.rows, date(2026, 10, 25), 45)
    assert (block.start, block.end) == (2 * 60 + 30, 3 * 60 + 30)


async def test_late_at_night_a_block_ends_with_its_day(phone: Phone) -> None:
    await phone.give(visit(1, paris(10, 23, 50), hours=0.1))
    model = await opened(phone)
    (block,) = make_blocks(shown(model).chosen.rows, WEDNESDAY, 45)
    assert (block.start, block.end) == (1440 - 45, 1440)
