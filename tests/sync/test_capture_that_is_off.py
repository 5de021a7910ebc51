"""Whoever takes our triggers off, or goes round them: no twin is called proven that nobody watches."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing.world import World
from twinbase_server import accounts

TABLE = "public.note"
OFF = {
    "disabled, as pg_dump --disable-triggers does": f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL",
    "enabled for ordinary sessions only": f"ALTER TABLE {TABLE} ENABLE TRIGGER twinbase_capture_update",
    "dropped": f"DROP TRIGGER twinbase_capture_update ON {TABLE}",
    "written through a parent": "CREATE TABLE all_notes (LIKE public.note); ALTER TABLE public.note INHERIT all_notes",
    "with a part of its own": "CREATE TABLE public.old_note () INHERITS (public.note)",
}


class Note(SQLModel, table=True):
    __tablename__ = "note"
    metadata = MetaData()
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str


class WithNotes:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Note, direction="both")


CHANGE = {
    "written through a parent": "UPDATE public.all_notes SET text = 'office'",
    "with a part of its own": "INSERT INTO public.old_note SELECT gen_random_uuid(), 'office'",
}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(WithNotes(), accounts), tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("how", OFF)
async def test_a_twin_whose_triggers_are_not_armed_is_never_skipped(world: World, how: str) -> None:
    anna = await world.device("anna")
    await anna.save(Note(text="mine"))
    assert (await anna.sync()).is_proven
    for statement in OFF[how].split("; "):
        await world.sql(statement)
    await world.sql(CHANGE.get(how, f"UPDATE {TABLE} SET text = 'office'"))
    report = await anna.sync()
    assert "office" in {note.text for note in await anna.all(Note)}
    assert report.unproven["note"].startswith("Not captured") and not report.is_proven


async def test_a_first_sync_says_it_too(world: World) -> None:
    await world.sql(f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL")
    bob = await world.device("bob")
    report = await bob.sync()
    assert report.unproven["note"].startswith("Not captured") and not report.is_proven
