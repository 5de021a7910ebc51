"""Tables that stay on the server: what scopes look up, and no device ever has."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlmodel import Field, SQLModel

from twinbase_mobile.tables.base import OfficeRow
from twinbase_mobile.tables.kinds import SCHEMA


class Sector(SQLModel, table=True):
    """Who looks after which post codes.

    `zip_prefixes`: "75" is all of Paris, "75011" one district of it. `colleague_codes`: who works there, by the codes
    of `colleagues`. Of somebody who is named in no sector, the sector in his own row counts.
    """

    __tablename__ = "sectors"
    __table_args__ = {"schema": SCHEMA}
    code: str = Field(max_length=10, primary_key=True)
    caption: str | None = Field(default=None, max_length=60)
    zip_prefixes: list[Any] = Field(default_factory=list, sa_type=ARRAY(Text))
    colleague_codes: list[Any] = Field(default_factory=list, sa_type=ARRAY(Text))


class ProjectMember(OfficeRow, table=True):
    """Who works on a project, besides those whose visits belong to it."""

    __tablename__ = "project_members"
    __table_args__ = {"schema": SCHEMA}
    project_id: UUID = Field(index=True)
    colleague_id: UUID = Field(index=True)
