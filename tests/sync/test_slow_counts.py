"""A twin that takes long to count is sent as it always was, and nobody waits for its number."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, Who, hookimpl
from twinbase.replica.status import SyncStatus
from twinbase.testing import World
from twinbase_server import accounts


class Ledge(SQLModel, table=True):
    __tablename__ = "slow_ledges"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Brick(SQLModel, table=True):
    __tablename__ = "slow_bricks"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


def slowly(who: Who) -> Any:
    """Twenty milliseconds for each row."""
    return func.pg_sleep(0.02).is_not(None)


class Wall:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Ledge, priority=0)
        yield Mirror(Brick, scope=slowly)


PLUGINS = Plugins(Wall(), accounts)


async def test_a_twin_that_is_slow_to_count_comes_whole_and_the_total_stays_unknown(world: World) -> None:
    await world.sql("INSERT INTO slow_bricks SELECT gen_random_uuid() FROM generate_series(1, 60)")
    await world.sql("INSERT INTO slow_ledges SELECT gen_random_uuid() FROM generate_series(1, 5)")
    anna = await world.device("anna")
    seen: list[SyncStatus] = []
    anna.replica.status.watch(seen.append)

    report = await anna.sync()

    assert report.is_proven and report.pulled == 65
    assert {status.rows_expected for status in seen} == {0} and max(status.rows for status in seen) == 65
