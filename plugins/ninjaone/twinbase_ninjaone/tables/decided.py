"""What people have decided about NinjaOne's things."""

from datetime import datetime

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
