"""The customers that a technician has: those he visits, those he sells to, those of his sector; the nearest of them.

A device holds at most 1,000 customers, unless more are visited. Who is visited comes first, then who is nearest. Near
to what? To the middle of the sites of the customers that are visited, to a tenth of a degree, so that the edge stays
where it is while visits come and go. All of it is exact decimals, or one function of them: the same rows give the same
answer.
"""

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Select,
    Subquery,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from twinbase_mobile.tables.customers import Customer, CustomerSite
from twinbase_mobile.tables.office import Sector
from twinbase_mobile.tables.reference import Colleague

CUSTOMERS_MAX = 1000
ZIP_LETTERS = 10
SqlCondition = ColumnElement[bool]


def is_in_reach(customer: type[Customer], me: BindParameter[Any], visited: Select[Any]) -> SqlCondition:
    """Whether the one who asks (`me`) has this customer. `visited`: the ids of the customers of his visits."""
    ranked = _ranked(me, visited)
    return col(customer.id).in_(select(ranked.c.id).where(or_(ranked.c.visited, ranked.c.place <= CUSTOMERS_MAX)))


def customers_of_my_sector(me: BindParameter[Any]) -> Select[Any]:
    """The ids of the customers that have a site in a sector of mine."""
    site, sector = aliased(CustomerSite), aliased(Sector)
    begins = or_(
        *(
            func.left(col(site.zip_code), letters) == any_(col(sector.zip_prefixes))
            for letters in range(1, ZIP_LETTERS + 1)
        )
    )
    located = col(site.zip_code) != ""
    return select(col(site.customer_id)).join(sector, begins & located).where(_works_in(me, sector))


def _ranked(me: Any, visited: Select[Any]) -> Subquery:
    """All that might be had, each in its place: visited ones first, then by distance, then by id."""
    one = _candidates(me, visited)
    order = (one.c.visited.desc(), one.c.distance.asc().nulls_last(), one.c.id)
    rank = func.row_number().over(order_by=order).label("place")
    return select(one.c.id, one.c.visited, rank).where(or_(one.c.visited, one.c.wanted)).subquery()


def _candidates(me: Any, visited: Select[Any]) -> Subquery:
    customer, middle = aliased(Customer), _middle(visited)
    wanted = or_(
        func.coalesce(col(customer.salesperson_id) == me, False), col(customer.id).in_(customers_of_my_sector(me))
    )
    return (
        select(
            col(customer.id).label("id"),
            col(customer.id).in_(visited).label("visited"),
            wanted.label("wanted"),
            _square_of_distance(customer, middle).label("distance"),
        )
        .join(middle, true())
        .subquery()
    )


def _works_in(me: Any, sector: Any) -> SqlCondition:
    """Named in the sector; or named in none, and it is the one of his own row."""
    own, other = aliased(Colleague), aliased(Sector)
    code = select(col(own.code)).where(col(own.id) == me).scalar_subquery()
    default = select(col(own.sector)).where(col(own.id) == me).scalar_subquery()
    named = exists(select(col(other.code)).where(code == any_(col(other.colleague_codes))))
    return or_(code == any_(col(sector.colleague_codes)), (col(sector.code) == default) & ~named)


def _middle(visited: Select[Any]) -> Subquery:
    site = aliased(CustomerSite)
    lat, lon = (func.round(func.avg(getattr(site, axis)), 1).label(axis) for axis in ("lat", "lon"))
    return select(lat, lon).where(col(site.customer_id).in_(visited)).subquery()


def _square_of_distance(customer: Any, middle: Subquery) -> ColumnElement[Any]:
    """Of the customer's nearest site to the middle, in degrees of latitude; a degree of longitude is shorter."""
    site = aliased(CustomerSite)
    north = cast(col(site.lat) - middle.c.lat, Float)
    east = cast(col(site.lon) - middle.c.lon, Float) * func.cos(func.radians(cast(middle.c.lat, Float)))
    nearest = select(func.min(north * north + east * east)).where(col(site.customer_id) == col(customer.id))
    return nearest.correlate(customer, middle).scalar_subquery()
