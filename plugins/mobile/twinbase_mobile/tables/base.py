"""What every table of `mobile` has: one id for life, and where the row comes from."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from twinbase_mobile.tables.kinds import SCHEMA


def reference_column(table: str, *, on_delete: str | None = "SET NULL", **options: object) -> UUID | None:
    """An optional foreign key to another table of `mobile`; a row that goes leaves NULL behind."""
    return Field(default=None, foreign_key=f"{SCHEMA}.{table}.id", ondelete=on_delete, index=True, **options)  # type: ignore


class OfficeRow(SQLModel):
    """A row born in the office (`source_table`, `source_id`: its key in the ERP), or on a device (both empty)."""

    model_config = {"defer_build": True}
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    source_table: str | None = Field(default=None, max_length=64)
    source_id: str | None = Field(default=None, max_length=64)


class FieldRow(SQLModel):
    """A row born on a device. The id is made there (UUIDv7) and never changes."""

    model_config = {"defer_build": True}
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    client_created_at: datetime | None = None
