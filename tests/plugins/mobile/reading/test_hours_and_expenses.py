"""Hours and expenses, added up."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident, paris

from twinbase_mobile.reading import my_expenses, my_hours
from twinbase_mobile.reading.hours import _planned
from twinbase_mobile.tables import Expense, Timesheet
from twinbase_mobile.tables.kinds import Claim, PaidWith, WorkKind

WORKDAY = {"start": "08:00", "end": "17:00", "lunch_start": "12:00", "lunch_end": "13:30", "active": True}
FREE = {"start": "08:00", "end": "12:00", "lunch_start": None, "lunch_end": None, "active": False}


def hours(number: int, day: int, minutes: int | None, **values: Any) -> Timesheet:
    own = {"id": ident(100 + number), "colleague_id": ME, "day": date(2026, 6, day), "minutes": minutes}
    return Timesheet(**{**own, **values})


async def test_a_week_of_hours_stands_beside_its_schedule(company: Company) -> None:
    await company.world.sql("UPDATE mobile.colleagues SET week_schedule = CAST(:s AS jsonb)", s=_json())
    await company.add_and_sync(
        BOB(),
        hours(1, 8, 240),
        hours(2, 8, 120, activity=WorkKind.TRAVEL),
        hours(3, 9, 450, activity=WorkKind.ABSENCE),
        hours(4, 13, 60, activity=WorkKind.ON_CALL),
        hours(5, 7, 600),
        hours(6, 10, 300, colleague_id=BOB_ID),
        hours(7, 10, None, start_at=paris(10, 8), end_at=paris(10, 10, 15), break_minutes=15),
    )
    async with company.phone.replica.read() as session:
        week, before = await my_hours(session, ME, weeks=2, now=NOW)
    assert [day.day.day for day in week.days] == [8, 9, 10, 11, 12, 13, 14]
    assert [day.expected for day in week.days] == [450] * 5 + [0, 0]
    assert [day.worked for day in week.days] == [360, 0, 120, 0, 0, 0, 0]
    assert week.by_kind == (
        (WorkKind.ABSENCE, 450),
        (WorkKind.WORK, 360),
        (WorkKind.TRAVEL, 120),
        (WorkKind.ON_CALL, 60),
    )
    assert (week.worked, week.absent, week.on_call, week.expected) == (480, 450, 60, 2250)
    assert week.balance == 480 + 450 - 2250 and week.days[1].balance == 0
    assert (before.worked, before.days[6].worked) == (600, 600)


def _json() -> str:
    return json.dumps([WORKDAY] * 5 + [FREE])


async def test_hours_of_the_night_of_the_change_are_as_long_as_they_were(company: Company) -> None:
    await company.on(datetime(2026, 10, 25, 12, tzinfo=UTC))
    long_night = Timesheet(
        id=ident(101),
        colleague_id=ME,
        day=date(2026, 10, 25),
        start_at=datetime(2026, 10, 24, 22, tzinfo=UTC),
        end_at=datetime(2026, 10, 25, 5, tzinfo=UTC),
    )
    await company.add_and_sync(long_night)
    async with company.phone.replica.read() as session:
        (week,) = await my_hours(session, ME, date(2026, 10, 25), now=NOW)
    (entry,) = week.days[6].entries
    assert entry.minutes == 420
    assert entry.start is not None and entry.end is not None
    assert (entry.start.hour, entry.end.hour) == (0, 6)


@pytest.mark.parametrize("day", [None, {}, {"active": True}, FREE, {"start": "17:00", "end": "08:00", "active": True}])
def test_a_day_that_nobody_filled_in_is_planned_with_nothing(day: object) -> None:
    assert _planned(day) == 0


async def test_a_new_line_is_marked_and_a_refused_one_says_why(company: Company) -> None:
    await company.phone.sync()
    await company.phone.save(hours(1, 10, 60))
    async with company.phone.replica.read() as session:
        (week,) = await my_hours(session, ME, now=NOW)
    assert week.days[2].entries[0].mark.state == "pending"


def expense(number: int, amount: str, state: Claim, **values: Any) -> Expense:
    own = {"id": ident(200 + number), "colleague_id": ME, "expense_on": date(2026, 6, number)}
    return Expense(**{**own, "amount_ttc": Decimal(amount), "state": state, **values})


async def test_expenses_are_grouped_by_state_with_exact_sums(company: Company) -> None:
    await company.add_and_sync(
        BOB(),
        *(expense(number, "0.10", Claim.DRAFT, vat_amount=Decimal("0.02")) for number in (1, 2, 3)),
        expense(4, "20.00", Claim.DRAFT, currency="CHF"),
        expense(5, "99.99", Claim.APPROVED, paid_with=PaidWith.COMPANY_CARD),
        expense(6, "12.34", Claim.REIMBURSED),
        expense(7, "50.00", Claim.REJECTED, rejection_reason="Sans reçu"),
        expense(8, "1.00", Claim.DRAFT, colleague_id=BOB_ID),
    )
    async with company.phone.replica.read() as session:
        found = await my_expenses(session, ME)
    assert [one.state for one in found.states] == [Claim.DRAFT, Claim.APPROVED, Claim.REJECTED, Claim.REIMBURSED]
    draft = found.states[0]
    assert [line.expense_on.day for line in draft.lines] == [4, 3, 2, 1]
    assert [(one.currency, one.amount_ttc, one.vat_amount, one.count) for one in draft.totals] == [
        ("CHF", Decimal("20.00"), Decimal(0), 1),
        ("EUR", Decimal("0.30"), Decimal("0.06"), 3),
    ]
    due = [(one.currency, one.amount_ttc) for one in found.to_be_paid_back]
    assert due == [("CHF", Decimal("20.00")), ("EUR", Decimal("0.30"))]
    assert found.states[2].lines[0].rejection_reason == "Sans reçu"
