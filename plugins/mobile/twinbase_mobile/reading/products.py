"""Products as a search shows them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from twinbase.digest import Digest
from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.catalogue import Catalogue, ProductTexts
from twinbase_mobile.reading.columns import columns_of
from twinbase_mobile.tables import Product, ProductFamily, Unit
from twinbase_mobile.tables.kinds import ActiveState, ProductKind

FOUND_MAX = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A product that a search has found, on a device or on the server."""

    id: UUID
    code: str
    caption: str
    barcode: str
    kind: ProductKind
    family: str
    unit: str
    price_ht: Decimal | None
    price_ttc: Decimal | None
    stock_managed: bool


class ProductSearch:
    """The search of one replica: keep one, for it keeps the index between two searches."""

    def __init__(self) -> None:
        self._digest: Digest | None = None
        self._catalogue = Catalogue(())
        self._making = asyncio.Lock()

    async def find(self, session: ReplicaSession, text: str, *, limit: int = FOUND_MAX) -> tuple[Found, ...]:
        """The best products for what was typed: words in any order, their beginnings, codes, bar codes.

        Case, accents and ligatures do not count. Without a word, the catalogue from its beginning.
        """
        catalogue = await self._current(session)
        return await _found(session, catalogue.find(text, limit))

    async def _current(self, session: ReplicaSession) -> Catalogue:
        """The index, made anew when the server has sent other products since."""
        async with self._making:
            digest = await session.read_digest(Product)
            if digest != self._digest:
                texts = await read_active_texts(session)
                self._catalogue, self._digest = await asyncio.to_thread(Catalogue, texts), digest
            return self._catalogue


async def read_active_texts(session: ReplicaSession) -> list[ProductTexts]:
    """What is searched of the products that are sold."""
    p = columns_of(Product)
    query = select(p.id, p.code, p.barcode, p.caption, p.description).where(p.state == ActiveState.ACTIVE)
    return [ProductTexts(*row) for row in await session.execute(query)]


async def _found(session: ReplicaSession, ids: Sequence[UUID]) -> tuple[Found, ...]:
    p, family, unit = columns_of(Product), columns_of(ProductFamily), columns_of(Unit)
    query = (
        select(
            p.id,
            p.code,
            p.caption,
            p.barcode,
            p.kind,
            family.caption,
            unit.code,
            p.price_ht,
            p.price_ttc,
            p.stock_managed,
        )
        .outerjoin_from(Product, ProductFamily, p.family_id == family.id)
        .outerjoin(Unit, p.unit_id == unit.id)
        .where(p.id.in_(ids))
    )
    by_id = {row[0]: _shown(*row) for row in await session.execute(query)}
    return tuple(by_id[id_] for id_ in ids if id_ in by_id)


def _shown(
    id_: UUID,
    code: str,
    caption: str | None,
    barcode: str | None,
    kind: ProductKind,
    family: str | None,
    unit: str | None,
    *rest: object,
) -> Found:
    return Found(id_, code, caption or "", barcode or "", kind, family or "", unit or "", *rest)  # type: ignore[arg-type]
