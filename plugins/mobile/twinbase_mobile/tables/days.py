"""A technician's days: hours, ways, expenses, movements of stock."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from twinbase_mobile.tables.base import FieldRow, reference_column
from twinbase_mobile.tables.kinds import (
    SCHEMA,
    Claim,
    ExpenseKind,
    Movement,
    PaidWith,
    WorkKind,
    enum_type,
    quantity_type,
)


def colleague_column() -> UUID:
    """The colleague that a row belongs to."""
    return Field(foreign_key=f"{SCHEMA}.colleagues.id", index=True)  # type: ignore[no-any-return]


class Timesheet(FieldRow, table=True):
    __tablename__ = "timesheets"
    __table_args__ = {"schema": SCHEMA}
    colleague_id: UUID = colleague_column()
    day: date = Field(index=True)
    start_at: datetime | None = None
    end_at: datetime | None = None
    break_minutes: int = 0
    minutes: int | None = None
    activity: WorkKind = Field(default=WorkKind.WORK, sa_type=enum_type(WorkKind))
    intervention_id: UUID | None = reference_column("interventions")
    project_id: UUID | None = reference_column("projects")
    customer_id: UUID | None = reference_column("customers")
    billable: bool = True
    comment: str | None = Field(default=None, max_length=500)
    state: Claim = Field(default=Claim.DRAFT, sa_type=enum_type(Claim))
    approved_by: UUID | None = reference_column("colleagues")
    approved_at: datetime | None = None
    rejection_reason: str | None = Field(default=None, max_length=200)


class TravelLog(FieldRow, table=True):
    """One way: kilometres and time. A price for it stands in `travel_rates`."""

    __tablename__ = "travel_logs"
    __table_args__ = {"schema": SCHEMA}
    colleague_id: UUID = colleague_column()
    intervention_id: UUID | None = reference_column("interventions")
    departed_at: datetime | None = Field(default=None, index=True)
    arrived_at: datetime | None = None
    from_label: str | None = Field(default=None, max_length=120)
    to_label: str | None = Field(default=None, max_length=120)
    distance_km: Decimal | None = Field(default=None, sa_type=Numeric(7, 1))
    vehicle: str | None = Field(default=None, max_length=40)
    personal_vehicle: bool = False
    fiscal_hp: int | None = None
    travel_rate_id: UUID | None = reference_column("travel_rates")
    state: Claim = Field(default=Claim.DRAFT, sa_type=enum_type(Claim))


class Expense(FieldRow, table=True):
    """Amounts are decimals, never floats."""

    __tablename__ = "expenses"
    __table_args__ = {"schema": SCHEMA}
    colleague_id: UUID = colleague_column()
    expense_on: date = Field(index=True)
    category: ExpenseKind = Field(default=ExpenseKind.OTHER, sa_type=enum_type(ExpenseKind))
    amount_ttc: Decimal = Field(default=Decimal(0), sa_type=Numeric(10, 2))
    vat_amount: Decimal | None = Field(default=None, sa_type=Numeric(10, 2))
    vat_rate_id: UUID | None = reference_column("vat_rates")
    currency: str = Field(default="EUR", max_length=3)
    merchant: str | None = Field(default=None, max_length=120)
    receipt_number: str | None = Field(default=None, max_length=50)
    distance_km: Decimal | None = Field(default=None, sa_type=Numeric(7, 1))
    intervention_id: UUID | None = reference_column("interventions")
    project_id: UUID | None = reference_column("projects")
    customer_id: UUID | None = reference_column("customers")
    paid_with: PaidWith = Field(default=PaidWith.PERSONAL, sa_type=enum_type(PaidWith))
    comment: str | None = Field(default=None, max_length=500)
    receipt_sha256: str | None = Field(default=None, max_length=64)
    mime: str | None = Field(default=None, max_length=80)
    size_bytes: int | None = None
    state: Claim = Field(default=Claim.DRAFT, sa_type=enum_type(Claim))
    approved_by: UUID | None = reference_column("colleagues")
    approved_at: datetime | None = None
    rejection_reason: str | None = Field(default=None, max_length=200)


class StockMovement(FieldRow, table=True):
    """A delta, never a level: deltas add up whatever their order. A mistake is a movement the other way."""

    __tablename__ = "stock_movements"
    __table_args__ = {"schema": SCHEMA}
    colleague_id: UUID = colleague_column()
    product_id: UUID = Field(foreign_key=f"{SCHEMA}.products.id", index=True)
    kind: Movement = Field(default=Movement.CONSUMPTION, sa_type=enum_type(Movement))
    quantity: Decimal = Field(sa_type=quantity_type())
    from_storehouse_id: UUID | None = reference_column("storehouses")
    to_storehouse_id: UUID | None = reference_column("storehouses")
    serial_number: str | None = Field(default=None, max_length=40)
    intervention_id: UUID | None = reference_column("interventions")
    intervention_part_id: UUID | None = reference_column("intervention_parts")
    occurred_at: datetime | None = Field(default=None, index=True)
    reverses_id: UUID | None = reference_column("stock_movements")
