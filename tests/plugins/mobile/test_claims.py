"""Hours, ways and expenses: a technician's own as long as they are drafts."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from twinbase_mobile.rules import claim_fault, is_draft, worked_minutes
from twinbase_mobile.tables import Expense, Timesheet, TravelLog
from twinbase_mobile.tables.kinds import Claim, ExpenseKind

EIGHT = datetime(2030, 3, 4, 8, tzinfo=UTC)
ALLOWED = {("draft", "submitted"), ("rejected", "draft"), ("rejected", "submitted")}


def hours(state: Claim = Claim.DRAFT, **columns: Any) -> Timesheet:
    return Timesheet(colleague_id=uuid4(), day=date(2030, 3, 4), state=state, **columns)


def code(before: Any, after: Any) -> str | None:
    fault = claim_fault(before, after)
    return None if fault is None else fault.code


@pytest.mark.parametrize("before", Claim)
@pytest.mark.parametrize("after", Claim)
def test_only_drafts_change_and_only_up_to_submitted(before: Claim, after: Claim) -> None:
    legal = (before, after) in ALLOWED or (before == after and before in ("draft", "rejected"))
    assert (code(hours(before), hours(after)) is None) == legal


@pytest.mark.parametrize("state", Claim)
def test_a_new_one_is_a_draft_or_submitted_at_once(state: Claim) -> None:
    assert (code(None, hours(state)) is None) == (state in ("draft", "submitted"))


@pytest.mark.parametrize("state", Claim)
def test_only_a_draft_is_deleted(state: Claim) -> None:
    assert (code(hours(state), None) is None) == is_draft(hours(state)) == (state in ("draft", "rejected"))


def test_the_minutes_are_counted_again() -> None:
    whole: dict[str, Any] = {"start_at": EIGHT, "end_at": EIGHT + timedelta(hours=4), "break_minutes": 30}
    assert code(None, hours(**whole, minutes=210)) is None
    assert code(None, hours(**whole)) is None
    fault = claim_fault(None, hours(**whole, minutes=240))
    assert str(fault) == "From start to end, less the break, it is 210 minutes, not 240."


def test_minutes_without_times_are_taken_as_they_are() -> None:
    assert code(None, hours(minutes=45)) is None


def test_an_end_before_the_start_is_refused() -> None:
    assert code(None, hours(start_at=EIGHT, end_at=EIGHT - timedelta(minutes=1))) == "span_backwards"
    way = TravelLog(colleague_id=uuid4(), departed_at=EIGHT, arrived_at=EIGHT - timedelta(minutes=1))
    assert code(None, way) == "span_backwards"


def test_the_wire_counts_as_the_device_does() -> None:
    assert worked_minutes("2030-03-04 08:00:00.000000", "2030-03-04 12:00:59.000000", 30) == 210


@pytest.mark.parametrize(("day", "minutes"), [(date(2026, 3, 29), 180), (date(2026, 10, 25), 300)], ids=str)
def test_in_the_night_of_the_change_clocks_on_the_wall_count_as_the_wire_does(day: date, minutes: int) -> None:
    """From one to five in Paris: three hours in spring, five in autumn."""
    one, five = (datetime.combine(day, time(hour), ZoneInfo("Europe/Paris")) for hour in (1, 5))
    start, end = (each.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") for each in (one, five))
    assert worked_minutes(one, five) == worked_minutes(start, end) == minutes
    assert code(None, hours(start_at=one, end_at=five, minutes=minutes)) is None


def test_an_end_in_the_hour_that_comes_twice_is_not_before_the_start() -> None:
    start = datetime(2026, 10, 25, 2, 50, tzinfo=ZoneInfo("Europe/Paris"))
    assert code(None, hours(start_at=start, end_at=start.replace(minute=10, fold=1), minutes=20)) is None


def test_kilometres_belong_to_mileage() -> None:
    expense = Expense(colleague_id=uuid4(), expense_on=date(2030, 3, 4), distance_km=Decimal(12))
    assert code(None, expense) == "distance_only_mileage"
    expense.category = ExpenseKind.MILEAGE
    assert code(None, expense) is None
