"""The closed lists of words that columns of `mobile` may hold, and the column types that the tables share."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, Numeric
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "mobile"


def enum_type(kind: type[StrEnum]) -> Enum:
    """A text column that holds a word of the list: no PostgreSQL type to migrate when the list grows."""
    return Enum(kind, native_enum=False, length=24, values_callable=lambda words: [word.value for word in words])


def server_default(value: str) -> dict[str, str]:
    """A default that the server gives too, for a column that no device may fill: `sa_column_kwargs=filled("draft")`."""
    return {"server_default": value}


def money_type() -> Numeric[Any]:
    return Numeric(12, 4)


def quantity_type() -> Numeric[Any]:
    return Numeric(14, 3)


def coordinate_type() -> Numeric[Any]:
    return Numeric(9, 6)


def document_type() -> Any:
    """JSON: kept as text on the device, as jsonb on the server."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class VisitStatus(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    TRAVELLING = "travelling"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class ActiveState(StrEnum):
    """EBP's ActiveState, in words."""

    ACTIVE = "active"
    SLEEPING = "sleeping"
    BLOCKED = "blocked"
    PARTIALLY_BLOCKED = "partially_blocked"
    NON_PAYMENT = "non_payment"
    UNKNOWN = "unknown"


class NoteKind(StrEnum):
    NOTE = "note"
    CALL = "call"
    EMAIL = "email"
    VISIT = "visit"
    OTHER = "other"


class PhotoPhase(StrEnum):
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    METER = "meter"
    NAMEPLATE = "nameplate"
    OTHER = "other"


class BlobState(StrEnum):
    LOCAL = "local"
    UPLOADING = "uploading"
    STORED = "stored"
    FAILED = "failed"


class Signer(StrEnum):
    CUSTOMER = "customer"
    TECHNICIAN = "technician"


class GpsSource(StrEnum):
    EBP = "ebp"
    GEOCODER = "geocoder"
    TECHNICIAN = "technician"


class Energy(StrEnum):
    GAS = "gas"
    OIL = "oil"
    WOOD = "wood"
    ELECTRIC = "electric"
    HEAT_PUMP = "heat_pump"
    OTHER = "other"


class Role(StrEnum):
    """What somebody does on a visit."""

    LEAD = "lead"
    HELPER = "helper"
    SUBCONTRACTOR = "subcontractor"


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    DANGER = "danger"


class IncidentStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class OwnerKind(StrEnum):
    """The twin that a document belongs to a row of."""

    INTERVENTION = "interventions"
    PROJECT = "projects"
    EQUIPMENT = "customer_equipment"


class ProjectKind(StrEnum):
    DEAL = "deal"
    CONSTRUCTION_SITE = "construction_site"


class WorkKind(StrEnum):
    WORK = "work"
    TRAVEL = "travel"
    WORKSHOP = "workshop"
    TRAINING = "training"
    MEETING = "meeting"
    ADMIN = "admin"
    ABSENCE = "absence"
    ON_CALL = "on_call"


class Claim(StrEnum):
    """How far a timesheet or an expense has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    REIMBURSED = "reimbursed"


class ExpenseKind(StrEnum):
    MEAL = "meal"
    LODGING = "lodging"
    FUEL = "fuel"
    PARKING = "parking"
    TOLL = "toll"
    MILEAGE = "mileage"
    SUPPLIES = "supplies"
    OTHER = "other"


class PaidWith(StrEnum):
    PERSONAL = "personal"
    COMPANY_CARD = "company_card"
    CASH_ADVANCE = "cash_advance"


class ProductKind(StrEnum):
    GOODS = "goods"
    SERVICE = "service"
    OTHER = "other"


class StorehouseKind(StrEnum):
    DEPOT = "depot"
    VAN = "van"
    SITE = "site"


class Movement(StrEnum):
    CONSUMPTION = "consumption"
    TRANSFER = "transfer"
    RETURN = "return"
    INVENTORY_GAP = "inventory_gap"
    RECEIPT = "receipt"
