"""Who is whom: what the provider calls a person, and the account that person works as."""

from datetime import datetime

from sqlalchemy import DateTime, MetaData
from sqlmodel import Field, SQLModel

SCHEMA = "openid"


class OpenIdLink(SQLModel, table=True):
    """An account, by the provider's own word for the person, which never changes: an e-mail may become another's."""

    metadata = MetaData()
    __tablename__ = "links"
    __table_args__ = ({"schema": SCHEMA},)
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account: str = Field(index=True)
    linked_at: datetime = Field(sa_type=DateTime(timezone=True))
