"""One mirror: notes, which everybody has who may read them."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from twinbase import Mirror, hookimpl


class OpenNote(SQLModel, table=True):
    __tablename__ = "open_notes"
    __table_args__ = {"schema": "notebook"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str = ""


class Notebook:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(OpenNote, direction="both", read="notes.read", write="notes.write")

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {"notes.read": "See notes.", "notes.write": "Write them."}

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        return {"reader": ["notes.read"], "writer": ["notes.read", "notes.write"], "": []}
