"""Customers, and what is theirs."""

from sqlalchemy import Column, ColumnElement, Date, Numeric, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.sql import FromClause, Select

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.sql import id_of, in_words, known, own, table_of, text_of, through
from twinbase_ebp.settings import ACTIVE_STATES, DEAL_STATES
from twinbase_ebp.tables import (
    Address,
    Colleague,
    ConstructionSite,
    Contact,
    Customer,
    CustomerProduct,
    Deal,
    DealCustomer,
    Item,
    MaintenanceContract,
    MaintenanceContractCustomerProduct,
)
from twinbase_mobile import tables as mobile


def customer_projections() -> list[Projection]:
    return [_customers(), _sites(), _contacts(), _equipment(), _contracts(), _deals(), _construction_sites()]


def _customers() -> Projection:
    c = table_of(Customer)
    rows = select(
        id_of("Customer", c.c.Id).label("id"),
        c.c.Id.label("source_id"),
        c.c.Id.label("code"),
        c.c.Name.label("name"),
        c.c.Civility.label("civility"),
        func.coalesce(c.c.NaturalPerson, False).label("is_person"),
        in_words(c.c.ActiveState, ACTIVE_STATES).label("state"),
        _first(c.c.MainDeliveryContact_Phone, c.c.MainInvoicingContact_Phone).label("phone"),
        _first(c.c.MainDeliveryContact_CellPhone, c.c.MainInvoicingContact_CellPhone).label("mobile"),
        _first(c.c.MainDeliveryContact_Email, c.c.MainInvoicingContact_Email).label("email"),
        known(mobile.Colleague, id_of("Colleague", c.c.ColleagueId)).label("salesperson_id"),
        c.c.NotesClear.label("notes"),
        c.c.TechnicalSheetClear.label("technical_sheet"),
    )
    feeds = (own(Customer, "Id"), through(Colleague, "Id", Customer, "ColleagueId"))
    return Projection(mobile.Customer, "Customer", rows, feeds, retire={"state": "sleeping"})


def _sites() -> Projection:
    a, c = table_of(Address), table_of(Customer)
    rows = select(
        a.c.Id.label("id"),
        text_of(a.c.Id).label("source_id"),
        id_of("Customer", a.c.AssociatedCustomerId).label("customer_id"),
        a.c.AddressFields_Description.label("label"),
        a.c.AddressFields_Address1.label("address1"),
        a.c.AddressFields_Address2.label("address2"),
        a.c.AddressFields_Address3.label("address3"),
        a.c.AddressFields_Address4.label("address4"),
        a.c.AddressFields_ZipCode.label("zip_code"),
        a.c.AddressFields_City.label("city"),
        a.c.AddressFields_CountryIsoCode.label("country"),
        cast(a.c.AddressFields_Latitude, Numeric(9, 6)).label("lat"),
        cast(a.c.AddressFields_Longitude, Numeric(9, 6)).label("lon"),
        func.coalesce(a.c.IsMainDelivery, False).label("is_main_delivery"),
        func.coalesce(a.c.IsMainInvoicing, False).label("is_main_invoicing"),
    ).join(c, c.c.Id == a.c.AssociatedCustomerId)
    feeds = (own(Address, "Id"), through(Customer, "Id", Address, "AssociatedCustomerId"))
    return Projection(mobile.CustomerSite, "Address", rows, feeds, shared=frozenset({"lat", "lon"}))


def _contacts() -> Projection:
    k, c = table_of(Contact), table_of(Customer)
    rows = select(
        k.c.Id.label("id"),
        text_of(k.c.Id).label("source_id"),
        id_of("Customer", k.c.AssociatedCustomerId).label("customer_id"),
        k.c.ContactFields_Civility.label("civility"),
        k.c.ContactFields_Name.label("last_name"),
        k.c.ContactFields_FirstName.label("first_name"),
        k.c.ContactFields_Phone.label("phone"),
        k.c.ContactFields_CellPhone.label("mobile"),
        k.c.ContactFields_Email.label("email"),
        k.c.ContactFields_Function.label("function"),
        k.c.ContactFields_Department.label("department"),
        _either(k.c.IsMainDelivery, k.c.IsMainInvoicing).label("is_main"),
    ).join(c, c.c.Id == k.c.AssociatedCustomerId)
    feeds = (own(Contact, "Id"), through(Customer, "Id", Contact, "AssociatedCustomerId"))
    shared = {"civility", "last_name", "first_name", "phone", "mobile", "email", "function", "department"}
    return Projection(mobile.Contact, "Contact", rows, feeds, shared=frozenset(shared))


def _equipment() -> Projection:
    e, c = table_of(CustomerProduct), table_of(Customer)
    rows = select(
        id_of("CustomerProduct", e.c.Id).label("id"),
        e.c.Id.label("source_id"),
        e.c.Id.label("code"),
        e.c.Caption.label("caption"),
        id_of("Customer", e.c.CustomerId).label("customer_id"),
        known(mobile.CustomerSite, e.c.DeliveryAddressId).label("site_id"),
        known(mobile.Product, id_of("Item", e.c.ItemId)).label("product_id"),
        e.c.TrackingNumber.label("serial_number"),
        e.c.DescriptionClear.label("description"),
        cast(e.c.LabourEndDate, Date).label("labour_cover_end"),
        cast(e.c.PartsEndDate, Date).label("parts_cover_end"),
        cast(e.c.TravelEndDate, Date).label("travel_cover_end"),
        in_words(e.c.ActiveState, ACTIVE_STATES).label("state"),
    ).join(c, c.c.Id == e.c.CustomerId)
    feeds = (
        own(CustomerProduct, "Id"),
        through(Customer, "Id", CustomerProduct, "CustomerId"),
        through(Address, "Id", CustomerProduct, "DeliveryAddressId"),
        through(Item, "Id", CustomerProduct, "ItemId"),
    )
    shared = frozenset({"serial_number", "description"})
    return Projection(
        mobile.CustomerEquipment, "CustomerProduct", rows, feeds, shared=shared, retire={"state": "sleeping"}
    )


def _contracts() -> Projection:
    m, c, link = table_of(MaintenanceContract), table_of(Customer), table_of(MaintenanceContractCustomerProduct)
    equipment = id_of("CustomerProduct", link.c.CustomerProductId)
    equipment_ids = (
        select(func.coalesce(func.jsonb_agg(aggregate_order_by(equipment, link.c.Id)), cast("[]", JSONB)))
        .where(link.c.ContractId == m.c.Id)
        .scalar_subquery()
    )
    rows = select(
        id_of("MaintenanceContract", m.c.Id).label("id"),
        m.c.Id.label("source_id"),
        m.c.Id.label("code"),
        m.c.Caption.label("caption"),
        id_of("Customer", m.c.CustomerId).label("customer_id"),
        cast(m.c.StartDate, Date).label("start_on"),
        cast(m.c.EndDate, Date).label("end_on"),
        m.c.Status.label("status"),
        func.coalesce(m.c.ArePartsCovered, False).label("parts_covered"),
        func.coalesce(m.c.IsLabourCovered, False).label("labour_covered"),
        func.coalesce(m.c.IsTravelCovered, False).label("travel_covered"),
        cast(m.c.RemainingCounterNumber, Numeric(12, 2)).label("remaining_counter"),
        m.c.InterventionPeriodicity_Caption.label("periodicity_text"),
        equipment_ids.label("equipment_ids"),
    ).join(c, c.c.Id == m.c.CustomerId)
    feeds = (
        own(MaintenanceContract, "Id"),
        through(Customer, "Id", MaintenanceContract, "CustomerId"),
        Feeds(link, _covering),
    )
    return Projection(mobile.MaintenanceContract, "MaintenanceContract", rows, feeds)


def _covering(changed: FromClause) -> Select[str]:
    """The contract of a changed link; when a link is gone nobody can tell whose it was, so all are looked at."""
    m, link = table_of(MaintenanceContract), table_of(MaintenanceContractCustomerProduct)
    gone = select(changed.c.Id).where(changed.c.Id.not_in(select(link.c.Id))).exists()
    covering = select(link.c.ContractId).where(link.c.Id.in_(select(changed.c.Id)))
    return select(text_of(m.c.Id)).where(or_(m.c.Id.in_(covering), gone))


def _deals() -> Projection:
    d, link = table_of(Deal), table_of(DealCustomer)
    third = select(func.min(link.c.ThirdId)).where(link.c.DealId == d.c.Id).scalar_subquery()
    rows = select(
        id_of("Deal", d.c.Id).label("id"),
        d.c.Id.label("source_id"),
        literal("deal").label("kind"),
        d.c.Id.label("code"),
        d.c.Caption.label("caption"),
        known(mobile.Customer, id_of("Customer", third)).label("customer_id"),
        in_words(d.c.DealState, DEAL_STATES).label("state"),
        cast(d.c.DealDate, Date).label("start_on"),
        _hours(d.c.PredictedDuration).label("predicted_hours"),
        _hours(d.c.AccomplishedDuration).label("achieved_hours"),
        d.c.NotesClear.label("notes"),
    )
    return Projection(mobile.Project, "Deal", rows, (own(Deal, "Id"), Feeds(link, _deals_of)))


def _deals_of(changed: FromClause) -> Select[str]:
    """The deal of a changed link; when a link is gone all are looked at."""
    d, link = table_of(Deal), table_of(DealCustomer)
    gone = select(changed.c.Id).where(changed.c.Id.not_in(select(link.c.Id))).exists()
    linked = select(link.c.DealId).where(link.c.Id.in_(select(changed.c.Id)))
    return select(text_of(d.c.Id)).where(or_(d.c.Id.in_(linked), gone))


def _construction_sites() -> Projection:
    s = table_of(ConstructionSite)
    address = func.jsonb_build_object(
        "address1", s.c.ConstructionSiteAddress_Address1,
        "zip", s.c.ConstructionSiteAddress_ZipCode,
        "city", s.c.ConstructionSiteAddress_City,
        "lat", s.c.ConstructionSiteAddress_Latitude,
        "lon", s.c.ConstructionSiteAddress_Longitude,
    )  # fmt: skip
    rows = select(
        id_of("ConstructionSite", s.c.Id).label("id"),
        s.c.Id.label("source_id"),
        literal("construction_site").label("kind"),
        s.c.Id.label("code"),
        s.c.Caption.label("caption"),
        known(mobile.Customer, id_of("Customer", s.c.CustomerId)).label("customer_id"),
        text_of(s.c.Status).label("state"),
        cast(s.c.StartDate, Date).label("start_on"),
        cast(s.c.EndDate, Date).label("end_on"),
        address.label("site_snapshot"),
        known(mobile.Project, id_of("Deal", s.c.DealId)).label("parent_id"),
        _hours(s.c.PredictedDuration).label("predicted_hours"),
        _hours(s.c.AccomplishedDuration).label("achieved_hours"),
        s.c.DescriptionClear.label("notes"),
    )
    feeds = (
        own(ConstructionSite, "Id"),
        through(Customer, "Id", ConstructionSite, "CustomerId"),
        through(Deal, "Id", ConstructionSite, "DealId"),
    )
    return Projection(mobile.Project, "ConstructionSite", rows, feeds)


def _first(*columns: Column[str]) -> ColumnElement[str]:
    """The first that says something: EBP writes empty text as well as NULL."""
    return func.coalesce(*(func.nullif(column, "") for column in columns))


def _either(*columns: Column[bool]) -> ColumnElement[bool]:
    return or_(*(func.coalesce(column, False) for column in columns))


def _hours(column: ColumnElement[object]) -> ColumnElement[object]:
    return cast(column, Numeric(9, 2))
