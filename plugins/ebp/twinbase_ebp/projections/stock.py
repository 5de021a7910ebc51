"""The catalogue and what storehouses hold."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, exists, func, literal, select

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import belonging_feeds, is_in_ebp, own_feed, reference_feed, unite
from twinbase_ebp.projections.sql import (
    id_if_known,
    id_of,
    id_of_known_code,
    is_same_key,
    is_true,
    source_id_of,
    table_of,
    text_of,
    word_of,
)
from twinbase_ebp.settings import ACTIVE_STATES, EbpSettings
from twinbase_ebp.tables import (
    EbpColleague,
    EbpConstructionSite,
    EbpItem,
    EbpItemFamily,
    EbpItemSubFamily,
    EbpStockItem,
    EbpStorehouse,
    EbpTravelExpense,
    EbpUnit,
    EbpVat,
)
from twinbase_mobile import tables as mobile


def stock_projections(settings: EbpSettings) -> list[Projection]:
    return [
        _units(), _vat_rates(), _storehouses(), _families(), _sub_families(), _products(settings), _travel_rates(),
        _levels(),
    ]  # fmt: skip


def _units() -> Projection:
    u = table_of(EbpUnit)
    rows = select(
        id_of("Unit", u.c.Id).label("id"),
        u.c.Id.label("source_id"),
        u.c.Id.label("code"),
        u.c.Caption.label("caption"),
        func.coalesce(u.c.Decimals, 0).label("decimals"),
        u.c.UnitType.label("unit_type"),
        u.c.ConversionRate.label("conversion_rate"),
    )
    return Projection(mobile.Unit, "Unit", rows, (own_feed(EbpUnit),))


def _vat_rates() -> Projection:
    v = table_of(EbpVat)
    rows = select(
        v.c.Id.label("id"),
        text_of(v.c.Id).label("source_id"),
        v.c.Rate.label("rate"),
        v.c.Description.label("caption"),
        is_true(v.c.Inactive).label("inactive"),
    )
    return Projection(mobile.VatRate, "Vat", rows, (own_feed(EbpVat),))


def _travel_rates() -> Projection:
    t = table_of(EbpTravelExpense)
    rows = select(
        id_of("TravelExpense", t.c.Id).label("id"),
        t.c.Id.label("source_id"),
        t.c.Id.label("code"),
        t.c.Caption.label("caption"),
        t.c.AmountVatExcluded.label("price_ht"),
        t.c.AmountVatIncluded.label("price_ttc"),
        id_of_known_code(mobile.Product, "Item", t.c.ReferenceItemId).label("product_id"),
    )
    feeds = (own_feed(EbpTravelExpense), reference_feed(mobile.Product, "Item", EbpTravelExpense, "ReferenceItemId"))
    return Projection(mobile.TravelRate, "TravelExpense", rows, feeds)


def _storehouses() -> Projection:
    """A van is the storehouse of a colleague (assumed of its use, not of its name); of two drivers one owns it."""
    s, c, k = table_of(EbpStorehouse), table_of(EbpColleague), table_of(EbpConstructionSite)
    driver = select(func.min(c.c.Id)).where(c.c.StorehouseId == s.c.Id).scalar_subquery()
    on_site = exists().where(k.c.StorehouseId == s.c.Id)
    rows = select(
        s.c.Id.label("id"),
        text_of(s.c.Id).label("source_id"),
        s.c.Caption.label("caption"),
        case((driver.is_not(None), "van"), (on_site, "site"), else_="depot").label("kind"),
        is_true(s.c.Main).label("is_main"),
        is_true(s.c.Asleep).label("asleep"),
        id_of("Colleague", driver).label("owner_id"),
    )
    # Storehouses are few: when anybody changes hands, all are looked at.
    feeds = (own_feed(EbpStorehouse), _all_storehouses(EbpColleague), _all_storehouses(EbpConstructionSite))
    return Projection(mobile.Storehouse, "Storehouse", rows, feeds)


def _all_storehouses(holder: Any) -> Feeds:
    """The storehouses of changed holders now, and every one that is held: it may have been theirs before."""
    holders, s, held = table_of(holder), table_of(EbpStorehouse), table_of(mobile.Storehouse)

    def keys(changed: FromClause) -> Select[Any]:
        now = select(text_of(holders.c.StorehouseId)).where(holders.c.Id.in_(select(changed.c.Id)))
        before = select(held.c.source_id).where(held.c.kind != "depot", exists(select(changed.c.Id)))
        return unite(now, before)

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        return holders.c.StorehouseId.in_(select(s.c.Id).where(text_of(s.c.Id) == wanted))

    return Feeds(holders, keys, source_rows)


def _families() -> Projection:
    f = table_of(EbpItemFamily)
    rows = select(
        id_of("ItemFamily", f.c.Id).label("id"),
        f.c.Id.label("source_id"),
        f.c.Id.label("code"),
        f.c.Caption.label("caption"),
    )
    return Projection(mobile.ProductFamily, "ItemFamily", rows, (own_feed(EbpItemFamily),))


def _sub_families() -> Projection:
    f = table_of(EbpItemSubFamily)
    rows = select(
        id_of("ItemSubFamily", f.c.Id).label("id"),
        f.c.Id.label("source_id"),
        f.c.Id.label("code"),
        f.c.Caption.label("caption"),
        id_of_known_code(mobile.ProductFamily, "ItemFamily", f.c.ItemFamilyId).label("parent_id"),
    )
    feeds = (
        own_feed(EbpItemSubFamily),
        reference_feed(mobile.ProductFamily, "ItemFamily", EbpItemSubFamily, "ItemFamilyId"),
    )
    return Projection(mobile.ProductFamily, "ItemSubFamily", rows, feeds)


def _products(settings: EbpSettings) -> Projection:
    i = table_of(EbpItem)
    rows = select(
        id_of("Item", i.c.Id).label("id"),
        i.c.Id.label("source_id"),
        i.c.Id.label("code"),
        i.c.Caption.label("caption"),
        i.c.DesComClear.label("description"),
        word_of(i.c.ItemType, settings.item_kinds, "other").label("kind"),
        id_of_known_code(mobile.ProductFamily, "ItemFamily", i.c.FamilyId).label("family_id"),
        id_of_known_code(mobile.ProductFamily, "ItemSubFamily", i.c.SubFamilyId).label("subfamily_id"),
        i.c.BarCode.label("barcode"),
        id_of_known_code(mobile.Unit, "Unit", i.c.UnitId).label("unit_id"),
        i.c.SalePriceVatExcluded.label("price_ht"),
        i.c.SalePriceVatIncluded.label("price_ttc"),
        id_if_known(mobile.VatRate, i.c.VatId).label("vat_rate_id"),
        is_true(i.c.ManageStock).label("stock_managed"),
        i.c.TrackingMode.label("tracking_mode"),
        word_of(i.c.ActiveState, ACTIVE_STATES).label("state"),
    )
    feeds = (
        own_feed(EbpItem),
        reference_feed(mobile.ProductFamily, "ItemFamily", EbpItem, "FamilyId"),
        reference_feed(mobile.ProductFamily, "ItemSubFamily", EbpItem, "SubFamilyId"),
        reference_feed(mobile.Unit, "Unit", EbpItem, "UnitId"),
        reference_feed(mobile.VatRate, "Vat", EbpItem, "VatId"),
    )
    return Projection(mobile.Product, "Item", rows, feeds, retire={"state": "sleeping"})


def _levels() -> Projection:
    s, w = table_of(EbpStockItem), table_of(EbpStorehouse)
    rows = select(
        id_of("StockItem", s.c.ItemId, s.c.StorehouseId).label("id"),
        source_id_of(s.c.ItemId, s.c.StorehouseId).label("source_id"),
        id_of("Item", s.c.ItemId).label("product_id"),
        s.c.StorehouseId.label("storehouse_id"),
        func.coalesce(s.c.RealStock, literal(0)).label("real_qty"),
        func.coalesce(s.c.VirtualStock, literal(0)).label("virtual_qty"),
        func.coalesce(s.c.BookedQuantity, literal(0)).label("booked_qty"),
        s.c.MinStock.label("min_qty"),
        s.c.MaxStock.label("max_qty"),
    )
    only = {
        "Its product is not in EBP.": is_in_ebp(EbpItem, s.c.ItemId),
        "Its storehouse is not in EBP.": exists().where(is_same_key(w.c.Id, s.c.StorehouseId)),
    }
    feeds = (
        own_feed(EbpStockItem),
        *belonging_feeds(EbpStockItem, "ItemId", EbpItem, mobile.Product),
        *belonging_feeds(EbpStockItem, "StorehouseId", EbpStorehouse, mobile.Storehouse),
    )
    return Projection(mobile.StockLevel, "StockItem", rows, feeds, only=only)
