"""A row of a source never stops a run: what it points at may be missing, for a while or for ever."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ColumnElement, FromClause, MetaData, Select, Text, Uuid, cast, func, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.projection import Feeds, Projection
from twinbase_server.database.connection import Connection, open_engine
from twinbase_server.projection.run import project
from twinbase_server.setup import init_database

SCHEMA = "firm"


class Base(SQLModel):
    metadata = MetaData()


class Entry(Base, table=True):
    """What the office writes; the numbers of people and of another entry."""

    __tablename__ = "entries"
    __table_args__ = {"schema": SCHEMA}
    number: int = Field(primary_key=True)
    owner: int | None = None
    helper: int | None = None
    after: int | None = None


class Person(Base, table=True):
    __tablename__ = "people"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(primary_key=True)
    number: int


class Job(Base, table=True):
    """It must have an owner; it may have a helper, and another job that it comes after."""

    __tablename__ = "jobs"
    __table_args__ = {"schema": SCHEMA}
    id: UUID = Field(primary_key=True)
    source_table: str | None = None
    source_id: str | None = None
    owner_id: UUID = Field(foreign_key="firm.people.id")
    helper_id: UUID | None = Field(default=None, foreign_key="firm.people.id")
    after_id: UUID | None = Field(default=None, foreign_key="firm.jobs.id")


_ENTRIES: Any = Entry.__table__  # type: ignore[attr-defined]
_PEOPLE: Any = Person.__table__  # type: ignore[attr-defined]


def _id(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.md5(cast(number, Text)), Uuid)


def _of_people(changed: FromClause) -> Select[Any]:
    ids = select(changed.c.id)
    return select(cast(_ENTRIES.c.number, Text)).where(
        or_(_id(_ENTRIES.c.owner).in_(ids), _id(_ENTRIES.c.helper).in_(ids))
    )


JOBS = Projection(
    Job,
    "entry",
    select(
        _id(_ENTRIES.c.number).label("id"),
        cast(_ENTRIES.c.number, Text).label("source_id"),
        _id(_ENTRIES.c.owner).label("owner_id"),
        _id(_ENTRIES.c.helper).label("helper_id"),
        _id(_ENTRIES.c.after).label("after_id"),
    ),
    (Feeds(_ENTRIES, lambda changed: select(cast(changed.c.number, Text))), Feeds(_PEOPLE, _of_people)),
)


class Firm:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Person)
        yield Mirror(Job)

    @hookimpl
    def twinbase_projections(self) -> Sequence[Projection]:
        return [JOBS]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_engine(database_url) as made:
        async with made.begin() as connection:
            await connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
            await connection.run_sync(Base.metadata.create_all)
        await init_database(database_url, Plugins(Firm()), datetime.now(UTC))
        yield made


@pytest.fixture
async def clerk(database: AsyncEngine, database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def hire(clerk: Connection, *numbers: int) -> None:
    await clerk.executemany("INSERT INTO firm.people VALUES (md5($1::int::text)::uuid, $1)", [(n,) for n in numbers])


async def jobs(clerk: Connection) -> dict[str, tuple[int | None, str | None]]:
    """The number of each job's helper, and the job that it comes after."""
    rows = await clerk.fetch(
        "SELECT j.source_id, h.number, b.source_id AS after FROM firm.jobs j"
        " LEFT JOIN firm.people h ON h.id = j.helper_id LEFT JOIN firm.jobs b ON b.id = j.after_id"
    )
    return {row["source_id"]: (row["number"], row["after"]) for row in rows}


async def test_a_row_without_what_it_must_have_is_left_out_until_it_is_there(
    database: AsyncEngine, clerk: Connection
) -> None:
    await hire(clerk, 1)
    await clerk.execute("INSERT INTO firm.entries VALUES (10, 1), (11, 2), (12, NULL)")
    (report,) = await project(database, [JOBS])
    assert (report.written, report.left_out) == (1, 2) and set(await jobs(clerk)) == {"10"}
    await hire(clerk, 2)
    (report,) = await project(database, [JOBS])
    assert (report.written, report.left_out) == (1, 0) and set(await jobs(clerk)) == {"10", "11"}


async def test_a_row_comes_without_what_it_may_lack_until_that_is_there(
    database: AsyncEngine, clerk: Connection
) -> None:
    await hire(clerk, 1)
    await clerk.execute("INSERT INTO firm.entries VALUES (10, 1, 2), (11, 1, 1)")
    (report,) = await project(database, [JOBS])
    assert (report.written, report.left_out) == (2, 0)
    assert await jobs(clerk) == {"10": (None, None), "11": (1, None)}
    await hire(clerk, 2)
    await project(database, [JOBS])
    assert await jobs(clerk) == {"10": (2, None), "11": (1, None)}


async def test_rows_may_point_at_rows_of_the_same_run_that_are_not_left_out(
    database: AsyncEngine, clerk: Connection
) -> None:
    await hire(clerk, 1)
    await clerk.execute(
        "INSERT INTO firm.entries VALUES (10, 1, NULL, 11), (11, 1, NULL, 12), (12, 2, NULL, NULL), (13, 1, NULL, 13)"
    )
    await project(database, [JOBS])
    assert await jobs(clerk) == {"10": (None, "11"), "11": (None, None), "13": (None, "13")}
    await clerk.execute("INSERT INTO firm.entries VALUES (14, 1, NULL, 10)")
    await project(database, [JOBS])
    assert (await jobs(clerk))["14"] == (None, "10")


async def test_rows_that_a_policy_hides_from_us_are_an_error_and_their_targets_stay(
    database: AsyncEngine, database_url: str, clerk: Connection
) -> None:
    await clerk.execute("INSERT INTO firm.people VALUES (md5('1')::uuid, 1); INSERT INTO firm.entries VALUES (1, 1)")
    await project(database, [JOBS])
    role, place = "twinbase_test_projector", urlsplit(database_url)
    await clerk.execute(f"""
        DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'only-here';
        GRANT ALL ON SCHEMA firm, twinbase TO {role};
        GRANT ALL ON ALL TABLES IN SCHEMA firm, twinbase TO {role};
        GRANT ALL ON ALL FUNCTIONS IN SCHEMA twinbase TO {role};
        ALTER TABLE firm.entries ENABLE ROW LEVEL SECURITY;
        UPDATE firm.entries SET helper = 1
    """)
    host = place.netloc.rpartition("@")[2]
    try:
        async with open_engine(place._replace(netloc=f"{role}:only-here@{host}").geturl()) as ours:
            with pytest.raises(DBAPIError, match="row-level security"):
                await project(ours, [JOBS])
        assert await clerk.fetchval("SELECT count(*) FROM firm.jobs") == 1
        await clerk.execute("ALTER TABLE firm.entries DISABLE ROW LEVEL SECURITY")
        async with open_engine(place._replace(netloc=f"{role}:only-here@{host}").geturl()) as ours:
            await project(ours, [JOBS])
        assert await clerk.fetchval("SELECT helper_id IS NOT NULL FROM firm.jobs")
    finally:
        await clerk.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")
