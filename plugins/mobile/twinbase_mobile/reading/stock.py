"""What is in a technician's van: what the server knows of it, and his own movements that the server does not know."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.deliveries import unsettled_rows
from twinbase_mobile.reading.words import fold
from twinbase_mobile.tables import Product, StockLevel, StockMovement, Storehouse, Unit

LINES_MAX = 5000
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class StockLine:
    """One product in the van. `here`: `known` by the server, and `moved` by movements that its level does not have."""

    product_id: UUID
    code: str
    caption: str
    unit: str
    decimals: int
    known: Decimal
    moved: Decimal
    booked: Decimal
    minimum: Decimal | None
    maximum: Decimal | None

    @property
    def here(self) -> Decimal:
        return self.known + self.moved

    @property
    def is_low(self) -> bool:
        """Less than there should be."""
        return self.minimum is not None and self.here < self.minimum


@dataclass(frozen=True, slots=True)
class Stock:
    """A storehouse and its lines, by caption."""

    storehouse_id: UUID
    storehouse: str
    lines: tuple[StockLine, ...]


async def my_stock(session: ReplicaSession, me: UUID) -> tuple[Stock, ...]:
    """The vans that are mine, usually one. Six queries at most."""
    s = columns_of(Storehouse)
    query = select(s.id, s.caption).where(s.owner_id == me, s.asleep.is_(False)).order_by(s.caption, s.id)
    vans = {row.id: row.caption or "" for row in await session.execute(query)}
    moved = await read_moved(session, list(vans))
    lines = await _levels(session, list(vans), moved)
    return tuple(Stock(van, vans[van], _sorted(lines[van])) for van in vans)


def _sorted(lines: list[StockLine]) -> tuple[StockLine, ...]:
    return tuple(sorted(lines, key=lambda line: (fold(line.caption), line.code, line.product_id)))


async def _levels(
    session: ReplicaSession, vans: list[UUID], moved: Mapping[tuple[UUID, UUID], Decimal]
) -> Mapping[UUID, list[StockLine]]:
    """The lines of each van: of its levels, and of products that it has no level of and that were moved."""
    level, p, u = columns_of(StockLevel), columns_of(Product), columns_of(Unit)
    names = ("product_id", "storehouse_id", "real_qty", "booked_qty", "min_qty", "max_qty")
    product = (*pick(Product, "code", "caption"), u.code.label("unit"), u.decimals.label("decimals"))
    query = select_columns(StockLevel, *pick(StockLevel, *names), *product).join(Product, level.product_id == p.id)
    query = query.outerjoin(Unit, p.unit_id == u.id).where(level.storehouse_id.in_(vans)).limit(LINES_MAX)
    rows = [dict(row) for row in (await session.execute(query)).mappings()]
    rows += await _without_level(session, product, {(row["storehouse_id"], row["product_id"]) for row in rows}, moved)
    lines: dict[UUID, list[StockLine]] = defaultdict(list)
    for row in rows:
        change = moved.get((row["storehouse_id"], row["product_id"]), NOTHING)
        lines[row["storehouse_id"]].append(_line(row, change))
    return lines


async def _without_level(
    session: ReplicaSession,
    product: tuple[Any, ...],
    known: set[tuple[UUID, UUID]],
    moved: Mapping[tuple[UUID, UUID], Decimal],
) -> list[dict[str, Any]]:
    p, u = columns_of(Product), columns_of(Unit)
    missing = [pair for pair in moved if pair not in known]
    query = select_columns(Product, p.id, *product).outerjoin(Unit, p.unit_id == u.id)
    rows = await session.execute(query.where(p.id.in_([product_id for _, product_id in missing])))
    by_id = {row["id"]: row for row in rows.mappings()}
    empty = {"real_qty": NOTHING, "booked_qty": NOTHING, "min_qty": None, "max_qty": None}
    return [
        {**by_id[product_id], **empty, "storehouse_id": van, "product_id": product_id}
        for van, product_id in missing
        if product_id in by_id
    ]


def _line(row: Mapping[str, Any], moved: Decimal) -> StockLine:
    return StockLine(
        product_id=row["product_id"],
        code=row["code"],
        caption=row["caption"] or "",
        unit=row["unit"] or "",
        decimals=row["decimals"] or 0,
        known=row["real_qty"],
        moved=moved,
        booked=row["booked_qty"],
        minimum=row["min_qty"],
        maximum=row["max_qty"],
    )


async def read_moved(
    session: ReplicaSession, vans: Collection[UUID] | None = None, *, product: UUID | None = None
) -> Mapping[tuple[UUID, UUID], Decimal]:
    """By storehouse and product: what my movements put in and took out that the server's level does not have yet; of
    these storehouses, or of this product, where they are given. Three queries at most."""
    m = columns_of(StockMovement)
    open_ids = await unsettled_rows(session, StockMovement)
    query = select(m.id, m.product_id, m.quantity, m.from_storehouse_id, m.to_storehouse_id)
    if vans is not None:
        query = query.where(or_(m.from_storehouse_id.in_(vans), m.to_storehouse_id.in_(vans)))
    if product is not None:
        query = query.where(m.product_id == product)
    moved: dict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
    for row in await session.execute(query):
        for place, quantity in ((row.from_storehouse_id, -row.quantity), (row.to_storehouse_id, row.quantity)):
            if row.id in open_ids and place is not None and (vans is None or place in vans):
                moved[place, row.product_id] += quantity
    return moved
