"""Deals and construction sites become projects."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, select

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import link_feed, own_feed, reference_feed
from twinbase_ebp.projections.sql import (
    day_of,
    degrees_of,
    id_of,
    id_of_known_code,
    is_same_key,
    key_of,
    source_id_of,
    table_of,
    word_of,
)
from twinbase_ebp.settings import DEAL_STATES, EbpSettings
from twinbase_ebp.tables import EbpConstructionSite, EbpDeal, EbpDealCustomer
from twinbase_mobile import tables as mobile


def project_projections(settings: EbpSettings) -> list[Projection]:
    return [_deals(), _construction_sites(settings)]


def _deals() -> Projection:
    d = table_of(EbpDeal)
    rows = select(
        id_of("Deal", d.c.Id).label("id"),
        d.c.Id.label("source_id"),
        literal("deal").label("kind"),
        d.c.Id.label("code"),
        d.c.Caption.label("caption"),
        id_of_known_code(mobile.Customer, "Customer", _customer_of(d.c.Id)).label("customer_id"),
        word_of(d.c.DealState, DEAL_STATES).label("state"),
        day_of(d.c.DealDate).label("start_on"),
        d.c.PredictedDuration.label("predicted_hours"),
        d.c.AccomplishedDuration.label("achieved_hours"),
        d.c.NotesClear.label("notes"),
    )
    feeds = (own_feed(EbpDeal), link_feed(EbpDealCustomer, "DealId", EbpDeal), _deals_of_customers())
    return Projection(mobile.Project, "Deal", rows, feeds)


def _customer_of(deal: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whose a deal is: of several customers the one with the smallest code."""
    links = table_of(EbpDealCustomer)
    return select(func.min(key_of(links.c.ThirdId))).where(is_same_key(links.c.DealId, deal)).scalar_subquery()


def _deals_of_customers() -> Feeds:
    customers, links, deals = table_of(mobile.Customer), table_of(EbpDealCustomer), table_of(EbpDeal)

    def keys(changed: FromClause) -> Select[Any]:
        named = select(key_of(customers.c.source_id)).where(customers.c.id.in_(select(changed.c.id)))
        linked_to = select(key_of(links.c.DealId)).where(key_of(links.c.ThirdId).in_(named))
        return select(source_id_of(deals.c.Id)).where(key_of(deals.c.Id).in_(linked_to))

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        codes = select(key_of(links.c.ThirdId)).where(is_same_key(links.c.DealId, wanted))
        return and_(customers.c.source_table == "Customer", key_of(customers.c.source_id).in_(codes))

    return Feeds(customers, keys, source_rows, columns=frozenset())


def _construction_sites(settings: EbpSettings) -> Projection:
    s = table_of(EbpConstructionSite)
    address = func.jsonb_build_object(
        "address1",
        s.c.ConstructionSiteAddress_Address1,
        "zip",
        s.c.ConstructionSiteAddress_ZipCode,
        "city",
        s.c.ConstructionSiteAddress_City,
        "lat",
        degrees_of(s.c.ConstructionSiteAddress_Latitude, 90),
        "lon",
        degrees_of(s.c.ConstructionSiteAddress_Longitude, 180),
    )
    rows = select(
        id_of("ConstructionSite", s.c.Id).label("id"),
        s.c.Id.label("source_id"),
        literal("construction_site").label("kind"),
        s.c.Id.label("code"),
        s.c.Caption.label("caption"),
        id_of_known_code(mobile.Customer, "Customer", s.c.CustomerId).label("customer_id"),
        word_of(s.c.Status, settings.construction_states).label("state"),
        day_of(s.c.StartDate).label("start_on"),
        day_of(s.c.EndDate).label("end_on"),
        address.label("site_snapshot"),
        id_of_known_code(mobile.Project, "Deal", s.c.DealId).label("parent_id"),
        s.c.PredictedDuration.label("predicted_hours"),
        s.c.AccomplishedDuration.label("achieved_hours"),
        s.c.DescriptionClear.label("notes"),
    )
    feeds = (
        own_feed(EbpConstructionSite),
        reference_feed(mobile.Customer, "Customer", EbpConstructionSite, "CustomerId"),
        reference_feed(mobile.Project, "Deal", EbpConstructionSite, "DealId"),
    )
    return Projection(mobile.Project, "ConstructionSite", rows, feeds)
