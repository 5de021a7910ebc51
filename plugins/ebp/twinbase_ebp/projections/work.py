"""Agenda events that are field work become interventions; what hangs on them follows."""

from sqlalchemy import ColumnElement, Integer, Numeric, Table, case, cast, func, literal, select

from twinbase.projection import Projection
from twinbase_ebp.projections.sql import id_of, in_words, instant, known, own, table_of, text_of, through
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import (
    Activity,
    Address,
    Colleague,
    ConstructionSite,
    Contact,
    Customer,
    CustomerProduct,
    Deal,
    Item,
    MaintenanceContract,
    ScheduleEvent,
    ScheduleEventCustomerProduct,
    ScheduleEventTemplate,
    ScheduleEventType,
)
from twinbase_mobile import tables as mobile

WRITTEN_ON_DEVICES = frozenset(
    {"status", "worked_minutes", "travel_minutes", "report", "percent_done", "follow_up_needed"}
)


def work_projections(settings: EbpSettings) -> list[Projection]:
    return [_interventions(settings), _equipment(), _notes(settings)]


def _interventions(settings: EbpSettings) -> Projection:
    e = table_of(ScheduleEvent)
    rows = select(
        e.c.Id.label("id"),
        text_of(e.c.Id).label("source_id"),
        e.c.ScheduleEventNumber.label("number"),
        e.c.Caption.label("title"),
        in_words(e.c.EventState, settings.event_states).label("status"),
        known(mobile.InterventionType, e.c.EventType).label("type_id"),
        known(mobile.Colleague, id_of("Colleague", e.c.ColleagueId)).label("lead_id"),
        case((e.c.xx_URGENT, literal("urgent")), else_=literal("normal")).label("priority"),
        instant(e.c.StartDateTime, settings.time_zone).label("scheduled_start"),
        instant(e.c.EndDateTime, settings.time_zone).label("scheduled_end"),
        _minutes(e.c.ExpectedDuration_DurationInHours).label("expected_minutes"),
        _minutes(e.c.AchievedDuration_DurationInHours).label("worked_minutes"),
        cast(func.round(e.c.Maintenance_TravelDuration), Integer).label("travel_minutes"),
        known(mobile.Customer, id_of("Customer", e.c.CustomerId)).label("customer_id"),
        known(mobile.CustomerSite, e.c.AddressId).label("site_id"),
        _site(e).label("site_snapshot"),
        known(mobile.Contact, e.c.ContactId).label("contact_id"),
        _contact(e).label("contact_snapshot"),
        _project(e).label("project_id"),
        known(mobile.MaintenanceContract, id_of("MaintenanceContract", e.c.Maintenance_ContractId)).label(
            "contract_id"
        ),
        known(mobile.CustomerEquipment, id_of("CustomerProduct", e.c.Maintenance_CustomerProductId)).label(
            "main_equipment_id"
        ),
        e.c.Maintenance_Reference.label("external_ref"),
        e.c.Maintenance_InterventionDescriptionClear.label("instructions"),
        e.c.NotesClear.label("office_notes"),
        e.c.Maintenance_InterventionReportClear.label("report"),
        func.coalesce(e.c.ToInvoice, False).label("to_invoice"),
        cast(e.c.GlobalPercentComplete, Integer).label("percent_done"),
        func.coalesce(e.c.Maintenance_NextEventToForesee, False).label("follow_up_needed"),
        known(mobile.ChecklistTemplate, id_of("ScheduleEventTemplate", e.c.Maintenance_ScheduleEventTemplateId)).label(
            "template_id"
        ),
    ).where(_is_field_work(e, settings))
    feeds = (
        own(ScheduleEvent, "Id"),
        through(ScheduleEventType, "Id", ScheduleEvent, "EventType"),
        through(Colleague, "Id", ScheduleEvent, "ColleagueId"),
        through(Customer, "Id", ScheduleEvent, "CustomerId"),
        through(Address, "Id", ScheduleEvent, "AddressId"),
        through(Contact, "Id", ScheduleEvent, "ContactId"),
        through(Deal, "Id", ScheduleEvent, "DealId"),
        through(ConstructionSite, "Id", ScheduleEvent, "ConstructionSiteId"),
        through(MaintenanceContract, "Id", ScheduleEvent, "Maintenance_ContractId"),
        through(CustomerProduct, "Id", ScheduleEvent, "Maintenance_CustomerProductId"),
        through(ScheduleEventTemplate, "Id", ScheduleEvent, "Maintenance_ScheduleEventTemplateId"),
    )
    retire = {"status": "cancelled", "cancel_reason": "Supprimée au bureau."}
    return Projection(mobile.Intervention, "ScheduleEvent", rows, feeds, shared=WRITTEN_ON_DEVICES, retire=retire)


def _is_field_work(event: Table, settings: EbpSettings) -> ColumnElement[bool]:
    t = table_of(ScheduleEventType)
    other = select(t.c.Id).where(t.c.Id == event.c.EventType, t.c.Caption.in_(settings.not_field_work))
    return event.c.StartDateTime.is_not(None) & ~other.exists()


def _site(event: Table) -> ColumnElement[object]:
    return func.jsonb_build_object(
        "address1", event.c.Address_Address1,
        "zip", event.c.Address_ZipCode,
        "city", event.c.Address_City,
        "lat", event.c.Address_Latitude,
        "lon", event.c.Address_Longitude,
    )  # fmt: skip


def _contact(event: Table) -> ColumnElement[object]:
    return func.jsonb_build_object(
        "name", event.c.Contact_Name,
        "phone", event.c.Contact_Phone,
        "mobile", event.c.Contact_CellPhone,
        "email", event.c.Contact_Email,
    )  # fmt: skip


def _project(event: Table) -> ColumnElement[object]:
    deal = known(mobile.Project, id_of("Deal", event.c.DealId))
    return func.coalesce(deal, known(mobile.Project, id_of("ConstructionSite", event.c.ConstructionSiteId)))


def _minutes(hours: ColumnElement[object]) -> ColumnElement[int]:
    return cast(func.round(hours * 60), Integer)


def _equipment() -> Projection:
    link, i = table_of(ScheduleEventCustomerProduct), table_of(mobile.Intervention)
    rows = select(
        link.c.Id.label("id"),
        text_of(link.c.Id).label("source_id"),
        link.c.ScheduleEventId.label("intervention_id"),
        known(mobile.CustomerEquipment, id_of("CustomerProduct", link.c.CustomerProductId)).label("equipment_id"),
        known(mobile.Product, id_of("Item", link.c.ItemId)).label("product_id"),
        link.c.Caption.label("caption"),
        link.c.TrackingNumber.label("serial_number"),
        link.c.PartsCoverType.label("parts_cover"),
        link.c.LabourCoverType.label("labour_cover"),
        link.c.TravelCoverType.label("travel_cover"),
        link.c.ExchangeTrackingNumber.label("replaced_by_serial"),
        cast(link.c.ContractHoursNumberDecremented, Numeric(9, 2)).label("contract_hours_used"),
    ).join(i, i.c.id == link.c.ScheduleEventId)
    feeds = (
        own(ScheduleEventCustomerProduct, "Id"),
        through(ScheduleEvent, "Id", ScheduleEventCustomerProduct, "ScheduleEventId"),
        through(CustomerProduct, "Id", ScheduleEventCustomerProduct, "CustomerProductId"),
        through(Item, "Id", ScheduleEventCustomerProduct, "ItemId"),
    )
    shared = frozenset({"serial_number", "replaced_by_serial", "contract_hours_used"})
    return Projection(mobile.InterventionEquipment, "ScheduleEventCustomerProduct", rows, feeds, shared=shared)


def _notes(settings: EbpSettings) -> Projection:
    a = table_of(Activity)
    rows = select(
        a.c.Id.label("id"),
        text_of(a.c.Id).label("source_id"),
        known(mobile.Intervention, a.c.ScheduleEventId).label("intervention_id"),
        known(mobile.Customer, id_of("Customer", a.c.CustomerId)).label("customer_id"),
        known(mobile.Colleague, id_of("Colleague", a.c.CreatorColleagueId)).label("author_id"),
        in_words(a.c.ActivityCategory, settings.activity_kinds, "other").label("kind"),
        a.c.Caption.label("title"),
        a.c.NotesClear.label("body"),
        instant(a.c.StartDateTime, settings.time_zone).label("occurred_at"),
    ).where(a.c.ScheduleEventId.is_not(None))
    feeds = (
        own(Activity, "Id"),
        through(ScheduleEvent, "Id", Activity, "ScheduleEventId"),
        through(Customer, "Id", Activity, "CustomerId"),
        through(Colleague, "Id", Activity, "CreatorColleagueId"),
    )
    return Projection(mobile.InterventionNote, "Activity", rows, feeds)
