"""Interventions and all that happens on one: equipment, notes, parts, photos, signatures, checklists."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, UniqueConstraint
from sqlmodel import Field

from twinbase_mobile.tables.base import FieldRow, OfficeRow, reference_column
from twinbase_mobile.tables.kinds import (
    SCHEMA,
    BlobState,
    NoteKind,
    PhotoPhase,
    Priority,
    Role,
    Signer,
    VisitStatus,
    coordinate_type,
    document_type,
    enum_type,
    money_type,
    quantity_type,
    server_default,
)


class ChecklistTemplate(OfficeRow, table=True):
    """A published version never changes; a correction is a new version. `items` is one atomic document."""

    __tablename__ = "checklist_templates"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=40)
    version: int = 1
    title: str | None = Field(default=None, max_length=120)
    intervention_type_id: UUID | None = reference_column("intervention_types")
    items: list[Any] | None = Field(default=None, sa_type=document_type())
    active: bool = True


class Intervention(OfficeRow, table=True):
    """A visit. The office owns schedule and customer; the technician owns status, actual times and report.

    `made_on_site`: a technician has made it himself, where he was; then he has said once what is the office's else.
    """

    __tablename__ = "interventions"
    __table_args__ = {"schema": SCHEMA}
    number: str | None = Field(default=None, max_length=10)
    title: str | None = Field(default=None, max_length=80)
    status: VisitStatus = Field(default=VisitStatus.PLANNED, sa_type=enum_type(VisitStatus), index=True)
    type_id: UUID | None = reference_column("intervention_types")
    lead_id: UUID | None = reference_column("colleagues")
    priority: Priority = Field(default=Priority.NORMAL, sa_type=enum_type(Priority))
    scheduled_start: datetime | None = Field(default=None, index=True)
    scheduled_end: datetime | None = None
    expected_minutes: int | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    worked_minutes: int | None = None
    travel_minutes: int | None = None
    customer_id: UUID | None = reference_column("customers")
    site_id: UUID | None = reference_column("customer_sites")
    site_snapshot: dict[str, Any] | None = Field(default=None, sa_type=document_type())
    contact_id: UUID | None = reference_column("contacts")
    contact_snapshot: dict[str, Any] | None = Field(default=None, sa_type=document_type())
    project_id: UUID | None = reference_column("projects")
    contract_id: UUID | None = reference_column("maintenance_contracts")
    incident_id: UUID | None = reference_column("incidents")
    main_equipment_id: UUID | None = reference_column("customer_equipment")
    external_ref: str | None = Field(default=None, max_length=30)
    instructions: str | None = None
    office_notes: str | None = None
    report: str | None = None
    to_invoice: bool = False
    percent_done: int | None = None
    start_lat: Decimal | None = Field(default=None, sa_type=coordinate_type())
    start_lon: Decimal | None = Field(default=None, sa_type=coordinate_type())
    start_accuracy_m: float | None = None
    follow_up_needed: bool = False
    cancel_reason: str | None = Field(default=None, max_length=200)
    no_report_reason: str | None = Field(default=None, max_length=200)
    template_id: UUID | None = reference_column("checklist_templates")
    made_on_site: bool = Field(default=False, sa_column_kwargs=server_default("false"))


def visit_column() -> UUID:
    """The visit that a row belongs to: it cannot go while the row is there, so no technician's work goes with it."""
    return Field(foreign_key=f"{SCHEMA}.interventions.id", index=True)  # type: ignore[no-any-return]


class InterventionAssignment(OfficeRow, table=True):
    """Who goes to a visit. The office says; a device only says that it was seen."""

    __tablename__ = "intervention_assignments"
    __table_args__ = (
        UniqueConstraint("intervention_id", "colleague_id", name="uq_mobile_assignment"),
        {"schema": SCHEMA},
    )
    intervention_id: UUID = visit_column()
    colleague_id: UUID = Field(foreign_key=f"{SCHEMA}.colleagues.id", index=True)
    role: Role = Field(default=Role.LEAD, sa_type=enum_type(Role))
    acknowledged_at: datetime | None = None


class InterventionEquipment(OfficeRow, table=True):
    __tablename__ = "intervention_equipment"
    __table_args__ = {"schema": SCHEMA}
    intervention_id: UUID = visit_column()
    equipment_id: UUID | None = reference_column("customer_equipment")
    product_id: UUID | None = reference_column("products")
    caption: str | None = Field(default=None, max_length=80)
    serial_number: str | None = Field(default=None, max_length=40)
    parts_cover: int | None = None
    labour_cover: int | None = None
    travel_cover: int | None = None
    replaced_by_serial: str | None = Field(default=None, max_length=40)
    contract_hours_used: Decimal | None = Field(default=None, sa_type=Numeric(9, 2))


class InterventionNote(OfficeRow, table=True):
    """A timeline: rows are added, never changed."""

    __tablename__ = "intervention_notes"
    __table_args__ = {"schema": SCHEMA}
    intervention_id: UUID | None = reference_column("interventions")
    customer_id: UUID | None = reference_column("customers")
    author_id: UUID | None = reference_column("colleagues")
    kind: NoteKind = Field(default=NoteKind.NOTE, sa_type=enum_type(NoteKind))
    title: str | None = Field(default=None, max_length=160)
    body: str | None = None
    occurred_at: datetime | None = None


class InterventionPart(FieldRow, table=True):
    __tablename__ = "intervention_parts"
    __table_args__ = {"schema": SCHEMA}
    intervention_id: UUID = visit_column()
    product_id: UUID | None = reference_column("products")
    label: str | None = Field(default=None, max_length=200)
    quantity: Decimal = Field(default=Decimal(1), sa_type=quantity_type())
    unit_id: UUID | None = reference_column("units")
    storehouse_id: UUID | None = reference_column("storehouses")
    serial_number: str | None = Field(default=None, max_length=40)
    equipment_id: UUID | None = reference_column("customer_equipment")
    billable: bool = True
    unit_price_ht: Decimal | None = Field(default=None, sa_type=money_type())


class InterventionPhoto(FieldRow, table=True):
    """The row travels before the bytes; `sha256` names them."""

    __tablename__ = "intervention_photos"
    __table_args__ = {"schema": SCHEMA}
    intervention_id: UUID = visit_column()
    equipment_id: UUID | None = reference_column("customer_equipment")
    phase: PhotoPhase = Field(default=PhotoPhase.OTHER, sa_type=enum_type(PhotoPhase))
    caption: str | None = Field(default=None, max_length=200)
    taken_at: datetime | None = None
    lat: Decimal | None = Field(default=None, sa_type=coordinate_type())
    lon: Decimal | None = Field(default=None, sa_type=coordinate_type())
    mime: str | None = Field(default=None, max_length=80)
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = Field(default=None, max_length=64)
    blob_state: BlobState = Field(
        default=BlobState.LOCAL, sa_type=enum_type(BlobState), sa_column_kwargs=server_default(BlobState.LOCAL)
    )


class InterventionSignature(FieldRow, table=True):
    """Never changed once given; one for each role."""

    __tablename__ = "intervention_signatures"
    __table_args__ = (UniqueConstraint("intervention_id", "role", name="uq_mobile_signature"), {"schema": SCHEMA})
    intervention_id: UUID = visit_column()
    role: Signer = Field(sa_type=enum_type(Signer))
    signer_name: str | None = Field(default=None, max_length=100)
    signer_quality: str | None = Field(default=None, max_length=60)
    signed_at: datetime | None = None
    lat: Decimal | None = Field(default=None, sa_type=coordinate_type())
    lon: Decimal | None = Field(default=None, sa_type=coordinate_type())
    refused: bool = False
    refusal_reason: str | None = Field(default=None, max_length=200)
    image_sha256: str | None = Field(default=None, max_length=64)
    mime: str | None = Field(default=None, max_length=80)
    size_bytes: int | None = None
    report_sha256: str | None = Field(default=None, max_length=64)


class ChecklistAnswer(FieldRow, table=True):
    """One row per answer, so that two people who fill different items never conflict.

    Give it the id that `twinbase_mobile.rules.checklists.answer_id` makes of its place: two people who answer the same
    item then write the same row, and the later answer stands.
    """

    __tablename__ = "checklist_answers"
    __table_args__ = (
        UniqueConstraint(
            "intervention_id",
            "equipment_id",
            "template_id",
            "item_key",
            name="uq_mobile_answer",
            postgresql_nulls_not_distinct=True,
        ),
        {"schema": SCHEMA},
    )
    intervention_id: UUID = visit_column()
    equipment_id: UUID | None = reference_column("customer_equipment")
    template_id: UUID | None = reference_column("checklist_templates")
    item_key: str = Field(max_length=60)
    value_bool: bool | None = None
    value_number: Decimal | None = Field(default=None, sa_type=Numeric(14, 4))
    value_text: str | None = None
    value_choice: str | None = Field(default=None, max_length=60)
    out_of_range: bool = False
    answered_at: datetime | None = None
