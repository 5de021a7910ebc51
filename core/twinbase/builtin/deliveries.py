"""What became of a device's own changes on their way to other systems: a mirror that the device only reads.

The plugin `deliveries`; name it in the configuration of both sides where the server hands anything over. A row shows
"sent to EBP at …" or "EBP refused: …" beside the work it is about: `twin` and `row_key` say which row that is. What is
handed over stays on the server.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, DateTime, Identity, MetaData
from sqlmodel import Field, SQLModel, col

from twinbase.hooks import hookimpl
from twinbase.mirror import Mirror, days

DAYS = 30
HIDDEN = frozenset({"n", "attempts", "author", "key", "payload", "next_at"})


class DeliveryRow(SQLModel, table=True):
    """One delivery. `state`: waiting, sent, acknowledged, refused, held; `said`: a sentence about it, or empty.

    `row_key`: the key of the row as text; a JSON list where the key has several columns.
    """

    __tablename__ = "deliveries"
    __table_args__ = {"schema": "twinbase"}
    metadata = MetaData()
    id: UUID = Field(primary_key=True)
    n: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True)))
    destination: str
    state: str
    said: str = ""
    attempts: int = 0
    author: str
    twin: str
    row_key: str
    key: Any = Field(default=None, sa_column=Column(JSON))
    action: str
    payload: Any = Field(default=None, sa_column=Column(JSON))
    mutation: UUID
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    next_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    sent_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    acknowledged_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    yield Mirror(
        DeliveryRow,
        hidden=HIDDEN,
        scope=lambda who: col(DeliveryRow.author) == who.subject,
        window=days(DeliveryRow.created_at, back=DAYS, nulls=False),
        priority=2,
    )
