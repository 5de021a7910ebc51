"""The customers on a device: found by name, place or telephone, one page of the list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of
from twinbase_mobile.reading.matching import SearchText
from twinbase_mobile.reading.moments import PARIS, Zone, local_day
from twinbase_mobile.reading.words import fold
from twinbase_mobile.tables import Customer, CustomerSite, MaintenanceContract
from twinbase_mobile.tables.kinds import ActiveState

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in a list. `city`: of the main site; `has_contract`: one is in force today."""

    id: UUID
    code: str
    name: str
    phone: str
    zip_code: str
    city: str
    state: ActiveState
    has_contract: bool


@dataclass(frozen=True, slots=True)
class FoundCustomers:
    """One page of what was found; `total` counts all of it, `on_device` all customers that are here."""

    customers: tuple[CustomerLine, ...]
    total: int
    on_device: int


async def find_customers(
    session: ReplicaSession,
    text: str = "",
    *,
    limit: int = PAGE_ROWS,
    offset: int = 0,
    now: datetime,
    zone: Zone = PARIS,
) -> FoundCustomers:
    """Customers with these words in name, code or the places of their sites, or whose telephone number begins so; by
    name, those first whose name begins with the text. Three queries."""
    c = columns_of(Customer)
    query = select(c.id, c.code, c.name, c.phone, c.mobile, c.state, c.main_site_id)
    rows = (await session.execute(query)).mappings().all()
    sites, asked = await _sites(session), SearchText(text)
    found = [row for row in rows if not asked or _is_meant(asked, row, sites[row["id"]])]
    found.sort(key=lambda row: (asked.rank_of(row["name"] or ""), fold(row["name"] or ""), row["id"]))
    page = found[offset : offset + limit]
    bound = await _with_contract(session, [row["id"] for row in page], local_day(now, zone))
    lines = tuple(_line(row, sites[row["id"]], row["id"] in bound) for row in page)
    return FoundCustomers(lines, len(found), len(rows))


async def _sites(session: ReplicaSession) -> Mapping[UUID, Sequence[Mapping[Any, Any]]]:
    s = columns_of(CustomerSite)
    query = select(s.id, s.customer_id, s.label, s.zip_code, s.city).order_by(s.is_main_delivery.desc(), s.label, s.id)
    sites: dict[UUID, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in (await session.execute(query)).mappings():
        sites[row["customer_id"]].append(row)
    return sites


def _is_meant(asked: SearchText, customer: Mapping[Any, Any], sites: Iterable[Mapping[Any, Any]]) -> bool:
    places = [site[name] for site in sites for name in ("label", "zip_code", "city")]
    return asked.match(
        [customer["name"], customer["code"], *places], [customer["code"], customer["phone"], customer["mobile"]]
    )


async def _with_contract(session: ReplicaSession, customers: Sequence[UUID], day: date) -> set[UUID]:
    """Which of them have a contract that is in force on this day; open ends count as for ever."""
    m = columns_of(MaintenanceContract)
    query = select(m.customer_id).where(
        m.customer_id.in_(customers),
        or_(m.start_on.is_(None), m.start_on <= day),
        or_(m.end_on.is_(None), m.end_on >= day),
    )
    return set((await session.execute(query.distinct())).scalars())


def _line(row: Mapping[Any, Any], sites: Sequence[Mapping[Any, Any]], has_contract: bool) -> CustomerLine:
    main = next((site for site in sites if site["id"] == row["main_site_id"]), sites[0] if sites else {})
    return CustomerLine(
        id=row["id"],
        code=row["code"],
        name=row["name"] or "",
        phone=row["mobile"] or row["phone"] or "",
        zip_code=main.get("zip_code") or "",
        city=main.get("city") or "",
        state=row["state"],
        has_contract=has_contract,
    )
