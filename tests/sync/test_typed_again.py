"""What was refused and is sent again says what the person did, on top of what the server has by then."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel
from tests.sync.shop import Job, Workshop

from twinbase import Mirror, Plugins, hookimpl, merge_columns
from twinbase.conflict import add
from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase_server import accounts


class Till(SQLModel, table=True):
    """Three kinds of numbers that several people add to."""

    __tablename__ = "till"
    __table_args__ = {"schema": "workshop"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    coins: int = 0
    weight: float = 0.0
    amount: Decimal = Field(default=Decimal("0.00"), max_digits=10, decimal_places=2)


class Shop(Workshop):
    """The workshop, and its till."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        adding = merge_columns(coins=add, weight=add, amount=add)
        yield from super().twinbase_mirrors()
        yield Mirror(Till, direction="both", conflict=adding)


PLUGINS = Plugins(accounts, Shop())


async def _refused(world: World) -> tuple[Device, UUID]:
    """A device whose visit, and a coin, were refused with the title; meanwhile the office counts on."""
    anna = await world.device("anna", claims={"lead": "anna"})
    job, till = Job(lead="anna", title="boiler", visits=10), Till(coins=10, weight=1.5, amount=Decimal("10.10"))
    await anna.save(job, till)
    await anna.sync()
    await world.sql("ALTER TABLE workshop.job ADD CHECK (title <> 'leak')")
    async with anna.replica.session() as session:
        mine, hers = await session.get_one(Job, job.id), await session.get_one(Till, till.id)
        mine.title, mine.visits = "leak", 12
        hers.coins, hers.weight, hers.amount = 13, 2.0, Decimal("12.40")
        await session.commit()
    await world.sql("UPDATE workshop.till SET coins = 20, weight = 4, amount = 20.20")
    await world.sql("UPDATE workshop.job SET visits = 30")
    assert (await anna.sync()).outcomes.keys() == {"refused", "parked"}
    return anna, next(edit.id for edit in await anna.replica.waiting_edits() if edit.state == "refused")


TILL = "SELECT coins, weight::float8, amount FROM workshop.till"


async def test_what_adds_up_is_added_once_more_when_what_was_beside_it_is_corrected(world: World) -> None:
    anna, edit = await _refused(world)
    await anna.replica.correct(edit, {"title": "leaks"})
    assert (await anna.sync()).is_proven
    assert await world.sql(TILL) == [(23, 4.5, Decimal("22.50"))]
    assert await world.sql("SELECT title, visits FROM workshop.job") == [("leaks", 32)]


async def test_what_adds_up_is_added_once_more_when_what_was_beside_it_is_discarded(world: World) -> None:
    anna, edit = await _refused(world)
    await anna.replica.discard(edit)
    assert (await anna.sync()).is_proven
    assert await world.sql(TILL) == [(23, 4.5, Decimal("22.50"))]
    assert await world.sql("SELECT title, visits FROM workshop.job") == [("boiler", 30)]


async def test_a_number_that_the_person_gives_is_that_number(world: World) -> None:
    anna, edit = await _refused(world)
    await anna.replica.correct(edit, {"title": "leaks", "visits": 7})
    await anna.sync()
    assert await world.sql("SELECT visits FROM workshop.job") == [(7,)]
