"""One product: what it is and costs, where it lies, and where it was used last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_time
from twinbase_mobile.reading.stock import NOTHING, read_moved
from twinbase_mobile.tables import (
    Customer,
    Intervention,
    InterventionPart,
    Product,
    ProductFamily,
    StockLevel,
    Storehouse,
    Unit,
    VatRate,
)
from twinbase_mobile.tables.kinds import ProductKind, StorehouseKind

USES_MAX = 10


@dataclass(frozen=True, slots=True)
class StockPlace:
    """How much of a product a storehouse has: `known` by the server, and `moved` by me since. `is_mine`: my van."""

    storehouse_id: UUID
    storehouse: str
    kind: StorehouseKind
    is_mine: bool
    known: Decimal
    moved: Decimal
    booked: Decimal
    minimum: Decimal | None

    @property
    def here(self) -> Decimal:
        return self.known + self.moved


@dataclass(frozen=True, slots=True)
class PartUse:
    """Where a product was used."""

    part_id: UUID
    visit_id: UUID
    visit: str
    customer: str
    start: datetime | None
    quantity: Decimal
    mark: Mark


@dataclass(frozen=True, slots=True)
class ProductSheet:
    """A product with its stock, my van first, and its last uses on my visits, the newest first.

    `places` are those that this device knows of: its van and the main depot, and wherever one moved something to.
    """

    id: UUID
    code: str
    caption: str
    description: str
    barcode: str
    kind: ProductKind
    family: str
    unit: str
    decimals: int
    price_ht: Decimal | None
    price_ttc: Decimal | None
    vat_rate: Decimal | None
    stock_managed: bool
    is_tracked: bool
    places: tuple[StockPlace, ...]
    uses: tuple[PartUse, ...]

    @property
    def in_my_van(self) -> Decimal:
        """In all vans that are mine."""
        return sum((place.here for place in self.places if place.is_mine), NOTHING)


_TEXTS = ("code", "caption", "description", "barcode", "family", "unit")
_VALUES = ("id", "kind", "price_ht", "price_ttc", "vat_rate", "stock_managed")


async def read_product(session: ReplicaSession, me: UUID, id_: UUID, *, zone: Zone = PARIS) -> ProductSheet | None:
    """A product; None when it is not on this device. Seven queries at most."""
    row = (await session.execute(_query().where(columns_of(Product).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    return ProductSheet(
        **_texts(row),
        decimals=row["decimals"] or 0,
        is_tracked=bool(row["tracking_mode"]),
        places=await _places(session, me, id_),
        uses=await _uses(session, id_, zone),
    )


def _texts(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] or "" for name in _TEXTS} | {name: row[name] for name in _VALUES}


def _query() -> Any:
    p, f, u, r = (columns_of(model) for model in (Product, ProductFamily, Unit, VatRate))
    names = ("id", "code", "caption", "description", "barcode", "kind", "price_ht", "price_ttc", "stock_managed")
    labelled = (f.caption.label("family"), u.code.label("unit"), u.decimals.label("decimals"), r.rate.label("vat_rate"))
    return (
        select_columns(Product, *pick(Product, *names, "tracking_mode"), *labelled)
        .outerjoin(ProductFamily, p.family_id == f.id)
        .outerjoin(Unit, p.unit_id == u.id)
        .outerjoin(VatRate, p.vat_rate_id == r.id)
    )


async def _places(session: ReplicaSession, me: UUID, product: UUID) -> tuple[StockPlace, ...]:
    """My vans, the main depot, then the others by name."""
    s, level = columns_of(Storehouse), columns_of(StockLevel)
    moved = {place: quantity for (place, _), quantity in (await read_moved(session, product=product)).items()}
    query = (
        select_columns(
            Storehouse,
            *pick(Storehouse, "id", "caption", "kind", "is_main", "owner_id"),
            *pick(StockLevel, "real_qty", "booked_qty", "min_qty"),
        )
        .outerjoin(StockLevel, (level.storehouse_id == s.id) & (level.product_id == product))
        .where(s.asleep.is_(False), or_(level.id.is_not(None), s.id.in_(list(moved))))
    )
    rows = (await session.execute(query.order_by(s.is_main.desc(), s.caption, s.id))).mappings()
    places = (_place(row, me, moved.get(row["id"], NOTHING)) for row in rows)
    return tuple(sorted(places, key=lambda place: not place.is_mine))


def _place(row: Mapping[Any, Any], me: UUID, moved: Decimal) -> StockPlace:
    return StockPlace(
        storehouse_id=row["id"],
        storehouse=row["caption"] or "",
        kind=row["kind"],
        is_mine=row["owner_id"] == me,
        known=row["real_qty"] or NOTHING,
        moved=moved,
        booked=row["booked_qty"] or NOTHING,
        minimum=row["min_qty"],
    )


async def _uses(session: ReplicaSession, product: UUID, zone: Zone) -> tuple[PartUse, ...]:
    part, v, c = columns_of(InterventionPart), columns_of(Intervention), columns_of(Customer)
    query = (
        select(part.id, v.id, v.title, c.name, v.scheduled_start, part.quantity)
        .join_from(InterventionPart, Intervention, part.intervention_id == v.id)
        .outerjoin(Customer, v.customer_id == c.id)
        .where(part.product_id == product)
        .order_by(v.scheduled_start.desc(), part.id.desc())
        .limit(USES_MAX)
    )
    known: Marks = await read_marks(session, InterventionPart)
    return tuple(
        PartUse(
            id_, visit, title or "", customer or "", local_time(start, zone), quantity,
            known.mark_of(InterventionPart, id_),
        )
        for id_, visit, title, customer, start, quantity in await session.execute(query)
    )  # fmt: skip
