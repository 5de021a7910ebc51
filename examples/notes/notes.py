"""One table, one server, two devices, one note that both edit offline: `python examples/notes/notes.py`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import Device, World
from twinbase_server import accounts
from twinbase_server.embedded import EmbeddedPostgres


class Note(SQLModel, table=True):  # one class: the table in PostgreSQL, and its twin on every device
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str
    place: str = ""


async def both_edit(anna: Device, bob: Device, note: UUID) -> Note | None:
    await anna.change(Note, note, text="The boiler leaks")  # no network needed, here
    await bob.change(Note, note, place="In the cellar")  # nor there
    reports = [await device.sync() for device in (anna, bob, anna)]
    assert all(report.is_proven for report in reports)  # proven: the same rows, with the same content
    return await anna.read(Note, note)  # "The boiler leaks", "In the cellar"


class Notes:
    """The plugin: which tables are twins, which way rows go, and who wins a conflict."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Note, direction="both", conflict="merge_columns")


async def main(database_url: str, folder: Path) -> Note | None:
    """A server over this database, two encrypted files in this folder; answers the note as it is at the end."""
    async with World.open(database_url, Plugins(Notes(), accounts), folder) as world:
        anna, bob = await world.device("anna"), await world.device("bob")
        note = Note(text="The boiler")
        await anna.save(note)
        for device in (anna, bob):
            await device.sync()
        return await both_edit(anna, bob, note.id)


if __name__ == "__main__":
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        print(asyncio.run(main(postgres.url, Path(folder))))
