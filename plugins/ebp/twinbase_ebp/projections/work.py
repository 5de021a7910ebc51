"""Agenda entries that are field work become interventions; who goes, and what hangs on them, follows."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, case, exists, func, literal, select
from sqlalchemy.sql.expression import Label
from sqlmodel import SQLModel

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import kept, own, refers, through
from twinbase_ebp.projections.sql import (
    degrees,
    id_of,
    in_words,
    instant,
    kept_id,
    known,
    known_code,
    minutes,
    source_id,
    table_of,
    text_of,
    whole,
    yes,
)
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import (
    EbpActivity,
    EbpScheduleEvent,
    EbpScheduleEventCustomerProduct,
    EbpScheduleEventTemplate,
    EbpScheduleEventType,
)
from twinbase_mobile import tables as mobile

WRITTEN_ON_DEVICES = frozenset(
    {"status", "worked_minutes", "travel_minutes", "report", "percent_done", "follow_up_needed"}
)
RETIRED = {"status": "cancelled", "cancel_reason": "Supprimée au bureau."}


def kinds_projections() -> list[Projection]:
    return [_types(), _templates()]


def work_projections(settings: EbpSettings) -> list[Projection]:
    return [_interventions(settings), _equipment(settings), _notes(settings)]


def field_work(event: Any, settings: EbpSettings) -> dict[str, ColumnElement[bool]]:
    """What makes an entry of the agenda a visit."""
    t = table_of(EbpScheduleEventType)
    other = exists().where(t.c.Id == event.c.EventType, t.c.Caption.in_(settings.not_field_work))
    return {
        "It has no start.": event.c.StartDateTime.is_not(None),
        "It is no field work: the caption of its type is in TWINBASE_EBP_NOT_FIELD_WORK.": ~other,
    }


def _types() -> Projection:
    t = table_of(EbpScheduleEventType)
    # Color is a signed ARGB integer (assumed): its low 24 bits are the colour.
    hexadecimal = func.lpad(func.to_hex(t.c.Color.op("&")(0xFFFFFF)), 6, "0")
    rows = select(
        t.c.Id.label("id"),
        text_of(t.c.Id).label("source_id"),
        t.c.Caption.label("caption"),
        case((t.c.Color.is_not(None), literal("#").concat(hexadecimal))).label("color"),
    )
    return Projection(mobile.InterventionType, "ScheduleEventType", rows, (own(EbpScheduleEventType),))


def _templates() -> Projection:
    t = table_of(EbpScheduleEventTemplate)
    rows = select(
        id_of("ScheduleEventTemplate", t.c.Id).label("id"),
        t.c.Id.label("source_id"),
        t.c.Id.label("code"),
        literal(1).label("version"),
        t.c.Caption.label("title"),
        known(mobile.InterventionType, t.c.ScheduleEventTypeId).label("intervention_type_id"),
        literal(True).label("active"),
    )
    feeds = (
        own(EbpScheduleEventTemplate),
        refers(mobile.InterventionType, "ScheduleEventType", EbpScheduleEventTemplate, "ScheduleEventTypeId"),
    )
    return Projection(mobile.ChecklistTemplate, "ScheduleEventTemplate", rows, feeds, retire={"active": False})


def _interventions(settings: EbpSettings) -> Projection:
    e, zone = table_of(EbpScheduleEvent), settings.time_zone
    rows = select(
        e.c.Id.label("id"),
        text_of(e.c.Id).label("source_id"),
        e.c.ScheduleEventNumber.label("number"),
        e.c.Caption.label("title"),
        in_words(e.c.EventState, settings.event_states).label("status"),
        case((e.c.xx_URGENT, literal("urgent")), else_=literal("normal")).label("priority"),
        instant(e.c.StartDateTime, zone).label("scheduled_start"),
        instant(e.c.EndDateTime, zone).label("scheduled_end"),
        minutes(e.c.ExpectedDuration_DurationInHours).label("expected_minutes"),
        minutes(e.c.AchievedDuration_DurationInHours).label("worked_minutes"),
        whole(e.c.Maintenance_TravelDuration).label("travel_minutes"),
        _site(e).label("site_snapshot"),
        _contact(e).label("contact_snapshot"),
        *_references(e),
        e.c.Maintenance_Reference.label("external_ref"),
        e.c.Maintenance_InterventionDescriptionClear.label("instructions"),
        e.c.NotesClear.label("office_notes"),
        e.c.Maintenance_InterventionReportClear.label("report"),
        yes(e.c.ToInvoice).label("to_invoice"),
        whole(e.c.GlobalPercentComplete).label("percent_done"),
        yes(e.c.Maintenance_NextEventToForesee).label("follow_up_needed"),
    )
    feeds = (
        own(EbpScheduleEvent),
        through(EbpScheduleEventType, EbpScheduleEvent, "EventType"),
        refers(mobile.InterventionType, "ScheduleEventType", EbpScheduleEvent, "EventType"),
        refers(mobile.Colleague, "Colleague", EbpScheduleEvent, "ColleagueId"),
        refers(mobile.Customer, "Customer", EbpScheduleEvent, "CustomerId"),
        refers(mobile.CustomerSite, "Address", EbpScheduleEvent, "AddressId"),
        refers(mobile.Contact, "Contact", EbpScheduleEvent, "ContactId"),
        refers(mobile.Project, "Deal", EbpScheduleEvent, "DealId"),
        refers(mobile.Project, "ConstructionSite", EbpScheduleEvent, "ConstructionSiteId"),
        refers(mobile.MaintenanceContract, "MaintenanceContract", EbpScheduleEvent, "Maintenance_ContractId"),
        refers(mobile.Incident, "Incident", EbpScheduleEvent, "Maintenance_IncidentId"),
        refers(mobile.CustomerEquipment, "CustomerProduct", EbpScheduleEvent, "Maintenance_CustomerProductId"),
        refers(
            mobile.ChecklistTemplate, "ScheduleEventTemplate", EbpScheduleEvent, "Maintenance_ScheduleEventTemplateId"
        ),
    )
    only = field_work(e, settings)
    return Projection(
        mobile.Intervention, "ScheduleEvent", rows, feeds, only=only, shared=WRITTEN_ON_DEVICES, retire=RETIRED
    )


def _references(e: Table) -> list[Label[Any]]:
    deal = known_code(mobile.Project, "Deal", e.c.DealId)
    site = known_code(mobile.Project, "ConstructionSite", e.c.ConstructionSiteId)
    template = e.c.Maintenance_ScheduleEventTemplateId
    return [
        known(mobile.InterventionType, e.c.EventType).label("type_id"),
        known_code(mobile.Colleague, "Colleague", e.c.ColleagueId).label("lead_id"),
        known_code(mobile.Customer, "Customer", e.c.CustomerId).label("customer_id"),
        known(mobile.CustomerSite, e.c.AddressId).label("site_id"),
        known(mobile.Contact, kept_id("Contact", e.c.ContactId)).label("contact_id"),
        func.coalesce(deal, site).label("project_id"),
        known_code(mobile.MaintenanceContract, "MaintenanceContract", e.c.Maintenance_ContractId).label("contract_id"),
        known_code(mobile.Incident, "Incident", e.c.Maintenance_IncidentId).label("incident_id"),
        known_code(mobile.CustomerEquipment, "CustomerProduct", e.c.Maintenance_CustomerProductId).label(
            "main_equipment_id"
        ),
        known_code(mobile.ChecklistTemplate, "ScheduleEventTemplate", template).label("template_id"),
    ]


def _site(event: Table) -> ColumnElement[Any]:
    return func.jsonb_build_object(
        "address1",
        event.c.Address_Address1,
        "address2",
        event.c.Address_Address2,
        "address3",
        event.c.Address_Address3,
        "address4",
        event.c.Address_Address4,
        "zip",
        event.c.Address_ZipCode,
        "city",
        event.c.Address_City,
        "lat",
        degrees(event.c.Address_Latitude, 90),
        "lon",
        degrees(event.c.Address_Longitude, 180),
    )


def _contact(event: Table) -> ColumnElement[Any]:
    return func.jsonb_build_object(
        "name",
        event.c.Contact_Name,
        "phone",
        event.c.Contact_Phone,
        "mobile",
        event.c.Contact_CellPhone,
        "email",
        event.c.Contact_Email,
    )


def visit_is_there(event_id: ColumnElement[Any], settings: EbpSettings) -> ColumnElement[bool]:
    """Whether the agenda has this entry and it is a visit: what hangs on one goes with it, in the same run."""
    e = table_of(EbpScheduleEvent).alias("visit")
    return exists().where(e.c.Id == event_id, *field_work(e, settings).values())


def of_visits(child: type[SQLModel], column: str) -> tuple[Feeds, ...]:
    """What touches the rows that hang on a visit: the entry, its type, and the visit itself where it appears."""
    e, children = table_of(EbpScheduleEvent), table_of(child)

    def keys(changed: FromClause) -> Select[Any]:
        events = select(e.c.Id).where(e.c.EventType.in_(select(changed.c.Id)))
        return select(source_id(*children.primary_key.columns)).where(children.c[column].in_(events))

    return (
        through(EbpScheduleEvent, child, column),
        Feeds(table_of(EbpScheduleEventType), keys),
        refers(mobile.Intervention, "ScheduleEvent", child, column),
    )


def _equipment(settings: EbpSettings) -> Projection:
    link = table_of(EbpScheduleEventCustomerProduct)
    rows = select(
        kept_id("ScheduleEventCustomerProduct", link.c.Id).label("id"),
        text_of(link.c.Id).label("source_id"),
        link.c.ScheduleEventId.label("intervention_id"),
        known_code(mobile.CustomerEquipment, "CustomerProduct", link.c.CustomerProductId).label("equipment_id"),
        known_code(mobile.Product, "Item", link.c.ItemId).label("product_id"),
        link.c.Caption.label("caption"),
        link.c.TrackingNumber.label("serial_number"),
        link.c.PartsCoverType.label("parts_cover"),
        link.c.LabourCoverType.label("labour_cover"),
        link.c.TravelCoverType.label("travel_cover"),
        link.c.ExchangeTrackingNumber.label("replaced_by_serial"),
        link.c.ContractHoursNumberDecremented.label("contract_hours_used"),
    )
    feeds = (
        own(EbpScheduleEventCustomerProduct),
        kept(EbpScheduleEventCustomerProduct),
        *of_visits(EbpScheduleEventCustomerProduct, "ScheduleEventId"),
        refers(mobile.CustomerEquipment, "CustomerProduct", EbpScheduleEventCustomerProduct, "CustomerProductId"),
        refers(mobile.Product, "Item", EbpScheduleEventCustomerProduct, "ItemId"),
    )
    return Projection(
        mobile.InterventionEquipment,
        "ScheduleEventCustomerProduct",
        rows,
        feeds,
        only={"Its agenda entry is not there, or is no visit.": visit_is_there(link.c.ScheduleEventId, settings)},
        shared=frozenset({"serial_number", "replaced_by_serial", "contract_hours_used"}),
    )


def _notes(settings: EbpSettings) -> Projection:
    a = table_of(EbpActivity)
    rows = select(
        kept_id("Activity", a.c.Id).label("id"),
        text_of(a.c.Id).label("source_id"),
        known(mobile.Intervention, a.c.ScheduleEventId).label("intervention_id"),
        known_code(mobile.Customer, "Customer", a.c.CustomerId).label("customer_id"),
        known_code(mobile.Colleague, "Colleague", a.c.CreatorColleagueId).label("author_id"),
        in_words(a.c.ActivityCategory, settings.activity_kinds, "other").label("kind"),
        a.c.Caption.label("title"),
        a.c.NotesClear.label("body"),
        instant(a.c.StartDateTime, settings.time_zone).label("occurred_at"),
    )
    feeds = (
        own(EbpActivity),
        kept(EbpActivity),
        refers(mobile.Intervention, "ScheduleEvent", EbpActivity, "ScheduleEventId"),
        refers(mobile.Customer, "Customer", EbpActivity, "CustomerId"),
        refers(mobile.Colleague, "Colleague", EbpActivity, "CreatorColleagueId"),
    )
    only = {"It is about no entry of the agenda.": a.c.ScheduleEventId.is_not(None)}
    return Projection(mobile.InterventionNote, "Activity", rows, feeds, only=only)
