"""A NinjaOne of our own, in this process, and a client that talks to it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from twinbase.source import Run
from twinbase.testing.databases import Databases, database_name
from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.fetching import fetch
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, Faults, StandinWorld, create_app, make_world
from twinbase_ninjaone.standin.sizes import SMALL, Sizes
from twinbase_ninjaone.tables import TABLES
from twinbase_server.database.tables import create_server_tables

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The stand-in, its clock, and what it takes to call it."""

    world: StandinWorld
    faults: Faults
    now: datetime = MORNING
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = create_app(self.world, self.faults, lambda: self.now)
        self.door = self.app.state.guard

    def later(self, **passed: float) -> datetime:
        """Time goes by; the moment that it is then."""
        self.now += timedelta(**passed)
        return self.now

    def calls(self) -> list[str]:
        """What was called since this was asked last."""
        made, self.door.calls = self.door.calls, []
        return list(made)

    def configured(self, **changed: Any) -> NinjaOneSettings:
        """Settings that reach this stand-in and never make a test wait."""
        quick = {
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "url": "https://ninja.test",
            "calls_per_second": 100_000, "first_pause_seconds": 0.001, "longest_pause_seconds": 0.01,
        }  # fmt: skip
        return NinjaOneSettings(**{**quick, **self.settings, **changed})

    @property
    def transport(self) -> httpx2.ASGITransport:
        return httpx2.ASGITransport(app=self.app)

    @asynccontextmanager
    async def client(self, **changed: Any) -> AsyncIterator[NinjaOne]:
        async with NinjaOne(self.configured(**changed), transport=self.transport) as ninja:
            yield ninja


def make_desk(sizes: Sizes = SMALL) -> Desk:
    return Desk(make_world(random.Random(20), MORNING, sizes=sizes), Faults())


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A small stand-in for this test alone."""
    yield make_desk()


class Office:
    """Our side: a database with the plugin's tables, and the runs that fill it from the desk."""

    def __init__(self, database_url: str, desk: Desk) -> None:
        self.database_url, self.desk = database_url, desk
        self.told: list[tuple[str, int, int | None]] = []

    async def run(self, **settings: Any) -> Mapping[str, Any]:
        """One run of the source at the desk's time; its figures."""
        step = Run(self.database_url, self.desk.now, lambda *told: self.told.append(told))
        return await fetch(self.desk.configured(**settings), step, transport=self.desk.transport)

    async def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    async def images(self) -> dict[str, set[tuple[Any, ...]]]:
        """Where each row lies, by table: PostgreSQL moves a row that is written, even with the same values."""
        tables = [str(table.__tablename__) for table in TABLES]
        return {
            table: set(await self.rows(f"SELECT ctid::text, xmin::text, xmax::text FROM ninjaone.{table}"))
            for table in tables
        }


@pytest.fixture(scope="session")
def furnished(databases: Databases) -> str:
    """The name of a database with the plugin's tables, to be copied."""
    url = databases.create()
    asyncio.run(create_server_tables(url, TABLES))
    return database_name(url)


@pytest.fixture
def office(databases: Databases, furnished: str, desk: Desk) -> Iterator[Office]:
    url = databases.create(furnished)
    yield Office(url, desk)
    databases.drop(url)
