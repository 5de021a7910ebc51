"""What stands at customers' places: appliances, the contracts that cover them, the incidents with them."""

from typing import Any

from sqlalchemy import ColumnElement, Table, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from twinbase.projection import Projection
from twinbase_ebp.projections.customers import NO_CUSTOMER
from twinbase_ebp.projections.feeding import (
    belonging_feeds,
    feed_of_kept_ids,
    is_in_ebp,
    link_feed,
    own_feed,
    reference_feed,
)
from twinbase_ebp.projections.sql import (
    day_of,
    id_if_known,
    id_of,
    id_of_known_code,
    instant_of,
    is_same_key,
    is_true,
    table_of,
    word_of,
)
from twinbase_ebp.settings import ACTIVE_STATES, EbpSettings
from twinbase_ebp.tables import (
    EbpCustomer,
    EbpCustomerProduct,
    EbpIncident,
    EbpIncidentCustomerProduct,
    EbpMaintenanceContract,
    EbpMaintenanceContractCustomerProduct,
)
from twinbase_mobile import tables as mobile


def installed_projections() -> list[Projection]:
    return [_equipment(), _contracts()]


def incident_projections(settings: EbpSettings) -> list[Projection]:
    return [_incidents(settings)]


def _equipment() -> Projection:
    e = table_of(EbpCustomerProduct)
    rows = select(
        id_of("CustomerProduct", e.c.Id).label("id"),
        e.c.Id.label("source_id"),
        e.c.Id.label("code"),
        e.c.Caption.label("caption"),
        id_of("Customer", e.c.CustomerId).label("customer_id"),
        id_if_known(mobile.CustomerSite, e.c.DeliveryAddressId).label("site_id"),
        id_of("CustomerProductFamily", e.c.CustomerProductFamilyId).label("family_id"),
        id_of_known_code(mobile.Product, "Item", e.c.ItemId).label("product_id"),
        e.c.TrackingNumber.label("serial_number"),
        e.c.DescriptionClear.label("description"),
        day_of(e.c.LabourEndDate).label("labour_cover_end"),
        day_of(e.c.PartsEndDate).label("parts_cover_end"),
        day_of(e.c.TravelEndDate).label("travel_cover_end"),
        word_of(e.c.ActiveState, ACTIVE_STATES).label("state"),
    )
    feeds = (
        own_feed(EbpCustomerProduct),
        feed_of_kept_ids(EbpCustomerProduct),
        *belonging_feeds(EbpCustomerProduct, "CustomerId", EbpCustomer, mobile.Customer),
        reference_feed(mobile.CustomerSite, "Address", EbpCustomerProduct, "DeliveryAddressId"),
        reference_feed(mobile.Product, "Item", EbpCustomerProduct, "ItemId"),
    )
    return Projection(
        mobile.CustomerEquipment,
        "CustomerProduct",
        rows,
        feeds,
        only={NO_CUSTOMER: is_in_ebp(EbpCustomer, e.c.CustomerId)},
        shared=frozenset({"serial_number", "description"}),
        retire={"state": "sleeping"},
    )


def _contracts() -> Projection:
    m, link = table_of(EbpMaintenanceContract), table_of(EbpMaintenanceContractCustomerProduct)
    rows = select(
        id_of("MaintenanceContract", m.c.Id).label("id"),
        m.c.Id.label("source_id"),
        m.c.Id.label("code"),
        m.c.Caption.label("caption"),
        id_of("Customer", m.c.CustomerId).label("customer_id"),
        day_of(m.c.StartDate).label("start_on"),
        day_of(m.c.EndDate).label("end_on"),
        m.c.Status.label("status"),
        is_true(m.c.ArePartsCovered).label("parts_covered"),
        is_true(m.c.IsLabourCovered).label("labour_covered"),
        is_true(m.c.IsTravelCovered).label("travel_covered"),
        m.c.RemainingCounterNumber.label("remaining_counter"),
        m.c.InterventionPeriodicity_Caption.label("periodicity_text"),
        id_of_known_code(mobile.TravelRate, "TravelExpense", m.c.TravelExpenseId).label("travel_rate_id"),
        _appliances(link, link.c.ContractId, m.c.Id).label("equipment_ids"),
    )
    feeds = (
        own_feed(EbpMaintenanceContract),
        *belonging_feeds(EbpMaintenanceContract, "CustomerId", EbpCustomer, mobile.Customer),
        reference_feed(mobile.TravelRate, "TravelExpense", EbpMaintenanceContract, "TravelExpenseId"),
        link_feed(EbpMaintenanceContractCustomerProduct, "ContractId", EbpMaintenanceContract),
    )
    only = {NO_CUSTOMER: is_in_ebp(EbpCustomer, m.c.CustomerId)}
    return Projection(mobile.MaintenanceContract, "MaintenanceContract", rows, feeds, only=only)


def _incidents(settings: EbpSettings) -> Projection:
    i, link = table_of(EbpIncident), table_of(EbpIncidentCustomerProduct)
    rows = select(
        id_of("Incident", i.c.Id).label("id"),
        i.c.Id.label("source_id"),
        i.c.Id.label("code"),
        i.c.Caption.label("caption"),
        id_of_known_code(mobile.Customer, "Customer", i.c.CustomerId).label("customer_id"),
        id_if_known(mobile.CustomerSite, i.c.AddressId).label("site_id"),
        _appliances(link, link.c.IncidentId, i.c.Id).label("equipment_ids"),
        i.c.DescriptionClear.label("description"),
        literal("normal").label("severity"),
        instant_of(i.c.StartDate, settings.time_zone).label("opened_at"),
        instant_of(i.c.EndDate, settings.time_zone).label("closed_at"),
        word_of(i.c.Status, settings.incident_states).label("status"),
        id_of_known_code(mobile.MaintenanceContract, "MaintenanceContract", i.c.ContractId).label("contract_id"),
        id_of_known_code(mobile.Project, "Deal", i.c.DealId).label("project_id"),
        id_of_known_code(mobile.Colleague, "Colleague", i.c.CreatorColleagueId).label("creator_id"),
    )
    feeds = (
        own_feed(EbpIncident),
        feed_of_kept_ids(EbpIncident),
        reference_feed(mobile.Customer, "Customer", EbpIncident, "CustomerId"),
        reference_feed(mobile.CustomerSite, "Address", EbpIncident, "AddressId"),
        reference_feed(mobile.MaintenanceContract, "MaintenanceContract", EbpIncident, "ContractId"),
        reference_feed(mobile.Project, "Deal", EbpIncident, "DealId"),
        reference_feed(mobile.Colleague, "Colleague", EbpIncident, "CreatorColleagueId"),
        link_feed(EbpIncidentCustomerProduct, "IncidentId", EbpIncident),
    )
    return Projection(mobile.Incident, "Incident", rows, feeds, shared=frozenset({"severity"}))


def _appliances(link: Table, owner: ColumnElement[Any], of: ColumnElement[Any]) -> ColumnElement[Any]:
    """The ids of the appliances that an owner's links name, in the order of the links."""
    equipment = id_of("CustomerProduct", link.c.CustomerProductId)
    return (
        select(func.coalesce(func.jsonb_agg(aggregate_order_by(equipment, link.c.Id)), func.jsonb_build_array()))
        .where(is_same_key(owner, of), link.c.CustomerProductId.is_not(None))
        .scalar_subquery()
    )
