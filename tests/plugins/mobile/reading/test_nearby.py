"""Who is near: the same sites on the phone and on the server, the same distances within a metre."""

from decimal import Decimal
from math import cos, hypot, radians
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.mobile.reading.company import ME, Company, ident

from twinbase_mobile.reading import Near, distance_metres, nearby_sites
from twinbase_mobile.reading.office import nearby_sites_in_office
from twinbase_mobile.tables import Customer, CustomerSite

TOULOUSE = (43.6045, 1.4442)
PARIS, LYON = (48.8566, 2.3522), (45.7640, 4.8357)
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


def test_paris_and_lyon_are_as_far_apart_as_the_map_says() -> None:
    assert distance_metres(*PARIS, *LYON) == pytest.approx(391_500, abs=500)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(
    lat: float, lon: float, other_lat: float, other_lon: float
) -> None:
    there = distance_metres(lat, lon, other_lat, other_lon)
    assert 0 <= there <= 20_015_115
    assert there == pytest.approx(distance_metres(other_lat, other_lon, lat, lon), abs=0.001)


@given(st.floats(-80, 80), LONGITUDES, st.floats(-0.001, 0.001), st.floats(-0.001, 0.001))
def test_near_by_it_is_what_a_ruler_says(lat: float, lon: float, north: float, east: float) -> None:
    metres = hypot(north * 111_195.08, east * 111_195.08 * cos(radians(lat)))
    assert distance_metres(lat, lon, lat + north, lon + east) == pytest.approx(metres, abs=0.5)


def site(number: int, lat: float | None, lon: float | None, **values: Any) -> CustomerSite:
    places = {name: None if one is None else Decimal(str(round(one, 6))) for name, one in (("lat", lat), ("lon", lon))}
    return CustomerSite(**{"id": ident(100 + number), "customer_id": ident(10), **places, **values})


def customer() -> Customer:
    return Customer(id=ident(10), code="C1", name="Mairie", salesperson_id=ME)


async def here(company: Company, lat: float, lon: float, within_m: float = 20_000, limit: int = 50) -> list[Near]:
    async with company.phone.replica.read() as session:
        return list(await nearby_sites(session, lat, lon, within_m=within_m, limit=limit))


async def test_the_nearest_comes_first_and_what_is_too_far_does_not_come(company: Company) -> None:
    lat, lon = TOULOUSE
    await company.add_and_sync(
        customer(),
        site(1, lat + 0.02, lon, label="Nord", city="Toulouse", zip_code="31200", address1="2 rue"),
        site(2, lat, lon + 0.001),
        site(3, lat + 1, lon),
        site(4, None, None),
        site(5, lat, None),
    )
    found = await here(company, lat, lon)
    assert [one.site_id for one in found] == [ident(102), ident(101)]
    assert (found[1].customer, found[1].label, found[1].address, found[1].zip_code) == (
        "Mairie",
        "Nord",
        "2 rue",
        "31200",
    )
    assert found[1].metres == pytest.approx(2224, abs=1)
    assert [one.site_id for one in await here(company, lat, lon, limit=1)] == [ident(102)]


async def test_phone_and_server_find_the_same_sites(company: Company) -> None:
    """Sites all over the world, close together in some places: at the poles and on the date line too."""
    chance = Random(1)
    centres = [TOULOUSE, (0, 179.99), (-16.5, -179.99), (89.99, 10), (-89.9, -100), (0, 0), LYON]
    spread = [
        (lat + chance.uniform(-0.3, 0.3), (lon + chance.uniform(-0.3, 0.3) + 180) % 360 - 180)
        for lat, lon in centres
        for _ in range(40)
    ]
    sites = [site(n, max(-90.0, min(90.0, lat)), lon) for n, (lat, lon) in enumerate(spread)]
    await company.add_and_sync(customer(), *sites)
    connection = await asyncpg.connect(company.world.database_url)
    radii = (0, 500, 20_000, 60_000, 3_000_000, 30_000_000)
    asked: list[tuple[float, float, float]] = [(*centre, radius) for centre in centres for radius in radii]
    asked += [(chance.uniform(-90, 90), chance.uniform(-180, 180), 10 ** chance.uniform(3, 7)) for _ in range(20)]
    for lat, lon, radius in asked:
        mine = await here(company, lat, lon, radius, 1000)
        theirs = await nearby_sites_in_office(connection, lat, lon, within_m=radius, limit=1000)
        assert {one.site_id for one in mine} == {one.site_id for one in theirs}
        whole = [one for one in sites if distance_metres(lat, lon, float(one.lat or 0), float(one.lon or 0)) <= radius]
        assert {one.site_id for one in mine} == {one.id for one in whole}
        far = {one.site_id: one.metres for one in theirs}
        assert all(abs(one.metres - far[one.site_id]) < 1 for one in mine)
        assert [one.metres for one in mine] == sorted(one.metres for one in mine)
    await connection.close()
