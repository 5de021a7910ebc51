"""A list of what is not sent yet says of each edit what people call its row, and on whose screen it stands."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import Field, SQLModel

from twinbase import Caption, Mirror, Plugins, hookimpl
from twinbase.errors import MirrorError
from twinbase.replica import Replica, UnsentEdit

KEY = bytes(range(32))


class Owner(SQLModel, table=True):
    __tablename__ = "titled_owners"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = ""


class Boat(SQLModel, table=True):
    __tablename__ = "titled_boats"
    __table_args__ = {"schema": "harbour"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str | None = None
    sail: int = 0
    state: str = ""
    seq: int = 0
    twin: str = ""
    owner_id: UUID | None = Field(default=None, foreign_key="titled_owners.id")


class Knot(SQLModel, table=True):
    __tablename__ = "titled_knots"
    boat_id: UUID = Field(foreign_key="harbour.titled_boats.id", primary_key=True)
    place: int = Field(primary_key=True)
    note: str = ""


BOAT = Caption("Boat", ("name", "id"), about=("owner_id.name",), belongs_to="id")
KNOT = Caption("Knot", ("note", "boat_id.name"), about=("boat_id.owner_id.name",), belongs_to="boat_id")


class Harbour:
    def __init__(self, boat: Any = BOAT, knot: Any = KNOT, *, owners: bool = True) -> None:
        self._boat, self._knot, self._owners = boat, knot, owners

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        if self._owners:
            yield Mirror(Owner, direction="both")
        yield Mirror(Boat, direction="both", name="boats", caption=self._boat)
        yield Mirror(Knot, direction="both", caption=self._knot)


async def opened(folder: Path, harbour: Harbour | None = None) -> Replica:
    return await Replica.open(folder / "harbour.twin", KEY, plugins=Plugins(harbour or Harbour()))


async def save(replica: Replica, *rows: SQLModel) -> None:
    async with replica.session() as session:
        for row in rows:
            session.add(row)
            await session.flush()
        await session.commit()


async def outbox(replica: Replica) -> list[UnsentEdit]:
    async with replica.read() as session:
        return await session.read_outbox()


async def test_every_edit_of_every_table_has_a_title_and_the_row_that_it_belongs_to(tmp_path: Path) -> None:
    anna, boat = Owner(name="Anna"), Boat(name="  Gull ")
    boat.owner_id = anna.id
    async with await opened(tmp_path) as replica:
        await save(replica, anna, boat, Knot(boat_id=boat.id, place=3))
        titled = await outbox(replica)
    assert [one.make_title() for one in titled] == ["titled_owners", "Boat: Gull (Anna)", "Knot: Gull (Anna)"]
    assert [one.belongs_to for one in titled] == [None, ("boats", boat.id), ("boats", boat.id)]
    assert [one.edit.op for one in titled] == ["insert"] * 3
    assert titled[1].make_title({"Boat": "Bateau"}.__getitem__) == "Bateau: Gull (Anna)"


async def test_a_row_is_called_as_it_is_called_now_and_one_that_is_gone_as_it_was(tmp_path: Path) -> None:
    boat, wreck = Boat(name="Gull"), Boat(name="Wreck")
    async with await opened(tmp_path) as replica:
        await save(replica, boat, wreck)
        async with replica.session() as session:
            (await session.get_one(Boat, boat.id)).name = "Tern"
            await session.delete(await session.get_one(Boat, wreck.id))
            await session.commit()
        titles = [(one.edit.op, one.make_title()) for one in await outbox(replica)]
    assert sorted(titles) == [
        ("delete", "Boat: Wreck"), ("insert", "Boat: Tern"), ("insert", "Boat: Wreck"), ("update", "Boat: Tern"),
    ]  # fmt: skip


async def test_what_has_no_name_is_called_by_the_word_alone_and_a_long_one_is_cut(tmp_path: Path) -> None:
    boat = Boat(name="é" * 5_000)
    async with await opened(tmp_path, Harbour(Caption("Boat", ("name",)), Caption("Knot", ("note",)))) as replica:
        await save(replica, boat, Knot(boat_id=boat.id, place=1, note=" \t"))
        assert [one.make_title() for one in await outbox(replica)] == ["Boat: " + "é" * 120, "Knot"]


async def test_text_that_is_none_stops_no_list(tmp_path: Path) -> None:
    async with await opened(tmp_path) as replica:
        async with replica.session() as session:
            await (await session.connection()).exec_driver_sql(
                "INSERT INTO boats (id, name, sail, state, seq, twin)"
                " VALUES ('no uuid', CAST(x'ff41' AS TEXT), 0, '', 1, '')"
            )
            await session.commit()
        (only,) = await outbox(replica)
    assert only.caption == "\ufffdA" and only.belongs_to == ("boats", "no uuid")


async def test_a_name_in_a_table_that_is_on_no_device_is_left_out(tmp_path: Path) -> None:
    async with await opened(tmp_path, Harbour(owners=False)) as replica:
        await save(replica, Boat(name="Gull", owner_id=uuid4()))
        assert [one.make_title() for one in await outbox(replica)] == ["Boat: Gull"]


async def test_a_thousand_edits_are_read_in_as_many_statements_as_one(tmp_path: Path) -> None:
    async with await opened(tmp_path) as replica:
        counts = []
        for boats in (1, 1_000):
            await save(replica, *(Boat(name=f"boat {number}") for number in range(boats)))
            statements: list[str] = []
            reader = replica.database.reader.sync_engine
            event.listen(reader, "before_cursor_execute", lambda *seen, into=statements: into.append(seen[2]))
            edits = await outbox(replica)
            counts.append(len(statements))
            assert len(edits) >= boats
    assert counts[0] == 4, "begin, the checkpoint, the edits, their titles"
    assert counts[1] <= 2 * counts[0], "the first listener hears it too, and no row has a statement of its own"


async def test_a_file_without_edits_or_without_captions_says_so_or_gives_the_twins_name(tmp_path: Path) -> None:
    async with await opened(tmp_path, Harbour(None, None)) as replica:
        assert await outbox(replica) == []
        await save(replica, Boat(name="Gull"))
        assert [one.make_title() for one in await outbox(replica)] == ["boats"]


def wrong_captions() -> Iterator[tuple[Any, str]]:
    yield Caption("Boat", ("nme",)), "names no column: titled_boats has id, name"
    yield Caption("Boat", ("sail.name",)), "'sail' is no foreign key"
    yield Caption("Boat", about=("owner_id.nme",)), "names no column: titled_owners has id, name"
    yield Caption("Boat", belongs_to="sail"), "leads to no row"
    yield Caption("Boat", belongs_to="owner_id.id"), "leads to no row"
    yield Caption("Boat", "name"), "a word, and tuples of columns"
    yield Caption(""), "a word, and tuples of columns"
    yield "Boat", "a word, and tuples of columns"


@pytest.mark.parametrize(("caption", "said"), list(wrong_captions()))
def test_a_caption_that_leads_nowhere_is_refused_on_both_sides(caption: Any, said: str) -> None:
    for asked in ("twins", "registry"):
        with pytest.raises(MirrorError, match=said):
            getattr(Plugins(Harbour(caption)), asked)
