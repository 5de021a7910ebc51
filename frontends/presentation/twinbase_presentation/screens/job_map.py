"""Where the visits of a list are: those with a position, those without, and the way of a day from one to the next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from twinbase_mobile.reading import Place
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation.screens.known_position import KnownPosition
from twinbase_presentation.screens.visit_rows import VisitRow

MAPPED_MAX = 2_000
"""No map says more with more of them: of so many found, the first in the list's order are on it."""


@dataclass(frozen=True, slots=True)
class MappedVisit:
    """A visit with a position. `number`: where it stands in the list, from 1 on."""

    number: int
    row: VisitRow
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class UnplacedSite:
    """An address without a position. `site_id` is None where the visit names no site; `visit_id`: the first visit."""

    site_id: UUID | None
    visit_id: UUID
    customer: str
    address: str


@dataclass(frozen=True, slots=True)
class JobMap:
    """`here`: where the technician is, if that is known; `way`: the visits of one day in its order, today's before any
    other's; `left_out`: so many more were found than are on it."""

    visits: tuple[MappedVisit, ...]
    unplaced: tuple[UnplacedSite, ...]
    here: KnownPosition | None
    way: tuple[UUID, ...]
    left_out: int = 0


def make_job_map(rows: Sequence[VisitRow], here: KnownPosition | None, today: date, left_out: int = 0) -> JobMap:
    """The rows of a list as a map; every one is in its visits or at one of its addresses without a position."""
    mapped = tuple(_list_mapped(rows))
    with_position = {one.row.id for one in mapped}
    unplaced = _list_unplaced(row for row in rows if row.id not in with_position)
    way = tuple(row.id for row in _list_way(rows, today) if row.id in with_position)
    return JobMap(mapped, tuple(unplaced), here, way, left_out)


def _list_mapped(rows: Iterable[VisitRow]) -> Iterator[MappedVisit]:
    for number, row in enumerate(rows, 1):
        if (position := _find_position(row.visit.place)) is not None:
            yield MappedVisit(number, row, *position)


def _find_position(place: Place) -> tuple[float, float] | None:
    """Zero and zero is how other systems write that they know nothing; it is in the sea off Ghana."""
    if place.lat is None or place.lon is None:
        return None
    lat, lon = float(place.lat), float(place.lon)
    is_on_earth = abs(lat) <= 90 and abs(lon) <= 180
    return (lat, lon) if is_on_earth and (lat, lon) != (0, 0) else None


def _list_unplaced(rows: Iterable[VisitRow]) -> Iterable[UnplacedSite]:
    """Each address once, with its first visit."""
    found: dict[object, UnplacedSite] = {}
    for row in rows:
        visit, place = row.visit, row.visit.place
        address = ", ".join(part for part in (*place.address[:1], f"{place.zip_code} {place.city}".strip()) if part)
        key = place.site_id or (visit.customer_id, address)
        found.setdefault(key, UnplacedSite(place.site_id, visit.id, visit.customer or row.title, address))
    return found.values()


def _list_way(rows: Iterable[VisitRow], today: date) -> Sequence[VisitRow]:
    """Of today; of another day where all of them are on that one. A visit that was cancelled is on no way."""
    days: dict[date, list[VisitRow]] = {}
    for row in rows:
        if row.visit.start is not None and row.visit.status != VisitStatus.CANCELLED:
            days.setdefault(row.visit.start.date(), []).append(row)
    way = days.get(today) or _find_only(days)
    return sorted(way, key=_start)


def _find_only(days: Mapping[date, list[VisitRow]]) -> list[VisitRow]:
    return next(iter(days.values())) if len(days) == 1 else []


def _start(row: VisitRow) -> float:
    return row.visit.start.timestamp() if row.visit.start is not None else 0
