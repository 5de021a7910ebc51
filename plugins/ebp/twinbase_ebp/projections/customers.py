"""Customers, their sites and their contacts."""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import FromClause

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import (
    belonging_feeds,
    feed_of_kept_ids,
    is_in_ebp,
    own_feed,
    reference_feed,
    unite,
)
from twinbase_ebp.projections.sql import (
    degrees_of,
    first_of,
    id_of,
    id_of_known_code,
    id_to_keep,
    is_any_true,
    is_same_key,
    is_true,
    key_of,
    source_id_of,
    table_of,
    text_of,
    text_or_null,
    word_of,
)
from twinbase_ebp.settings import ACTIVE_STATES
from twinbase_ebp.tables import EbpAddress, EbpContact, EbpCustomer
from twinbase_mobile import tables as mobile

NO_CUSTOMER = "Its customer is not in EBP."
POSITION = frozenset({"lat", "lon", "gps_source"})
MADE_UP = "Customer.MainDeliveryAddress"
"""Where the site of a customer comes from whose main address has no row of its own."""


def customer_projections() -> list[Projection]:
    return [_customers(), _sites(), _made_up_sites(), _contacts()]


def _customers() -> Projection:
    c, main = table_of(EbpCustomer), _main_addresses()
    rows = select(
        id_of("Customer", c.c.Id).label("id"),
        c.c.Id.label("source_id"),
        c.c.Id.label("code"),
        c.c.Name.label("name"),
        c.c.Civility.label("civility"),
        is_true(c.c.NaturalPerson).label("is_person"),
        word_of(c.c.ActiveState, ACTIVE_STATES).label("state"),
        first_of(c.c.MainDeliveryContact_Phone, c.c.MainInvoicingContact_Phone).label("phone"),
        first_of(c.c.MainDeliveryContact_CellPhone, c.c.MainInvoicingContact_CellPhone).label("mobile"),
        first_of(c.c.MainDeliveryContact_Email, c.c.MainInvoicingContact_Email).label("email"),
        func.coalesce(main.c.id, case((_has_address(c), _made_up_id(c)))).label("main_site_id"),
        id_of_known_code(mobile.Colleague, "Colleague", c.c.ColleagueId).label("salesperson_id"),
        id_of_known_code(mobile.TravelRate, "TravelExpense", c.c.TravelExpenseId).label("travel_rate_id"),
        c.c.NotesClear.label("notes"),
        c.c.TechnicalSheetClear.label("technical_sheet"),
    ).outerjoin_from(c, main, main.c.code == key_of(c.c.Id))
    feeds = (
        own_feed(EbpCustomer),
        reference_feed(mobile.Colleague, "Colleague", EbpCustomer, "ColleagueId"),
        reference_feed(mobile.TravelRate, "TravelExpense", EbpCustomer, "TravelExpenseId"),
        _addresses_of(),
    )
    return Projection(mobile.Customer, "Customer", rows, feeds, retire={"state": "sleeping"})


def _sites() -> Projection:
    a = table_of(EbpAddress)
    rows = select(
        a.c.Id.label("id"),
        text_of(a.c.Id).label("source_id"),
        id_of("Customer", a.c.AssociatedCustomerId).label("customer_id"),
        *_address(a, "AddressFields_"),
        is_true(a.c.IsMainDelivery).label("is_main_delivery"),
        is_true(a.c.IsMainInvoicing).label("is_main_invoicing"),
    )
    feeds = (own_feed(EbpAddress), *belonging_feeds(EbpAddress, "AssociatedCustomerId", EbpCustomer, mobile.Customer))
    only = {NO_CUSTOMER: is_in_ebp(EbpCustomer, a.c.AssociatedCustomerId)}
    return Projection(mobile.CustomerSite, "Address", rows, feeds, only=only, shared=POSITION, together=(POSITION,))


def _made_up_sites() -> Projection:
    c, main = table_of(EbpCustomer), _main_addresses()
    rows = select(
        _made_up_id(c).label("id"),
        c.c.Id.label("source_id"),
        id_of("Customer", c.c.Id).label("customer_id"),
        *_address(c, "MainDeliveryAddress_"),
        literal(True).label("is_main_delivery"),
        literal(False).label("is_main_invoicing"),
    ).outerjoin_from(c, main, main.c.code == key_of(c.c.Id))
    only = {
        "The main delivery address has a row of its own in EBP.": main.c.id.is_(None),
        "The customer has no main delivery address.": _has_address(c),
    }
    feeds = (own_feed(EbpCustomer), _addresses_of(), _main_sites())
    return Projection(mobile.CustomerSite, MADE_UP, rows, feeds, only=only, shared=POSITION, together=(POSITION,))


def _contacts() -> Projection:
    k = table_of(EbpContact)
    rows = select(
        id_to_keep("Contact", k.c.Id).label("id"),
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
        is_any_true(k.c.IsMainDelivery, k.c.IsMainInvoicing).label("is_main"),
    )
    feeds = (
        own_feed(EbpContact),
        feed_of_kept_ids(EbpContact),
        *belonging_feeds(EbpContact, "AssociatedCustomerId", EbpCustomer, mobile.Customer),
    )
    only = {NO_CUSTOMER: is_in_ebp(EbpCustomer, k.c.AssociatedCustomerId)}
    shared = {"civility", "last_name", "first_name", "phone", "mobile", "email", "function", "department"}
    return Projection(mobile.Contact, "Contact", rows, feeds, only=only, shared=frozenset(shared))


def _address(table: Table, prefix: str) -> list[ColumnElement[object]]:
    """An address, and where EBP says it lies."""
    lat = degrees_of(table.c[f"{prefix}Latitude"], 90)
    lon = degrees_of(table.c[f"{prefix}Longitude"], 180)
    placed = and_(lat.is_not(None), lon.is_not(None))
    return [
        table.c[f"{prefix}Description"].label("label"),
        *(table.c[f"{prefix}Address{line}"].label(f"address{line}") for line in (1, 2, 3, 4)),
        table.c[f"{prefix}ZipCode"].label("zip_code"),
        table.c[f"{prefix}City"].label("city"),
        table.c[f"{prefix}CountryIsoCode"].label("country"),
        case((placed, lat)).label("lat"),
        case((placed, lon)).label("lon"),
        case((placed, literal("ebp"))).label("gps_source"),
    ]


def _main_addresses() -> Subquery:
    """The row of each customer's main delivery address; of several the one with the smallest key."""
    a = table_of(EbpAddress)
    code = key_of(a.c.AssociatedCustomerId)
    smallest = cast(func.min(text_of(a.c.Id)), Uuid)
    main = select(code.label("code"), smallest.label("id")).where(is_true(a.c.IsMainDelivery)).group_by(code)
    return main.subquery("main_address")


def _has_address(customer: Table) -> ColumnElement[bool]:
    lines = (customer.c[f"MainDeliveryAddress_{part}"] for part in ("Address1", "ZipCode", "City"))
    return or_(*(text_or_null(line).is_not(None) for line in lines))


def _made_up_id(customer: Table) -> ColumnElement[UUID]:
    return id_of(MADE_UP, customer.c.Id)


def _addresses_of() -> Feeds:
    """A changed address touches the customer that it is of, and the one whose main site it was."""
    a, c = table_of(EbpAddress), table_of(EbpCustomer)
    sites, customers = table_of(mobile.CustomerSite), table_of(mobile.Customer)

    def keys(changed: FromClause) -> Select[str]:
        now = select(key_of(a.c.AssociatedCustomerId)).where(a.c.Id.in_(select(changed.c.Id)))
        before = select(customers.c.source_id).where(customers.c.main_site_id.in_(select(changed.c.Id)))
        of_site = (
            select(customers.c.source_id)
            .join(sites, sites.c.customer_id == customers.c.id)
            .where(sites.c.id.in_(select(changed.c.Id)))
        )
        return unite(select(source_id_of(c.c.Id)).where(key_of(c.c.Id).in_(now)), before, of_site)

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        mine = exists().where(source_id_of(c.c.Id) == wanted, is_same_key(a.c.AssociatedCustomerId, c.c.Id))
        return and_(mine, is_true(a.c.IsMainDelivery))

    return Feeds(a, keys, source_rows)


def _main_sites() -> Feeds:
    """A customer whose main site has just become another: by now nothing else tells whose the old one was."""
    customers = table_of(mobile.Customer)

    def keys(changed: FromClause) -> Select[str]:
        return select(customers.c.source_id).where(customers.c.id.in_(select(changed.c.id)))

    return Feeds(customers, keys, columns=frozenset())
