"""A schematic map on a glass of some size: north is up, and as far as somewhere is on the earth, so far it is here.

Nothing is fetched for it: there are the visits, rings around a middle, and the way of a day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, radians, sin
from uuid import UUID

from twinbase_mobile.reading import distance_metres
from twinbase_presentation.screens.job_map import JobMap, MappedVisit
from twinbase_presentation.tokens import SPACE

PIN_DP = SPACE.target
"""A pin is as large as a finger: what is nearer to another one than that is told apart by nobody."""
LEAST_KM = 1.0
"""From one edge to the other it is never less: one visit alone has a map of its quarter."""
RINGS_KM = tuple(step * 10.0**power for power in range(-1, 5) for step in (1, 2, 5))
RINGS_MAX = 3
LEAST_RING_DP = 36
SEEN_RING = 0.88
"""Of the way to the corner that is furthest: of a larger ring, next to nothing would be seen."""

Spot = tuple[float, float]
"""So many dp from the left and from the lower edge; or kilometres to the east and the north."""


@dataclass(frozen=True, slots=True)
class MapPin:
    """One visit, or several that are too near to each other; in the list's order. `x`, `y`: its middle, in dp."""

    x: float
    y: float
    visits: tuple[MappedVisit, ...]


@dataclass(frozen=True, slots=True)
class MapRing:
    """So many kilometres around the middle; `radius` in dp."""

    km: float
    radius: float


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """`middle`: of the rings, where the technician is, else the middle of the visits. `way`: the pins of a day."""

    pins: tuple[MapPin, ...]
    rings: tuple[MapRing, ...]
    middle: Spot
    way: tuple[MapPin, ...]


def draw_map(jobs: JobMap, width: float, height: float) -> DrawnMap:
    """The map in so many dp. Every visit is in one pin, no pin lies on another one, and none sticks out."""
    around = (float(jobs.here.lat), float(jobs.here.lon)) if jobs.here else find_middle(jobs.visits)
    away = [project(one.lat, one.lon, around) for one in jobs.visits]
    scale, middle = _fit([(0.0, 0.0), *away], width, height)
    spots = [(middle[0] + east * scale, middle[1] + north * scale) for east, north in away]
    pins = tuple(_gather_pins(zip(spots, jobs.visits, strict=True)))
    seen = max(hypot(middle[0] - x, middle[1] - y) for x in (0, width) for y in (0, height)) * SEEN_RING
    return DrawnMap(pins, tuple(_choose_rings(scale, seen)), middle, tuple(_join_pins(jobs.way, pins)))


def project(lat: float, lon: float, around: Spot) -> Spot:
    """Kilometres to the east and the north of somewhere: direction and distance from there are the true ones."""
    north, further_north = radians(around[0]), radians(lat)
    east = radians(lon - around[1])
    # Not by the difference of two products that are nearly one: that would be wrong by metres in a street.
    ahead = sin(further_north - north) + 2 * sin(north) * cos(further_north) * sin(east / 2) ** 2
    direction = atan2(sin(east) * cos(further_north), ahead)
    km = distance_metres(*around, lat, lon) / 1000
    return km * sin(direction), km * cos(direction)


def find_middle(visits: Sequence[MappedVisit]) -> Spot:
    """Latitude and longitude of the middle of what is to be seen; the date line is a meridian like any other."""
    if not visits:
        return (0.0, 0.0)
    first = visits[0].lon
    lats = [one.lat for one in visits]
    turned = [(one.lon - first + 180) % 360 - 180 for one in visits]
    return (min(lats) + max(lats)) / 2, first + (min(turned) + max(turned)) / 2


def _fit(away: Sequence[Spot], width: float, height: float) -> tuple[float, Spot]:
    """How many dp a kilometre has, and where the middle is: as large as all of it is inside."""
    room = max(width - PIN_DP, 1), max(height - PIN_DP, 1)
    (west, south), (east, north) = (tuple(pick(axis) for axis in zip(*away, strict=True)) for pick in (min, max))
    wide, high = max(east - west, LEAST_KM), max(north - south, LEAST_KM)
    scale = min(room[0] / wide, room[1] / high)
    return scale, (width / 2 - (west + east) / 2 * scale, height / 2 - (south + north) / 2 * scale)


def _choose_rings(scale: float, seen: float) -> Sequence[MapRing]:
    """The three largest that are seen and can be told apart."""
    rings = [MapRing(km, km * scale) for km in RINGS_KM if LEAST_RING_DP <= km * scale <= seen]
    return rings[-RINGS_MAX:]


def _gather_pins(placed: Iterable[tuple[Spot, MappedVisit]]) -> Sequence[MapPin]:
    """One after the other is put down; what it would lie on is taken up, and the two are put down between them.

    In a field as large as a pin there is at most one: to look at nine of them is enough, however many there are.
    """
    fields: dict[tuple[int, int], MapPin] = {}
    for (x, y), visit in placed:
        pin = MapPin(x, y, (visit,))
        while (near := _find_near(fields, pin)) is not None:
            pin = _merge_pins(fields.pop(near), pin)
        fields[_field_of(pin)] = pin
    pins = (MapPin(one.x, one.y, tuple(sorted(one.visits, key=_number))) for one in fields.values())
    return sorted(pins, key=lambda pin: pin.visits[0].number)


def _find_near(fields: Mapping[tuple[int, int], MapPin], pin: MapPin) -> tuple[int, int] | None:
    """Where the nearest of those is that it would lie on."""
    column, row = _field_of(pin)
    around = ((column + right, row + up) for right in (-1, 0, 1) for up in (-1, 0, 1))
    found = [
        (hypot(other.x - pin.x, other.y - pin.y), field)
        for field in around
        if (other := fields.get(field)) is not None and lies_on(other, pin)
    ]
    return min(found)[1] if found else None


def lies_on(one: MapPin, other: MapPin) -> bool:
    """Whether two pins, each as large as a finger, share a part of the glass."""
    return abs(one.x - other.x) < PIN_DP and abs(one.y - other.y) < PIN_DP


def _field_of(pin: MapPin) -> tuple[int, int]:
    return int(pin.x // PIN_DP), int(pin.y // PIN_DP)


def _merge_pins(one: MapPin, other: MapPin) -> MapPin:
    """In the middle of all their visits."""
    count, more = len(one.visits), len(other.visits)
    x, y = ((a * count + b * more) / (count + more) for a, b in ((one.x, other.x), (one.y, other.y)))
    return MapPin(x, y, one.visits + other.visits)


def _number(visit: MappedVisit) -> int:
    return visit.number


def _join_pins(way: Iterable[UUID], pins: Sequence[MapPin]) -> Iterator[MapPin]:
    """Where one comes to on the way; who stays in a pin comes to nothing new."""
    pin_of = {visit.row.id: pin for pin in pins for visit in pin.visits}
    last: MapPin | None = None
    for id_ in way:
        if (pin := pin_of[id_]) is not last:
            yield pin
        last = pin
