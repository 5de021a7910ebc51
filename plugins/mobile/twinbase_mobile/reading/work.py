"""What is on a visit: who goes, appliances, parts, notes, photos, signatures, files. One query for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks
from twinbase_mobile.reading.moments import Zone, local_time
from twinbase_mobile.reading.people import full_name
from twinbase_mobile.tables import (
    Colleague,
    CustomerEquipment,
    Document,
    InterventionAssignment,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    Product,
    Storehouse,
    Unit,
)
from twinbase_mobile.tables.kinds import BlobState, NoteKind, OwnerKind, PhotoPhase, Role, Signer

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class Teammate:
    colleague_id: UUID
    name: str
    role: Role
    phone: str
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Appliance:
    """An appliance that the visit is about. `id` is its row on the visit, `equipment_id` the one of the customer."""

    id: UUID
    equipment_id: UUID | None
    caption: str
    serial_number: str
    replaced_by_serial: str
    location_in_site: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Part:
    id: UUID
    product_id: UUID | None
    code: str
    label: str
    quantity: Decimal
    unit: str
    storehouse: str
    serial_number: str
    billable: bool
    unit_price_ht: Decimal | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Note:
    id: UUID
    kind: NoteKind
    title: str
    body: str
    author: str
    occurred_at: datetime | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Photo:
    id: UUID
    phase: PhotoPhase
    caption: str
    equipment_id: UUID | None
    taken_at: datetime | None
    sha256: str
    blob_state: BlobState
    mark: Mark


@dataclass(frozen=True, slots=True)
class Signature:
    id: UUID
    role: Signer
    signer_name: str
    signer_quality: str
    signed_at: datetime | None
    refused: bool
    refusal_reason: str
    image_sha256: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a file; its bytes are asked for when somebody opens it."""

    id: UUID
    owner_kind: OwnerKind
    owner_id: UUID
    name: str
    mime: str
    size_bytes: int | None
    sale_document_number: str


async def team_of(session: ReplicaSession, visit: UUID, zone: Zone) -> tuple[Teammate, ...]:
    """Who goes, whoever leads it first."""
    a, c = columns_of(InterventionAssignment), columns_of(Colleague)
    names = ("first_name", "last_name", "phone", "mobile")
    query = (
        select_columns(InterventionAssignment, a.colleague_id, a.role, a.acknowledged_at, *pick(Colleague, *names))
        .outerjoin(Colleague, a.colleague_id == c.id)
        .where(a.intervention_id == visit)
        .order_by(a.role != Role.LEAD, c.last_name, a.id)
        .limit(ROWS_MAX)
    )
    return tuple(
        Teammate(
            row["colleague_id"],
            full_name(row),
            row["role"],
            row["mobile"] or row["phone"] or "",
            local_time(row["acknowledged_at"], zone),
        )
        for row in (await session.execute(query)).mappings()
    )


async def appliances_of(session: ReplicaSession, visit: UUID, known: Marks) -> tuple[Appliance, ...]:
    e, c, p = columns_of(InterventionEquipment), columns_of(CustomerEquipment), columns_of(Product)
    query = (
        select_columns(
            InterventionEquipment,
            *pick(InterventionEquipment, "id", "equipment_id", "caption", "serial_number", "replaced_by_serial"),
            *pick(CustomerEquipment, "caption", "serial_number", "location_in_site", prefix="own_"),
            p.caption.label("product_caption"),
        )
        .outerjoin(CustomerEquipment, e.equipment_id == c.id)
        .outerjoin(Product, e.product_id == p.id)
        .where(e.intervention_id == visit)
        .order_by(e.caption, e.id)
        .limit(ROWS_MAX)
    )
    return tuple(
        Appliance(
            id=row["id"],
            equipment_id=row["equipment_id"],
            caption=row["caption"] or row["own_caption"] or row["product_caption"] or "",
            serial_number=row["serial_number"] or row["own_serial_number"] or "",
            replaced_by_serial=row["replaced_by_serial"] or "",
            location_in_site=row["own_location_in_site"] or "",
            mark=known.mark_of(InterventionEquipment, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )


async def parts_of(session: ReplicaSession, visit: UUID, known: Marks) -> tuple[Part, ...]:
    """In the order in which they were entered."""
    p, product = columns_of(InterventionPart), columns_of(Product)
    names = ("id", "product_id", "label", "quantity", "serial_number", "billable", "unit_price_ht")
    query = (
        select_columns(
            InterventionPart,
            *pick(InterventionPart, *names),
            *pick(Product, "code", "caption", prefix="product_"),
            columns_of(Unit).code.label("unit"),
            columns_of(Storehouse).caption.label("storehouse"),
        )
        .outerjoin(Product, p.product_id == product.id)
        .outerjoin(Unit, p.unit_id == columns_of(Unit).id)
        .outerjoin(Storehouse, p.storehouse_id == columns_of(Storehouse).id)
        .where(p.intervention_id == visit)
        .order_by(p.client_created_at, p.id)
        .limit(ROWS_MAX)
    )
    return tuple(
        Part(
            id=row["id"],
            product_id=row["product_id"],
            code=row["product_code"] or "",
            label=row["label"] or row["product_caption"] or "",
            quantity=row["quantity"],
            unit=row["unit"] or "",
            storehouse=row["storehouse"] or "",
            serial_number=row["serial_number"] or "",
            billable=row["billable"],
            unit_price_ht=row["unit_price_ht"],
            mark=known.mark_of(InterventionPart, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )


async def notes_of(
    session: ReplicaSession, whose: ColumnElement[bool], known: Marks, zone: Zone, limit: int = ROWS_MAX
) -> tuple[Note, ...]:
    """Newest first; one without a time is the oldest."""
    n, c = columns_of(InterventionNote), columns_of(Colleague)
    query = (
        select_columns(
            InterventionNote,
            *pick(InterventionNote, "id", "kind", "title", "body", "occurred_at"),
            *pick(Colleague, "first_name", "last_name"),
        )
        .outerjoin(Colleague, n.author_id == c.id)
        .where(whose)
        .order_by(n.occurred_at.desc(), n.id.desc())
        .limit(limit)
    )
    return tuple(
        Note(
            row["id"],
            row["kind"],
            row["title"] or "",
            row["body"] or "",
            full_name(row),
            local_time(row["occurred_at"], zone),
            known.mark_of(InterventionNote, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )


async def photos_of(session: ReplicaSession, visit: UUID, known: Marks, zone: Zone) -> tuple[Photo, ...]:
    """In the order in which they were taken."""
    p = columns_of(InterventionPhoto)
    names = ("id", "phase", "caption", "equipment_id", "taken_at", "sha256", "blob_state")
    query = select_columns(InterventionPhoto, *pick(InterventionPhoto, *names)).where(p.intervention_id == visit)
    return tuple(
        Photo(
            row["id"],
            row["phase"],
            row["caption"] or "",
            row["equipment_id"],
            local_time(row["taken_at"], zone),
            row["sha256"] or "",
            row["blob_state"],
            known.mark_of(InterventionPhoto, row["id"]),
        )
        for row in (await session.execute(query.order_by(p.taken_at, p.id).limit(ROWS_MAX))).mappings()
    )


async def signatures_of(session: ReplicaSession, visit: UUID, known: Marks, zone: Zone) -> tuple[Signature, ...]:
    s = columns_of(InterventionSignature)
    names = (
        "id", "role", "signer_name", "signer_quality", "signed_at", "refused", "refusal_reason", "image_sha256",
    )  # fmt: skip
    query = select_columns(InterventionSignature, *pick(InterventionSignature, *names)).where(
        s.intervention_id == visit
    )
    return tuple(
        Signature(
            id=row["id"],
            role=row["role"],
            signer_name=row["signer_name"] or "",
            signer_quality=row["signer_quality"] or "",
            signed_at=local_time(row["signed_at"], zone),
            refused=row["refused"],
            refusal_reason=row["refusal_reason"] or "",
            image_sha256=row["image_sha256"] or "",
            mark=known.mark_of(InterventionSignature, row["id"]),
        )
        for row in (await session.execute(query.order_by(s.role, s.id).limit(ROWS_MAX))).mappings()
    )


async def files_of(session: ReplicaSession, owners: Sequence[tuple[OwnerKind, Any]]) -> tuple[File, ...]:
    """Of these rows (an id, or a query of ids), newest first."""
    d = columns_of(Document)
    whose = or_(*((d.owner_kind == kind) & d.owner_id.in_(ids) for kind, ids in owners))
    names = ("id", "owner_kind", "owner_id", "name", "mime", "size_bytes", "sale_document_number")
    query = select_columns(Document, *pick(Document, *names)).where(whose).order_by(d.document_date.desc(), d.id)
    return tuple(
        File(
            row["id"],
            row["owner_kind"],
            row["owner_id"],
            row["name"] or "",
            row["mime"] or "",
            row["size_bytes"],
            row["sale_document_number"] or "",
        )
        for row in (await session.execute(query.limit(ROWS_MAX))).mappings()
    )
