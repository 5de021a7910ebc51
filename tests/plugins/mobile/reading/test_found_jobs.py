"""All visits of a technician: found by what he remembers of them, and counted by day."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import PARIS, visit

from twinbase_mobile.reading import FoundJobs, Month, count_jobs, find_jobs, my_month
from twinbase_mobile.reading.words import split_words
from twinbase_mobile.tables import Customer, CustomerSite, Intervention, InterventionType
from twinbase_mobile.tables.kinds import Priority, VisitStatus


async def found(company: Company, **options: Any) -> FoundJobs:
    async with company.phone.replica.read() as session:
        return await find_jobs(session, ME, now=NOW, **options)


async def numbers(company: Company, **options: Any) -> list[str]:
    return [visit.number for visit in (await found(company, **options)).visits]


async def month(company: Company, day: date | None = None) -> Month:
    async with company.phone.replica.read() as session:
        return await my_month(session, ME, day, now=NOW)


async def some(company: Company) -> None:
    """Visits at a bakery and a school, and one of Bob's."""
    bakery = Customer(id=ident(10), code="C1", name="Boulangerie Noël", phone="04 78 00 11 22")
    school = Customer(id=ident(11), code="C2", name="École Jaurès", mobile="0612345678")
    site = CustomerSite(id=ident(12), customer_id=bakery.id, label="Fournil", city="Bron", zip_code="69500")
    kind = InterventionType(id=ident(13), caption="Dépannage")
    await company.add(BOB(), bakery, school, site, kind)
    await company.add_and_sync(
        visit(1, paris(10, 8), customer_id=bakery.id, site_id=site.id, title="Entretien chaudière"),
        visit(2, paris(9, 8), customer_id=school.id, type_id=kind.id, title="Fuite", priority=Priority.URGENT),
        visit(3, paris(1, 8), customer_id=school.id, status=VisitStatus.DONE, site_snapshot={"city": "Lyon"}),
        visit(4, paris(12, 8), status=VisitStatus.CANCELLED),
        visit(5, None, title="À planifier"),  # the window of visits is one of time: it is on no device
        visit(6, paris(10, 8), lead_id=BOB_ID, title="Entretien"),
    )


@pytest.mark.parametrize(
    "narrowed",
    [{}, {"late": True}, {"statuses": [VisitStatus.DONE, VisitStatus.CANCELLED]}, {"statuses": [], "late": True}],
)
async def test_as_many_are_counted_as_are_found(company: Company, narrowed: dict[str, Any]) -> None:
    await some(company)
    async with company.phone.replica.read() as session:
        counted = await count_jobs(session, ME, now=NOW, **narrowed)
    assert counted == (await found(company, **narrowed)).total


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("noel", ["V1"]),
        ("BRON boul", ["V1"]),
        ("695", ["V1"]),
        ("depann", ["V2"]),
        ("v3", ["V3"]),
        ("lyon", ["V3"]),
        ("06 12 34", ["V3", "V2"]),
        ("0478001", ["V1"]),
        ("entretien", ["V1"]),
        ("aurès", []),
        ("!?", ["V3", "V2", "V1", "V4"]),
    ],
)
async def test_a_visit_is_found_by_what_one_remembers_of_it(company: Company, text: str, expected: list[str]) -> None:
    await some(company)
    assert await numbers(company, text=text) == expected
    assert (await found(company, text=text)).total == len(expected)


async def test_the_list_is_narrowed_by_status_time_and_urgency(company: Company) -> None:
    await some(company)
    undone = (VisitStatus.PLANNED, VisitStatus.IN_PROGRESS)
    assert await numbers(company) == ["V3", "V2", "V1", "V4"]
    assert await numbers(company, order="newest") == ["V4", "V1", "V2", "V3"]
    assert await numbers(company, statuses=undone) == ["V2", "V1"]
    assert await numbers(company, statuses=undone, text="ecole") == ["V2"]
    assert await numbers(company, priorities=[Priority.URGENT]) == ["V2"]
    assert await numbers(company, since=paris(9, 8), until=paris(12, 8)) == ["V2", "V1"]
    assert await numbers(company, late=True) == ["V2", "V1"]
    assert await numbers(company, late=True, text="fuite") == ["V2"]


async def test_an_unsent_edit_is_marked_in_the_list(company: Company) -> None:
    await some(company)
    await company.phone.change(Intervention, ident(1001), status=VisitStatus.IN_PROGRESS)
    marks = {visit.number: visit.mark.state for visit in (await found(company)).visits}
    assert marks == {"V1": "pending", "V2": "synced", "V3": "synced", "V4": "synced"}


async def test_the_pages_of_a_list_make_up_the_whole_of_it(company: Company) -> None:
    """In any order, with words or without, none is missing and none is there twice; compared with Python."""
    chance, words = Random(13), ["fuite", "Chaudière", "pompe", "Élan", "œuvre", "radiateur"]
    made = [
        visit(n, paris(1 + n % 20, 8), title=" ".join(chance.sample(words, 2)), status=chance.choice(list(VisitStatus)))
        for n in range(60)
    ]
    await company.add_and_sync(*made)
    for text in ("", "fui", "oeuv", "elan chaud"):
        wanted = [one for one in made if _has_words(one.title or "", text)]
        for order, sign in (("soonest", 1), ("newest", -1)):
            pages = [await numbers(company, text=text, order=order, limit=7, offset=at) for at in range(0, 70, 7)]
            expected = sorted(wanted, key=lambda one: (one.scheduled_start, one.id))[::sign]
            assert [number for page in pages for number in page] == [one.number for one in expected]
            assert (await found(company, text=text, order=order, limit=3)).total == len(wanted)


def _has_words(title: str, text: str) -> bool:
    return all(any(word.startswith(asked) for word in split_words(title)) for asked in split_words(text))


async def test_a_month_says_of_each_day_what_there_is_to_do(company: Company) -> None:
    await some(company)
    await company.add_and_sync(visit(7, paris(30, 23), 2), visit(8, paris(10, 23), 2, priority=Priority.URGENT))
    shown = {one.day.day: (one.visits, one.open, one.late, one.urgent) for one in (await month(company)).days}
    assert len(shown) == 30
    assert {day: counts for day, counts in shown.items() if counts[0]} == {
        1: (1, 0, 0, 0),
        9: (1, 1, 1, 1),
        10: (2, 2, 1, 1),
        11: (1, 1, 0, 1),
        30: (1, 1, 0, 0),
    }
    july = (await month(company, date(2026, 7, 14))).days
    assert (len(july), july[0].visits, sum(one.visits for one in july)) == (31, 1, 1)


async def test_a_month_counts_as_the_clocks_of_the_place_do(company: Company) -> None:
    """March 2026 in Paris has an hour less; each of its visits is in one day, its own."""
    await company.on(datetime(2026, 3, 28, 8, tzinfo=UTC))
    first = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    moments = [first + timedelta(minutes=30 * n) for n in range(60)]
    await company.add_and_sync(*(visit(n, moment, 0.5) for n, moment in enumerate(moments)))
    days: dict[date, int] = {}
    for moment in moments:
        day = moment.astimezone(PARIS).date()
        days[day] = days.get(day, 0) + 1
    async with company.phone.replica.read() as session:
        shown = await my_month(session, ME, now=first)
    assert {one.day: one.visits for one in shown.days if one.visits} == days
