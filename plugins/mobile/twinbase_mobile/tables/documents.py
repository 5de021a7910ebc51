"""What is written down elsewhere and shown on the device: files, quotes, invoices."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric
from sqlmodel import Field

from twinbase_mobile.tables.base import OfficeRow
from twinbase_mobile.tables.kinds import SCHEMA, OwnerKind, enum_type


class Document(OfficeRow, table=True):
    """What is known of a file; its bytes are asked for when somebody opens it.

    `owner_kind` is the twin that `owner_id` is a row of: interventions, projects or customer_equipment.
    A quote or an invoice is its number and its total, never its lines.
    """

    __tablename__ = "documents"
    __table_args__ = (Index("ix_mobile_documents_owner", "owner_kind", "owner_id"), {"schema": SCHEMA})
    owner_kind: OwnerKind = Field(sa_type=enum_type(OwnerKind))
    owner_id: UUID
    name: str | None = Field(default=None, max_length=255)
    mime: str | None = Field(default=None, max_length=255)
    size_bytes: int | None = None
    sha256: str | None = Field(default=None, max_length=64)
    sale_document_number: str | None = Field(default=None, max_length=30)
    sale_document_kind: str | None = Field(default=None, max_length=20)
    document_date: date | None = Field(default=None, index=True)
    total_ttc: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
