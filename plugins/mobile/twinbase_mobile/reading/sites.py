"""Where a customer is, and what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks
from twinbase_mobile.tables import Customer, CustomerEquipment, CustomerSite, Product
from twinbase_mobile.tables.kinds import ActiveState

ROWS_MAX = 200
COVERS = ("parts", "labour", "travel")
"""What a guarantee or a contract may cover."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """An appliance of the customer. `covered`: what its own guarantee still covers today."""

    id: UUID
    code: str
    caption: str
    product: str
    serial_number: str
    location_in_site: str
    installed_on: date | None
    covered: tuple[str, ...]
    state: ActiveState
    mark: Mark


@dataclass(frozen=True, slots=True)
class Site:
    """An address of the customer, and the appliances that stand there."""

    id: UUID
    label: str
    address: tuple[str, ...]
    zip_code: str
    city: str
    lat: Decimal | None
    lon: Decimal | None
    access_notes: str
    is_main: bool
    equipment: tuple[Equipment, ...]
    mark: Mark


async def equipment_of(
    session: ReplicaSession, customer: UUID, day: date, known: Marks
) -> list[tuple[UUID | None, Equipment]]:
    """Each with the site where it stands."""
    e, p = columns_of(CustomerEquipment), columns_of(Product)
    names = (
        "id",
        "site_id",
        "code",
        "caption",
        "serial_number",
        "location_in_site",
        "installed_on",
        "state",
        *(f"{what}_cover_end" for what in COVERS),
    )
    query = select_columns(CustomerEquipment, *pick(CustomerEquipment, *names), p.caption.label("product"))
    query = query.outerjoin(Product, e.product_id == p.id).where(e.customer_id == customer)
    rows = (await session.execute(query.order_by(e.caption, e.id).limit(ROWS_MAX))).mappings()
    return [(row["site_id"], _appliance(row, day, known)) for row in rows]


def _appliance(row: Mapping[Any, Any], day: date, known: Marks) -> Equipment:
    ends = {what: row[f"{what}_cover_end"] for what in COVERS}
    return Equipment(
        id=row["id"],
        code=row["code"] or "",
        caption=row["caption"] or row["product"] or "",
        product=row["product"] or "",
        serial_number=row["serial_number"] or "",
        location_in_site=row["location_in_site"] or "",
        installed_on=row["installed_on"],
        covered=tuple(what for what, end in ends.items() if end is not None and end >= day),
        state=row["state"],
        mark=known.mark_of(CustomerEquipment, row["id"]),
    )


async def sites_of(
    session: ReplicaSession, customer: UUID, equipment: list[tuple[UUID | None, Equipment]], known: Marks
) -> tuple[Site, ...]:
    """The main one first."""
    s, c = columns_of(CustomerSite), columns_of(Customer)
    lines = tuple(f"address{number}" for number in range(1, 5))
    names = ("id", "label", *lines, "zip_code", "city", "lat", "lon", "access_notes", "is_main_delivery")
    query = select_columns(CustomerSite, *pick(CustomerSite, *names), c.main_site_id.label("main_site_id"))
    query = query.join(Customer, s.customer_id == c.id).where(s.customer_id == customer).limit(ROWS_MAX)
    rows = (await session.execute(query.order_by(s.is_main_delivery.desc(), s.label, s.id))).mappings()
    found = tuple(
        Site(
            id=row["id"],
            label=row["label"] or "",
            address=tuple(row[line] for line in lines if row[line]),
            zip_code=row["zip_code"] or "",
            city=row["city"] or "",
            lat=row["lat"],
            lon=row["lon"],
            access_notes=row["access_notes"] or "",
            is_main=row["id"] == row["main_site_id"] if row["main_site_id"] else row["is_main_delivery"],
            equipment=tuple(one for site, one in equipment if site == row["id"]),
            mark=known.mark_of(CustomerSite, row["id"]),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda site: not site.is_main))
