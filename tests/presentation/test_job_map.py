"""A map of visits: north is up, a kilometre is as long everywhere, and every visit can be touched or read."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from math import atan2, cos, degrees, hypot, radians

from hypothesis import given
from hypothesis import strategies as st
from tests.presentation.phone import BAKERY, Phone, ident, paris, visit

from twinbase_mobile.reading import Place, Visit, distance_metres
from twinbase_mobile.reading.marking import Mark
from twinbase_mobile.tables import CustomerSite
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation import load_language
from twinbase_presentation.screens.job_map import JobMap, make_job_map
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.known_position import KnownPosition
from twinbase_presentation.screens.map_drawing import PIN_DP, DrawnMap, draw_map, find_middle, lies_on, project
from twinbase_presentation.screens.visit_rows import VisitRow, make_rows

LYON = KnownPosition(Decimal("45.76"), Decimal("4.85"), "Mme Lefèvre", is_now=True)
TODAY = paris(10, 8).date()
NOTHING_KNOWN = (None, None)
Position = tuple[str, str] | tuple[None, None]


def make_visit(number: int, position: Position, start: datetime | None = None, **values: object) -> Visit:
    lat, lon = (Decimal(part) if part is not None else None for part in position)
    place = Place(ident(2000 + number), "", (f"{number} rue du Lac",), "69003", "Lyon", lat, lon, "")
    own: dict[str, object] = {
        "id": ident(number), "number": f"V{number}", "title": f"Visit {number}", "status": VisitStatus.PLANNED,
        "priority": Priority.NORMAL, "type": "", "color": "", "start": start, "end": None, "expected_minutes": None,
        "late": False, "customer_id": BAKERY, "customer": "Noël", "place": place, "phone": "", "mark": Mark("synced"),
        "made_on_site": False,
    }  # fmt: skip
    return Visit(**{**own, **values})  # type: ignore[arg-type]


def make_map(positions: Sequence[Position], here: KnownPosition | None = LYON) -> JobMap:
    return make_job_map(list_rows(make_visit(number, one) for number, one in enumerate(positions, 1)), here, TODAY)


def list_rows(visits: Iterator[Visit]) -> tuple[VisitRow, ...]:
    return tuple(make_rows(visits, load_language("en")))


def degrees_of(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least * 10**6, most * 10**6).map(lambda millionths: str(Decimal(millionths) / 10**6))


ANYWHERE = st.tuples(degrees_of(-90, 90), degrees_of(-180, 180))
ROUND_LYON = st.tuples(degrees_of(45, 46), degrees_of(4, 6))
POSITIONS = st.one_of(
    st.lists(st.one_of(ANYWHERE, st.just(NOTHING_KNOWN)), max_size=40),
    st.lists(st.one_of(ROUND_LYON, ROUND_LYON, st.just(NOTHING_KNOWN)), min_size=20, max_size=60),
)
"""All over the earth, or so many in one region that pins meet."""
SIZES = st.tuples(st.integers(260, 900), st.integers(200, 800))
A_DAY_AWAY = st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
"""Degrees to the north and the east, some twenty kilometres."""
HERE = st.sampled_from((LYON, None))


@given(ROUND_LYON, st.floats(0.001, 1.0), st.floats(0.001, 1.0))
def test_north_is_up_and_east_is_right(around: tuple[str, str], north: float, east: float) -> None:
    middle = (float(around[0]), float(around[1]))
    assert project(middle[0] + north, middle[1], middle)[1] > 0 > project(middle[0] - north, middle[1], middle)[1]
    assert project(middle[0], middle[1] + east, middle)[0] > 0 > project(middle[0], middle[1] - east, middle)[0]
    ahead = project(middle[0] + north, middle[1], middle)
    assert abs(degrees(atan2(*ahead))) < 1e-6


@given(ANYWHERE, ANYWHERE)
def test_how_far_it_is_from_where_one_is_is_true_on_the_map(one: tuple[str, str], other: tuple[str, str]) -> None:
    around, there = ((float(lat), float(lon)) for lat, lon in (one, other))
    truth = distance_metres(*around, *there) / 1000
    assert abs(hypot(*project(*there, around)) - truth) <= 1e-9 * truth


@given(ROUND_LYON, A_DAY_AWAY, A_DAY_AWAY)
def test_two_visits_are_as_far_from_each_other_as_they_are(
    around: tuple[str, str], one: tuple[float, float], other: tuple[float, float]
) -> None:
    """In the reach of a day, within one per cent: a ball is not flat."""
    lat, lon = map(float, around)
    spots = [project(lat + north, lon + east, (lat, lon)) for north, east in (one, other)]
    truth = distance_metres(lat + one[0], lon + one[1], lat + other[0], lon + other[1]) / 1000
    shown = hypot(spots[0][0] - spots[1][0], spots[0][1] - spots[1][1])
    assert abs(shown - truth) <= 0.01 * truth + 0.001


@given(POSITIONS, SIZES, HERE)
def test_every_visit_is_in_one_pin_or_at_one_address_of_the_list(
    positions: list[Position], size: tuple[int, int], here: KnownPosition | None
) -> None:
    jobs = make_map(positions, here)
    drawn = draw_map(jobs, *size)
    on_map = [one.row.id for pin in drawn.pins for one in pin.visits]
    listed = [one.visit_id for one in jobs.unplaced]
    assert sorted(on_map + listed) == [ident(number) for number in range(1, len(positions) + 1)]
    for pin in drawn.pins:
        numbers = [one.number for one in pin.visits]
        assert numbers == sorted(numbers)


@given(POSITIONS, SIZES, HERE)
def test_no_pin_lies_on_another_one_and_none_sticks_out(
    positions: list[Position], size: tuple[int, int], here: KnownPosition | None
) -> None:
    drawn = draw_map(make_map(positions, here), *size)
    assert not [(one, other) for one, other in combinations(drawn.pins, 2) if lies_on(one, other)]
    for pin in drawn.pins:
        for at, room in zip((pin.x, pin.y), size, strict=True):
            assert PIN_DP / 2 - 0.01 <= at <= room - PIN_DP / 2 + 0.01
    assert all(0 <= at <= room for at, room in zip(drawn.middle, size, strict=True))


@given(st.lists(ROUND_LYON, min_size=1, max_size=30), SIZES, HERE)
def test_the_rings_are_of_the_scale_of_the_pins(
    positions: list[tuple[str, str]], size: tuple[int, int], here: KnownPosition | None
) -> None:
    """A pin that stands alone is as far from the middle as the rings say."""
    jobs = make_map(positions, here)
    drawn = draw_map(jobs, *size)
    assert 1 <= len(drawn.rings) <= 3
    around = (float(LYON.lat), float(LYON.lon)) if here else find_middle(jobs.visits)
    for pin in (one for one in drawn.pins if len(one.visits) == 1):
        km = distance_metres(*around, pin.visits[0].lat, pin.visits[0].lon) / 1000
        away = hypot(pin.x - drawn.middle[0], pin.y - drawn.middle[1])
        for ring in drawn.rings:
            assert abs(away / ring.radius - km / ring.km) < 1e-6


def test_rings_of_two_and_five_kilometres_stand_around_a_day_in_a_town() -> None:
    drawn = draw_map(make_map([("45.80", "4.85"), ("45.75", "4.90"), ("45.73", "4.80")]), 328, 300)
    assert [ring.km for ring in drawn.rings] == [2, 5]
    assert [len(pin.visits) for pin in drawn.pins] == [1, 1, 1]
    wider = draw_map(make_map([("45.84", "4.85"), ("45.75", "4.95"), ("45.69", "4.75")]), 800, 700)
    assert [ring.km for ring in wider.rings] == [2, 5, 10]


def test_over_the_date_line_a_neighbour_is_a_neighbour() -> None:
    jobs = make_map([("-17.0", "179.99"), ("-17.0", "-179.99")], None)
    lat, lon = find_middle(jobs.visits)
    assert (lat, (lon + 360) % 360) == (-17.0, 180.0)
    assert {ring.km for ring in draw_map(jobs, 328, 300).rings} <= {0.1, 0.2, 0.5, 1, 2, 5}
    (west, _), (east, _) = ((pin.x, pin.y) for pin in draw_map(jobs, 328, 300).pins)
    assert abs((east - west) - 280) < 1, "from one edge to the other: two kilometres, not around the earth"
    assert cos(radians(lat)) > 0.9


def test_at_one_address_several_visits_are_one_pin_in_the_lists_order() -> None:
    drawn = draw_map(make_map([("45.80", "4.85"), ("45.70", "4.85"), ("45.80", "4.85")]), 328, 300)
    assert [[one.number for one in pin.visits] for pin in drawn.pins] == [[1, 3], [2]]


def test_an_address_without_a_position_is_listed_once() -> None:
    visits = [make_visit(number, NOTHING_KNOWN) for number in (1, 2)]
    again = make_visit(3, NOTHING_KNOWN, place=visits[0].place)
    half, nowhere, beyond = (make_visit(n, at) for n, at in ((4, ("45.7", None)), (5, ("0", "0")), (6, ("91", "4"))))  # type: ignore[arg-type]
    jobs = make_job_map(list_rows(iter((*visits, again, half, nowhere, beyond))), LYON, TODAY)
    assert [one.visit_id for one in jobs.unplaced] == [ident(number) for number in (1, 2, 4, 5, 6)]
    assert (jobs.unplaced[0].customer, jobs.unplaced[0].address) == ("Noël", "1 rue du Lac, 69003 Lyon")
    assert jobs.visits == ()


def ways(*visits: Visit) -> list[int]:
    return [id_.int - ident(0).int for id_ in make_job_map(list_rows(iter(visits)), LYON, TODAY).way]


def test_the_way_is_that_of_today_by_its_hours() -> None:
    at = ("45.8", "4.8")
    later, sooner, other = (
        make_visit(number, at, paris(day, hour)) for number, day, hour in ((1, 10, 15), (2, 10, 9), (3, 11, 8))
    )
    assert ways(later, sooner, other) == [2, 1]
    cancelled = make_visit(4, at, paris(10, 8), status=VisitStatus.CANCELLED)
    nowhere = make_visit(5, NOTHING_KNOWN, paris(10, 7))
    assert ways(cancelled, nowhere, later, sooner) == [2, 1]
    assert ways(other, make_visit(6, at, paris(11, 7))) == [6, 3], "of another day, where all are on it"
    assert ways(other, make_visit(7, at, paris(12, 7))) == []
    assert ways(make_visit(8, at)) == [], "nobody knows when"


def test_whoever_stays_in_a_pin_goes_nowhere() -> None:
    there, back = ("45.80", "4.85"), ("45.70", "4.85")
    visits = (make_visit(n, at, paris(10, 8 + n)) for n, at in enumerate((there, there, back, there)))
    drawn: DrawnMap = draw_map(make_job_map(list_rows(visits), LYON, TODAY), 328, 300)
    assert [pin.visits[0].number for pin in drawn.way] == [1, 3, 1]


async def give_sites(phone: Phone) -> None:
    """The bakery has a position, and is worked at; a school nearby has none."""
    await phone.give(
        CustomerSite(id=ident(30), customer_id=BAKERY, address1="9 rue de l'Yser", city="Lyon"),
        CustomerSite(id=ident(31), customer_id=BAKERY, city="Bron", lat=Decimal("45.733"), lon=Decimal("4.91")),
        visit(1, paris(10, 9), status=VisitStatus.IN_PROGRESS, site_id=ident(31)),
        visit(2, paris(10, 11), site_id=ident(30)),
        visit(3, paris(10, 12), site_id=ident(30)),
        visit(4, paris(10, 14), site_id=ident(31)),
    )


async def opened_map(phone: Phone) -> JobsModel:
    model = JobsModel(phone.workday)
    await model.open()
    assert model.shown is not None and model.shown.map is None
    await model.show_map(True)
    return model


def shown(model: JobsModel) -> JobMap:
    assert model.shown is not None and model.shown.map is not None, model.state
    return model.shown.map


async def test_the_map_shows_what_the_list_has_found(phone: Phone) -> None:
    await give_sites(phone)
    model = await opened_map(phone)
    assert [(one.number, one.row.title) for one in shown(model).visits] == [(1, "Visit 1"), (4, "Visit 4")]
    assert [one.visit_id for one in shown(model).unplaced] == [ident(1002)]
    here = shown(model).here
    assert here is not None and (here.lat, here.lon, here.is_now) == (Decimal("45.733"), Decimal("4.91"), True)
    await model.search("visit 4")
    assert [(one.number, one.row.title) for one in shown(model).visits] == [(1, "Visit 4")]
    assert model.unplaced == []
    await model.search("")
    await model.choose("done")
    assert shown(model).visits == () and model.shown is not None and model.shown.nothing
    await model.choose("open")
    await model.show_map(False)
    assert model.shown is not None and model.shown.map is None and model.shown.total == 4


async def test_all_that_is_found_is_on_the_map_and_of_very_many_the_first(phone: Phone) -> None:
    await phone.give(*(visit(number, paris(10 + number % 15, 8)) for number in range(120)))
    model = await opened_map(phone)
    assert model.shown is not None and not model.shown.has_more
    assert (len(shown(model).unplaced), shown(model).left_out) == (1, 0)
    rows = list_rows(make_visit(number, ("45.8", "4.8")) for number in range(1, 4))
    assert make_job_map(rows, None, TODAY, 7).left_out == 7


async def test_an_address_is_placed_where_one_works_and_its_hold_can_be_undone(phone: Phone) -> None:
    await give_sites(phone)
    model = await opened_map(phone)
    assert (await model.place_here(ident(30))).can_undo
    assert model.unplaced == [] and len(shown(model).unplaced) == 1
    phone.workday.held.undo()
    assert [one.site_id for one in model.unplaced] == [ident(30)]
    await model.place_here(ident(30))
    await phone.workday.held.release()
    await model.load()
    assert [one.number for one in shown(model).visits] == [1, 2, 3, 4] and model.unplaced == []
    written = await phone.sql("SELECT lat, lon, gps_source FROM customer_sites WHERE id = ?", str(ident(30)))
    assert written == [(45733000, 4910000, "technician")]


async def test_where_the_last_visit_was_is_not_here(phone: Phone) -> None:
    """He has driven on since: to write that down would be wrong."""
    await give_sites(phone)
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = 'done' WHERE id = ?", str(ident(1001)))
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    model = await opened_map(phone)
    here = shown(model).here
    assert here is not None and not here.is_now and model.working_at is None
    assert (await model.place_here(ident(30))).fault == "It is not known where you are."


async def test_an_address_that_has_left_the_device_is_not_placed(phone: Phone) -> None:
    await give_sites(phone)
    model = await opened_map(phone)
    assert (await model.place_here(ident(99))).fault == "This address is no longer on this device."
    assert phone.workday.held.now is None
