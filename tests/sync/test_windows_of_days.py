"""Days are whole days, in the time zone that the mirror names, for what is read and for what is written."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, days, hookimpl
from twinbase.errors import MirrorError
from twinbase.testing import Device, World
from twinbase_server import accounts

S = {"schema": "windows"}
PARIS = "Europe/Paris"


class Base(SQLModel, registry=registry()):
    """Tables of these tests alone."""


class Shift(Base, table=True):
    """A day without a zone: UTC's."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    day: date


class Leave(Base, table=True):
    """A day of Paris."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    day: date


class Visit(Base, table=True):
    """A moment, in days of Paris."""

    __table_args__ = S
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Windows:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Shift, direction="both", window=days(Shift.day, back=0, ahead=0))
        yield Mirror(Leave, direction="both", window=days(Leave.day, back=0, ahead=1, zone=PARIS))
        yield Mirror(Visit, direction="both", window=days(Visit.at, back=0, ahead=0, zone=PARIS))


PLUGINS = Plugins(Windows(), accounts)


async def days_on(anna: Device, model: type[Shift] | type[Leave]) -> list[date]:
    return sorted(row.day for row in await anna.all(model))


async def test_a_day_lasts_from_midnight_to_midnight(database_url: str, tmp_path: Path) -> None:
    async with World.open(database_url, PLUGINS, tmp_path, token_seconds=10**8) as world:
        anna = await world.device("anna")
        today = (world.clock() + timedelta(days=20)).date()
        world.clock.now = datetime(today.year, today.month, today.day, 1, 0, tzinfo=UTC)
        around = [today + timedelta(days=n) for n in (-1, 0, 1, 2)]
        for day in around:
            await world.sql("INSERT INTO windows.shift VALUES (gen_random_uuid(), :day)", day=day)
            await world.sql("INSERT INTO windows.leave VALUES (gen_random_uuid(), :day)", day=day)

        assert (await anna.sync()).is_proven
        assert await days_on(anna, Shift) == [today], "at 01:00 the day has only begun"
        assert await days_on(anna, Leave) == [today, today + timedelta(days=1)]
        await anna.save(Shift(day=today), Leave(day=today))
        assert (await anna.sync()).outcomes == {"applied": 2}, "writing of today is one's own"

        world.clock.now = datetime(today.year, today.month, today.day, 22, 59, tzinfo=UTC)
        assert (await anna.sync()).is_proven
        assert await days_on(anna, Shift) == [today, today]
        world.clock.advance(minutes=1)
        tomorrow = today + timedelta(days=1)
        assert (await anna.sync()).is_proven
        assert await days_on(anna, Shift) == [today, today], "in UTC it is still today"
        assert await days_on(anna, Leave) == [tomorrow, tomorrow + timedelta(days=1)], "in Paris it is tomorrow"
        world.raise_crashes()


async def test_moments_are_of_the_day_on_the_clocks_there(database_url: str, tmp_path: Path) -> None:
    async with World.open(database_url, PLUGINS, tmp_path, token_seconds=10**8) as world:
        anna = await world.device("anna")
        year = world.clock().year + 1
        world.clock.now = datetime(year, 1, 10, 12, 0, tzinfo=UTC)
        times = [(9, 22, 59), (9, 23, 0), (10, 22, 59), (10, 23, 0)]
        moments = [datetime(year, 1, *time, tzinfo=UTC) for time in times]
        for moment in moments:
            await world.sql("INSERT INTO windows.visit VALUES (gen_random_uuid(), :at)", at=moment)

        assert (await anna.sync()).is_proven

        assert sorted(visit.at for visit in await anna.all(Visit)) == moments[1:3], "from midnight in Paris on"


def test_a_time_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(MirrorError, match="no time zone 'Europe/Lyon'"):
        days(Shift.day, back=1, zone="Europe/Lyon")
