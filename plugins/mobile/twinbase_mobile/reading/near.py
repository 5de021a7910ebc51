"""Who is near: sites of customers round a place, nearest first, on a device and on the server.

The earth is a ball here, on both sides: the same distances within a metre, and less than one per cent from the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import Columns, columns_of
from twinbase_mobile.tables import Customer, CustomerSite

EARTH_RADIUS_M = 6_371_008.7714150598
"""The mean radius, (2a + b) / 3 of WGS 84: PostGIS takes the same one for its sphere."""
NEAR_MAX = 50


@dataclass(frozen=True, slots=True)
class Near:
    """A site of a customer, and how far it is as the crow flies."""

    site_id: UUID
    customer_id: UUID
    customer: str
    label: str
    address: str
    zip_code: str
    city: str
    lat: Decimal
    lon: Decimal
    metres: float


def distance_metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two places on the ball (haversine)."""
    north, east = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(north) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


async def nearby_sites(
    session: ReplicaSession, lat: float, lon: float, *, within_m: float = 20_000, limit: int = NEAR_MAX
) -> tuple[Near, ...]:
    """The sites on this device within so many metres of a place, nearest first. Sites without coordinates are not."""
    s, c = columns_of(CustomerSite), columns_of(Customer)
    query = (
        select(s.id, s.customer_id, c.name, s.label, s.address1, s.zip_code, s.city, s.lat, s.lon)
        .join_from(CustomerSite, Customer, s.customer_id == c.id)
        .where(_in_box(s, lat, lon, within_m))
    )
    found = (
        near_of(row, distance_metres(lat, lon, float(row.lat), float(row.lon))) for row in await session.execute(query)
    )
    near = sorted((one for one in found if one.metres <= within_m), key=lambda one: (one.metres, one.site_id))
    return tuple(near[:limit])


def near_of(row: Sequence[Any], metres: float) -> Near:
    """A site from its columns, those of `Near` without the metres."""
    site_id, customer_id, *texts, lat, lon = row
    customer, label, address, zip_code, city = (text or "" for text in texts)
    return Near(site_id, customer_id, customer, label, address, zip_code, city, lat, lon, metres)


def _in_box(s: Columns, lat: float, lon: float, within_m: float) -> ColumnElement[bool]:
    """What is not in this box cannot be in the circle; over the date line the box is in two pieces."""
    north = degrees(within_m / EARTH_RADIUS_M) * 1.0001 + 0.000001
    south_end, north_end = _rounded(lat - north), _rounded(lat + north)
    rows = and_(s.lat.is_not(None), s.lon.is_not(None), s.lat >= south_end, s.lat <= north_end)
    east = _half_width(lat, within_m)
    if east >= 180:
        return rows
    west_end, east_end = lon - east, lon + east
    columns = and_(s.lon >= _rounded(west_end), s.lon <= _rounded(east_end))
    if west_end < -180:
        columns = or_(columns, s.lon >= _rounded(west_end + 360))
    if east_end > 180:
        columns = or_(columns, s.lon <= _rounded(east_end - 360))
    return and_(rows, columns)


def _half_width(lat: float, within_m: float) -> float:
    """How many degrees of longitude the circle reaches to either side; all of them when a pole is in it."""
    angle = within_m / EARTH_RADIUS_M
    if abs(lat) + degrees(angle) >= 89.99:
        return 180.0
    return degrees(asin(min(1.0, sin(angle) / cos(radians(lat))))) * 1.0001 + 0.000001


def _rounded(angle: float) -> Decimal:
    return Decimal(angle).quantize(Decimal("0.000001"))
