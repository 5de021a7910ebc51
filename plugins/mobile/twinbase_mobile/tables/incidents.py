"""Faults that a technician reports on site, and that the office accepts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from twinbase_mobile.tables.base import OfficeRow, reference_column
from twinbase_mobile.tables.kinds import SCHEMA, IncidentStatus, Severity, document_type, enum_type, server_default


class Incident(OfficeRow, table=True):
    """Made on a device, then the office's. `code` stays empty until the ERP has given one; the id never changes."""

    __tablename__ = "incidents"
    __table_args__ = {"schema": SCHEMA}
    code: str | None = Field(default=None, max_length=8, index=True)
    caption: str | None = Field(default=None, max_length=80)
    customer_id: UUID | None = reference_column("customers")
    site_id: UUID | None = reference_column("customer_sites")
    equipment_ids: list[Any] | None = Field(default=None, sa_type=document_type())
    description: str | None = None
    severity: Severity = Field(default=Severity.NORMAL, sa_type=enum_type(Severity))
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    status: IncidentStatus = Field(
        default=IncidentStatus.PROPOSED,
        sa_type=enum_type(IncidentStatus),
        index=True,
        sa_column_kwargs=server_default(IncidentStatus.PROPOSED),
    )
    contract_id: UUID | None = reference_column("maintenance_contracts")
    project_id: UUID | None = reference_column("projects")
    creator_id: UUID | None = reference_column("colleagues")
