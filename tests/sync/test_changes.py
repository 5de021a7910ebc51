"""Who shows rows hears which of them changed, and a query that is watched is never old."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exists, func
from sqlalchemy.orm import aliased, defer
from sqlmodel import Field, SQLModel, col, delete, select, update
from tests.docs.page_blocks import executes, find_blocks
from tests.sync.shop import Job, Part, Product

from twinbase import Mirror, Plugins, hookimpl
from twinbase.replica import ChangedRow, Replica
from twinbase.replica.changes import find_twins
from twinbase.testing import Device, World
from twinbase_server import accounts

SECONDS = 30
"""Longer than any of it takes; a change that is never told ends a test here."""


async def until(changes: AsyncGenerator[Sequence[Any]], wanted: Callable[[Sequence[Any]], bool]) -> Sequence[Any]:
    """The first result that is as wanted."""
    async with asyncio.timeout(SECONDS):
        while not wanted(result := await anext(changes)):
            pass
    return result


async def test_a_row_that_the_office_changes_is_told_as_it_is_now(world: World) -> None:
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 1, false)")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    async with anna.replica.changes(Job) as changes:
        await world.sql("UPDATE workshop.job SET title = 'pump'")
        await anna.sync()
        changed = await anext(changes)
        assert (changed.model, changed.key, changed.row.title) == (Job, (job,), "pump")
        await world.sql("DELETE FROM workshop.job")
        await anna.sync()
        assert await anext(changes) == ChangedRow(Job, (job,), None)


async def test_what_is_written_here_is_told_when_it_is_committed_and_other_classes_are_not(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with anna.replica.changes(Job) as changes:
        async with anna.replica.session() as session:
            job = Job(lead="anna", title="boiler")
            session.add(job)
            await session.flush()
            session.add(Part(job_id=job.id))
            told = asyncio.ensure_future(anext(changes))
            await session.commit()
        assert (await told).row.title == "boiler"
        async with anna.replica.session() as session:
            await session.exec(delete(Part))
            await session.exec(update(Job).values(title="pump"))
            await session.commit()
        assert (await anext(changes)).row.title == "pump"


async def test_so_many_rows_that_none_is_listed_are_told_as_all_of_the_class(world: World) -> None:
    await world.sql("INSERT INTO workshop.product (id, name) SELECT i, 'p' || i FROM generate_series(1, 10) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    async with anna.replica.changes(Product) as changes:
        await anna.sync()
        assert await anext(changes) == ChangedRow(Product, None, None)


async def test_a_query_that_is_watched_is_asked_anew_when_one_of_its_tables_changes(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    parts = select(col(Part.job_id)).where(col(Part.quantity) > 1)
    statement = select(col(Job.title)).where(col(Job.id).in_(parts))
    async with aclosing(anna.replica.watch(statement)) as results:
        assert await anext(results) == []
        job = Job(lead="anna", title="boiler")
        part = Part(job_id=job.id, quantity=1)
        await anna.save(job, part)
        await anna.change(Part, part.id, quantity=2)
        assert await until(results, bool) == ["boiler"]
        await anna.sync()
        await world.sql("UPDATE workshop.job SET title = 'pump'")
        await anna.sync()
        assert await until(results, lambda rows: "pump" in rows) == ["pump"]


def statements(job: Any, part: Any, product: Any, read: Any) -> list[Any]:
    """Each reads the jobs, in another way."""
    return [
        read(job),
        read(job.title),
        read(job, part).join(part),
        read(func.count()).select_from(job),
        read(aliased(job)),
        read(part).where(exists().where(job.id == part.job_id)),
        read(read(job.title).subquery()),
        read(read(job.title).cte()),
        read(product.id).where(product.name.in_(read(job.title))),
        read(product, read(func.max(job.title)).scalar_subquery()),
        read(job).limit(3).order_by(job.title),
        read(product.name).union(read(job.title)),
        read(job).options(defer(job.report)),
    ]


@pytest.mark.parametrize("statement", statements(Job, Part, Product, select))
async def test_every_way_to_read_a_table_is_known(world: World, statement: Any) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    assert "job" in find_twins(statement, anna.replica.registry)


async def test_whoever_listens_no_more_costs_nothing(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    async with anna.replica.changes(Job) as changes:
        await anna.save(Job(lead="anna", title="boiler"))
        await anext(changes)
    await anna.save(Job(lead="anna", title="pump"))
    assert not anna.replica._changes._listeners and not anna.replica._changes._tasks


async def test_what_is_not_mirrored_is_said_at_once(world: World) -> None:
    class Stranger(SQLModel):
        """No twin."""

    anna = await world.device("anna", claims={"lead": "anna"})
    with pytest.raises(LookupError, match="Stranger is not mirrored"):
        async with anna.replica.changes(Stranger):
            pass
    with pytest.raises(LookupError, match="no table that is mirrored"):
        await anext(anna.replica.watch(select(func.count())))


@pytest.mark.parametrize("seed", range(4))
async def test_a_copy_that_is_kept_by_what_is_told_is_always_the_table(world: World, seed: int) -> None:
    """Writes here and there, in any order, with syncs between: whoever follows has every row, and as it is."""
    dice, anna = Random(seed), await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    copy: dict[Any, str] = {}
    async with anna.replica.changes(Job) as changes:
        for number in range(20):
            await _do_something(dice, world, anna, number)
        await anna.save(Job(lead="anna", title="the last"))
        wanted = {job.id: job.title for job in await anna.all(Job)}
        async with asyncio.timeout(SECONDS):
            while copy != wanted:
                _follow(copy, await anext(changes))


def _follow(copy: dict[Any, str], change: ChangedRow) -> None:
    assert change.key is not None
    if change.row is None:
        copy.pop(change.key[0], None)
    else:
        copy[change.key[0]] = change.row.title


async def _do_something(dice: Random, world: World, anna: Device, number: int) -> None:
    here = await anna.all(Job)
    match dice.randrange(6):
        case 0 | 1:
            await anna.save(Job(lead=dice.choice(["anna", "bob"]), title=f"here {number}"))
        case 2 if here:
            await anna.change(Job, dice.choice(here).id, title=f"changed {number}")
        case 3 if here:
            await anna.delete(Job, dice.choice(here).id)
        case 4:
            await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'office {number}', NULL, 1, false)")
            await world.sql("UPDATE workshop.job SET title = title || '!' WHERE lead = 'anna'")
        case _:
            await anna.sync()


class Step(SQLModel, table=True):
    """A key of two columns."""

    __tablename__ = "step"
    __table_args__ = {"schema": "stairs"}
    floor: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    height: int = 0


class Stairs:
    """A plugin with it."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Step, direction="both", conflict="device_wins")


async def test_rows_with_a_key_of_several_columns_are_told_by_all_of_them(tmp_path: Path) -> None:
    floor, plugins = uuid4(), Plugins(Stairs(), accounts)
    async with await Replica.open(tmp_path / "stairs.twin", b"k" * 32, plugins=plugins) as replica:
        async with replica.changes(Step) as changes:
            async with replica.session() as session:
                session.add_all([Step(floor=floor, number=number, height=number) for number in (1, 2, 3)])
                await session.commit()
            async with asyncio.timeout(SECONDS):
                found = [await anext(changes) for _ in range(3)]
    assert {(change.key, change.row.height) for change in found} == {((floor, number), number) for number in (1, 2, 3)}


HOW_TO = find_blocks("docs/how-to/react-to-changes.md")


def how_to() -> dict[str, Any]:
    """What the how-to page defines."""
    defined: dict[str, Any] = {}
    for example in HOW_TO:
        exec(example.take(), defined)
    return defined


@executes(*HOW_TO)
async def test_the_examples_of_the_how_to_page_keep_a_screen_and_a_copy(world: World) -> None:
    anna, page = await world.device("anna", claims={"lead": "anna"}), how_to()
    await anna.save(Job(lead="anna", title="boiler"))
    shown: list[list[str]] = []
    copy: dict[Any, Any] = {}

    def show(rows: Sequence[Any]) -> bool:
        shown.append(sorted(row.title for row in rows))
        return len(shown[-1]) < 2

    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(page["keep_shown"](anna.replica, Job, show))
        tasks.create_task(page["keep_copy"](anna.replica, Job, copy, lambda: len(copy) == 2))
        await anna.sync()
        await world.sql(f"INSERT INTO workshop.job VALUES ('{uuid4()}', 'anna', 'pump', NULL, 1, false)")
        await anna.sync()
    assert shown[-1] == ["boiler", "pump"] == sorted(row.title for row in copy.values())
