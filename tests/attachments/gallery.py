"""The twins of these tests: rows that name content in every way that a mirror allows."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from twinbase import Attachment, Mirror, Plugins, hookimpl
from twinbase.attachment import IMAGES, PDF
from twinbase_server import accounts

SCHEMA = "gallery"
TABLE = {"schema": SCHEMA}


class Picture(SQLModel, table=True):
    """Says of its bytes whether the server has them."""

    __tablename__ = "picture"
    __table_args__ = TABLE
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    lead: str = "anna"
    caption: str = ""
    sha256: str | None = Field(default=None, max_length=64)
    size_bytes: int | None = None
    mime: str | None = None
    blob_state: str | None = None


class Receipt(SQLModel, table=True):
    """Says nothing of its bytes, and has a key of two parts."""

    __tablename__ = "receipt"
    __table_args__ = TABLE
    year: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    receipt_sha256: str | None = Field(default=None, max_length=64)


class Finding(SQLModel, table=True):
    """Goes to the office, and never comes back."""

    __tablename__ = "finding"
    __table_args__ = TABLE
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sha256: str | None = Field(default=None, max_length=64)


class Manual(SQLModel, table=True):
    """Comes from the office, and is only read."""

    __tablename__ = "manual"
    __table_args__ = TABLE
    id: int = Field(primary_key=True)
    sha256: str | None = Field(default=None, max_length=64)


class Gallery:
    """The plugin."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(
            Picture,
            direction="both",
            scope=lambda who: Picture.lead == who["lead"],
            conflict="merge_columns",
            attachments=(Attachment("sha256", size="size_bytes", mime="mime", state="blob_state"),),
        )
        yield Mirror(
            Receipt,
            direction="both",
            conflict="merge_columns",
            attachments=(Attachment("receipt_sha256", types=IMAGES | {PDF}),),
        )
        yield Mirror(Finding, direction="push", attachments=(Attachment("sha256"),))
        yield Mirror(Manual, attachments=(Attachment("sha256", types={PDF}),))


def gallery() -> Plugins:
    return Plugins(Gallery(), accounts)
