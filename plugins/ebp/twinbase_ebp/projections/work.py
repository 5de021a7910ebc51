"""Agenda entries that are field work become interventions; who goes, and what hangs on them, follows."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, case, exists, func, literal, select
from sqlalchemy.sql.expression import Label
from sqlmodel import SQLModel

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import feed_of_kept_ids, own_feed, parent_feed, reference_feed
from twinbase_ebp.projections.sql import (
    degrees_of,
    id_if_known,
    id_of,
    id_of_known_code,
    id_to_keep,
    instant_of,
    integer_of,
    is_true,
    minutes_of,
    source_id_of,
    table_of,
    text_of,
    word_of,
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


def field_work_conditions(event: Any, settings: EbpSettings) -> dict[str, ColumnElement[bool]]:
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
    return Projection(mobile.InterventionType, "ScheduleEventType", rows, (own_feed(EbpScheduleEventType),))


def _templates() -> Projection:
    t = table_of(EbpScheduleEventTemplate)
    rows = select(
        id_of("ScheduleEventTemplate", t.c.Id).label("id"),
        t.c.Id.label("source_id"),
        t.c.Id.label("code"),
        literal(1).label("version"),
        t.c.Caption.label("title"),
        id_if_known(mobile.InterventionType, t.c.ScheduleEventTypeId).label("intervention_type_id"),
        literal(True).label("active"),
    )
    feeds = (
        own_feed(EbpScheduleEventTemplate),
        reference_feed(mobile.InterventionType, "ScheduleEventType", EbpScheduleEventTemplate, "ScheduleEventTypeId"),
    )
    return Projection(mobile.ChecklistTemplate, "ScheduleEventTemplate", rows, feeds, retire={"active": False})


def _interventions(settings: EbpSettings) -> Projection:
    e, zone = table_of(EbpScheduleEvent), settings.time_zone
    rows = select(
        id_to_keep("ScheduleEvent", e.c.Id).label("id"),
        text_of(e.c.Id).label("source_id"),
        e.c.ScheduleEventNumber.label("number"),
        e.c.Caption.label("title"),
        word_of(e.c.EventState, settings.event_states).label("status"),
        case((e.c.xx_URGENT, literal("urgent")), else_=literal("normal")).label("priority"),
        instant_of(e.c.StartDateTime, zone).label("scheduled_start"),
        instant_of(e.c.EndDateTime, zone).label("scheduled_end"),
        minutes_of(e.c.ExpectedDuration_DurationInHours).label("expected_minutes"),
        minutes_of(e.c.AchievedDuration_DurationInHours).label("worked_minutes"),
        integer_of(e.c.Maintenance_TravelDuration).label("travel_minutes"),
        _site(e).label("site_snapshot"),
        _contact(e).label("contact_snapshot"),
        *_references(e),
        e.c.Maintenance_Reference.label("external_ref"),
        e.c.Maintenance_InterventionDescriptionClear.label("instructions"),
        e.c.NotesClear.label("office_notes"),
        e.c.Maintenance_InterventionReportClear.label("report"),
        is_true(e.c.ToInvoice).label("to_invoice"),
        integer_of(e.c.GlobalPercentComplete).label("percent_done"),
        is_true(e.c.Maintenance_NextEventToForesee).label("follow_up_needed"),
    )
    feeds = (
        own_feed(EbpScheduleEvent),
        feed_of_kept_ids(EbpScheduleEvent),
        parent_feed(EbpScheduleEventType, EbpScheduleEvent, "EventType"),
        reference_feed(mobile.InterventionType, "ScheduleEventType", EbpScheduleEvent, "EventType"),
        reference_feed(mobile.Colleague, "Colleague", EbpScheduleEvent, "ColleagueId"),
        reference_feed(mobile.Customer, "Customer", EbpScheduleEvent, "CustomerId"),
        reference_feed(mobile.CustomerSite, "Address", EbpScheduleEvent, "AddressId"),
        reference_feed(mobile.Contact, "Contact", EbpScheduleEvent, "ContactId"),
        reference_feed(mobile.Project, "Deal", EbpScheduleEvent, "DealId"),
        reference_feed(mobile.Project, "ConstructionSite", EbpScheduleEvent, "ConstructionSiteId"),
        reference_feed(mobile.MaintenanceContract, "MaintenanceContract", EbpScheduleEvent, "Maintenance_ContractId"),
        reference_feed(mobile.Incident, "Incident", EbpScheduleEvent, "Maintenance_IncidentId"),
        reference_feed(mobile.CustomerEquipment, "CustomerProduct", EbpScheduleEvent, "Maintenance_CustomerProductId"),
        reference_feed(
            mobile.ChecklistTemplate, "ScheduleEventTemplate", EbpScheduleEvent, "Maintenance_ScheduleEventTemplateId"
        ),
    )
    only = field_work_conditions(e, settings)
    return Projection(
        mobile.Intervention, "ScheduleEvent", rows, feeds, only=only, shared=WRITTEN_ON_DEVICES, retire=RETIRED
    )


def _references(e: Table) -> list[Label[Any]]:
    deal = id_of_known_code(mobile.Project, "Deal", e.c.DealId)
    site = id_of_known_code(mobile.Project, "ConstructionSite", e.c.ConstructionSiteId)
    template = e.c.Maintenance_ScheduleEventTemplateId
    return [
        id_if_known(mobile.InterventionType, e.c.EventType).label("type_id"),
        id_of_known_code(mobile.Colleague, "Colleague", e.c.ColleagueId).label("lead_id"),
        id_of_known_code(mobile.Customer, "Customer", e.c.CustomerId).label("customer_id"),
        id_if_known(mobile.CustomerSite, e.c.AddressId).label("site_id"),
        id_if_known(mobile.Contact, id_to_keep("Contact", e.c.ContactId)).label("contact_id"),
        func.coalesce(deal, site).label("project_id"),
        id_of_known_code(mobile.MaintenanceContract, "MaintenanceContract", e.c.Maintenance_ContractId).label(
            "contract_id"
        ),
        id_of_known_code(mobile.Incident, "Incident", e.c.Maintenance_IncidentId).label("incident_id"),
        id_of_known_code(mobile.CustomerEquipment, "CustomerProduct", e.c.Maintenance_CustomerProductId).label(
            "main_equipment_id"
        ),
        id_of_known_code(mobile.ChecklistTemplate, "ScheduleEventTemplate", template).label("template_id"),
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
        degrees_of(event.c.Address_Latitude, 90),
        "lon",
        degrees_of(event.c.Address_Longitude, 180),
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


def is_visit_there(event_id: ColumnElement[Any], settings: EbpSettings) -> ColumnElement[bool]:
    """Whether the agenda has this entry and it is a visit: what hangs on one goes with it, in the same run."""
    e = table_of(EbpScheduleEvent).alias("visit")
    return exists().where(e.c.Id == event_id, *field_work_conditions(e, settings).values())


def visit_feeds(child: type[SQLModel], column: str) -> tuple[Feeds, ...]:
    """What touches the rows that hang on a visit: the entry, its type, and the visit itself where it appears."""
    e, children = table_of(EbpScheduleEvent), table_of(child)

    def keys(changed: FromClause) -> Select[Any]:
        events = select(e.c.Id).where(e.c.EventType.in_(select(changed.c.Id)))
        return select(source_id_of(*children.primary_key.columns)).where(children.c[column].in_(events))

    return (
        parent_feed(EbpScheduleEvent, child, column),
        Feeds(table_of(EbpScheduleEventType), keys),
        reference_feed(mobile.Intervention, "ScheduleEvent", child, column),
    )


def _equipment(settings: EbpSettings) -> Projection:
    link = table_of(EbpScheduleEventCustomerProduct)
    rows = select(
        id_to_keep("ScheduleEventCustomerProduct", link.c.Id).label("id"),
        text_of(link.c.Id).label("source_id"),
        id_to_keep("ScheduleEvent", link.c.ScheduleEventId).label("intervention_id"),
        id_of_known_code(mobile.CustomerEquipment, "CustomerProduct", link.c.CustomerProductId).label("equipment_id"),
        id_of_known_code(mobile.Product, "Item", link.c.ItemId).label("product_id"),
        link.c.Caption.label("caption"),
        link.c.TrackingNumber.label("serial_number"),
        link.c.PartsCoverType.label("parts_cover"),
        link.c.LabourCoverType.label("labour_cover"),
        link.c.TravelCoverType.label("travel_cover"),
        link.c.ExchangeTrackingNumber.label("replaced_by_serial"),
        link.c.ContractHoursNumberDecremented.label("contract_hours_used"),
    )
    feeds = (
        own_feed(EbpScheduleEventCustomerProduct),
        feed_of_kept_ids(EbpScheduleEventCustomerProduct),
        *visit_feeds(EbpScheduleEventCustomerProduct, "ScheduleEventId"),
        reference_feed(
            mobile.CustomerEquipment, "CustomerProduct", EbpScheduleEventCustomerProduct, "CustomerProductId"
        ),
        reference_feed(mobile.Product, "Item", EbpScheduleEventCustomerProduct, "ItemId"),
    )
    return Projection(
        mobile.InterventionEquipment,
        "ScheduleEventCustomerProduct",
        rows,
        feeds,
        only={"Its agenda entry is not there, or is no visit.": is_visit_there(link.c.ScheduleEventId, settings)},
        shared=frozenset({"serial_number", "replaced_by_serial", "contract_hours_used"}),
    )


def _notes(settings: EbpSettings) -> Projection:
    a = table_of(EbpActivity)
    rows = select(
        id_to_keep("Activity", a.c.Id).label("id"),
        text_of(a.c.Id).label("source_id"),
        id_if_known(mobile.Intervention, id_to_keep("ScheduleEvent", a.c.ScheduleEventId)).label("intervention_id"),
        id_of_known_code(mobile.Customer, "Customer", a.c.CustomerId).label("customer_id"),
        id_of_known_code(mobile.Colleague, "Colleague", a.c.CreatorColleagueId).label("author_id"),
        word_of(a.c.ActivityCategory, settings.activity_kinds, "other").label("kind"),
        a.c.Caption.label("title"),
        a.c.NotesClear.label("body"),
        instant_of(a.c.StartDateTime, settings.time_zone).label("occurred_at"),
    )
    feeds = (
        own_feed(EbpActivity),
        feed_of_kept_ids(EbpActivity),
        reference_feed(mobile.Intervention, "ScheduleEvent", EbpActivity, "ScheduleEventId"),
        reference_feed(mobile.Customer, "Customer", EbpActivity, "CustomerId"),
        reference_feed(mobile.Colleague, "Colleague", EbpActivity, "CreatorColleagueId"),
    )
    only = {"It is about no entry of the agenda.": a.c.ScheduleEventId.is_not(None)}
    return Projection(mobile.InterventionNote, "Activity", rows, feeds, only=only)
