"""What people have decided about NinjaOne's things."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from twinbase_ninjaone.tables.base import SCHEMA


class LinkRejection(SQLModel, table=True):
    """These two are not the same, a person says. `kind`: org or user, as the commands name it."""

    __tablename__ = "link_rejections"
    __table_args__ = {"schema": SCHEMA}
    kind: str = Field(primary_key=True)
    remote_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    code: str = Field(primary_key=True)
    rejected_by: str
    rejected_at: datetime


class VisitProposal(SQLModel, table=True):
    """A ticket that somebody should perhaps drive to. `state`: proposed, approved, rejected, done, withdrawn.

    `checksum`: of what the ticket said when it was proposed or decided. `visit_id`: the visit in the ERP that stands
    for it; without one, an approved proposal is a visit by itself.
    """

    __tablename__ = "visit_proposals"
    __table_args__ = {"schema": SCHEMA}
    ticket_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str = Field(default="proposed", index=True)
    checksum: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    colleague_code: str | None = None
    scheduled_start: datetime | None = None
    minutes: int | None = None
    with_incident: bool = False
    visit_id: UUID | None = None
