"""What was written to NinjaOne from here, to know it again when it comes back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from twinbase_ninjaone.tables.base import SCHEMA, Json


class Write(SQLModel, table=True):
    """A delivery that was tried. `after_entry`: the newest entry of the ticket's log that was known before.

    `comment_id`: the device's row; `log_entry_id`: what it became there. `version`: of the ticket after a change of it.
    """

    __tablename__ = "writes"
    __table_args__ = {"schema": SCHEMA}
    delivery_id: UUID = Field(primary_key=True)
    ticket_id: int = Field(index=True)
    comment_id: UUID | None = Field(default=None, index=True)
    payload: Json = Field(sa_type=JSONB)
    tried_at: datetime
    after_entry: int | None = Field(default=None, sa_type=BigInteger)
    log_entry_id: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    version: int | None = None
