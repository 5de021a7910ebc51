"""The catalogue and what storehouses hold."""

from sqlalchemy import ColumnElement, Numeric, case, cast, func, literal, null, select
from sqlalchemy.sql import FromClause, Select

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.sql import id_of, in_words, known, own, table_of, text_of, through
from twinbase_ebp.settings import ACTIVE_STATES, EbpSettings
from twinbase_ebp.tables import Colleague, Item, ItemFamily, ItemSubFamily, StockItem, Storehouse, Unit
from twinbase_mobile import tables as mobile


def stock_projections(settings: EbpSettings) -> list[Projection]:
    return [_units(), _storehouses(), _families(), _sub_families(), _products(settings), _levels()]


def _units() -> Projection:
    u = table_of(Unit)
    rows = select(
        id_of("Unit", u.c.Id).label("id"),
        u.c.Id.label("source_id"),
        u.c.Id.label("code"),
        u.c.Caption.label("caption"),
        func.coalesce(u.c.Decimals, 0).label("decimals"),
    )
    return Projection(mobile.Unit, "Unit", rows, (own(Unit, "Id"),))


def _storehouses() -> Projection:
    s, c = table_of(Storehouse), table_of(Colleague)
    driver = select(func.min(c.c.Id)).where(c.c.StorehouseId == s.c.Id).scalar_subquery()
    rows = select(
        s.c.Id.label("id"),
        text_of(s.c.Id).label("source_id"),
        s.c.Caption.label("caption"),
        case((driver.is_not(None), literal("van")), else_=literal("depot")).label("kind"),
        func.coalesce(s.c.Main, False).label("is_main"),
        func.coalesce(s.c.Asleep, False).label("asleep"),
        case((driver.is_not(None), id_of("Colleague", driver)), else_=null()).label("owner_id"),
    )
    return Projection(mobile.Storehouse, "Storehouse", rows, (own(Storehouse, "Id"), Feeds(c, _vans_of)))


def _vans_of(changed: FromClause) -> Select[str]:
    """The storehouse that a changed colleague drives now, and the one that was projected as theirs before."""
    c, s = table_of(Colleague), table_of(mobile.Storehouse)
    now = select(text_of(c.c.StorehouseId)).where(c.c.Id.in_(select(changed.c.Id)))
    before = select(s.c.source_id).where(s.c.owner_id.in_(select(id_of("Colleague", changed.c.Id))))
    return select(now.union(before).subquery().c[0])


def _families() -> Projection:
    f = table_of(ItemFamily)
    rows = select(
        id_of("ItemFamily", f.c.Id).label("id"),
        f.c.Id.label("source_id"),
        f.c.Id.label("code"),
        f.c.Caption.label("caption"),
    )
    return Projection(mobile.ProductFamily, "ItemFamily", rows, (own(ItemFamily, "Id"),))


def _sub_families() -> Projection:
    f = table_of(ItemSubFamily)
    rows = select(
        id_of("ItemSubFamily", f.c.Id).label("id"),
        f.c.Id.label("source_id"),
        f.c.Id.label("code"),
        f.c.Caption.label("caption"),
        known(mobile.ProductFamily, id_of("ItemFamily", f.c.ItemFamilyId)).label("parent_id"),
    )
    feeds = (own(ItemSubFamily, "Id"), through(ItemFamily, "Id", ItemSubFamily, "ItemFamilyId"))
    return Projection(mobile.ProductFamily, "ItemSubFamily", rows, feeds)


def _products(settings: EbpSettings) -> Projection:
    i = table_of(Item)
    rows = select(
        id_of("Item", i.c.Id).label("id"),
        i.c.Id.label("source_id"),
        i.c.Id.label("code"),
        i.c.Caption.label("caption"),
        i.c.DesComClear.label("description"),
        in_words(i.c.ItemType, settings.item_kinds, "other").label("kind"),
        known(mobile.ProductFamily, id_of("ItemFamily", i.c.FamilyId)).label("family_id"),
        known(mobile.ProductFamily, id_of("ItemSubFamily", i.c.SubFamilyId)).label("subfamily_id"),
        i.c.BarCode.label("barcode"),
        known(mobile.Unit, id_of("Unit", i.c.UnitId)).label("unit_id"),
        cast(i.c.SalePriceVatExcluded, Numeric(12, 4)).label("price_ht"),
        cast(i.c.SalePriceVatIncluded, Numeric(12, 4)).label("price_ttc"),
        func.coalesce(i.c.ManageStock, False).label("stock_managed"),
        i.c.TrackingMode.label("tracking_mode"),
        in_words(i.c.ActiveState, ACTIVE_STATES).label("state"),
    )
    feeds = (
        own(Item, "Id"),
        through(ItemFamily, "Id", Item, "FamilyId"),
        through(ItemSubFamily, "Id", Item, "SubFamilyId"),
        through(Unit, "Id", Item, "UnitId"),
    )
    return Projection(mobile.Product, "Item", rows, feeds, retire={"state": "sleeping"})


def _levels() -> Projection:
    s, i, w = table_of(StockItem), table_of(Item), table_of(Storehouse)
    rows = (
        select(
            id_of("StockItem", s.c.ItemId, text_of(s.c.StorehouseId)).label("id"),
            func.concat_ws("|", s.c.ItemId, text_of(s.c.StorehouseId)).label("source_id"),
            id_of("Item", s.c.ItemId).label("product_id"),
            s.c.StorehouseId.label("storehouse_id"),
            _quantity(func.coalesce(s.c.RealStock, 0)).label("real_qty"),
            _quantity(func.coalesce(s.c.VirtualStock, 0)).label("virtual_qty"),
            _quantity(func.coalesce(s.c.BookedQuantity, 0)).label("booked_qty"),
            _quantity(s.c.MinStock).label("min_qty"),
            _quantity(s.c.MaxStock).label("max_qty"),
        )
        .join(i, i.c.Id == s.c.ItemId)
        .join(w, w.c.Id == s.c.StorehouseId)
    )
    feeds = (
        own(StockItem, "ItemId", "StorehouseId"),
        Feeds(i, lambda changed: _stock_where(s.c.ItemId.in_(select(changed.c.Id)))),
        Feeds(w, lambda changed: _stock_where(s.c.StorehouseId.in_(select(changed.c.Id)))),
    )
    return Projection(mobile.StockLevel, "StockItem", rows, feeds)


def _stock_where(condition: ColumnElement[bool]) -> Select[str]:
    s = table_of(StockItem)
    return select(func.concat_ws("|", s.c.ItemId, text_of(s.c.StorehouseId))).where(condition)


def _quantity(column: ColumnElement[object]) -> ColumnElement[object]:
    return cast(column, Numeric(14, 3))
