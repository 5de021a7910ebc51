"""A small workshop for the tests of accept: its tables, and devices that push batches straight into accept_push."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, MetaData, UniqueConstraint
from sqlalchemy import Identity as Numbered
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl, merge_columns, state_machine, within
from twinbase.conflict import add, ask
from twinbase.identity import Identity
from twinbase.protocol import Outcome, PushAnswer, batch_hash
from twinbase_server.accept import AcceptLimits, accept_push
from twinbase_server.caller import Caller
from twinbase_server.database.connection import open_pool
from twinbase_server.setup import init_database

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
SCHEMA = "workshop"


class Base(SQLModel):
    metadata = MetaData()


class Person(Base, table=True):
    __tablename__ = "person"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    name: str


class Job(Base, table=True):
    __tablename__ = "job"
    __table_args__ = (CheckConstraint("visits >= 0", name="visits_not_negative"), {"schema": SCHEMA})
    id: UUID = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(Integer, Numbered(start=100)))
    lead_id: UUID = Field(foreign_key="workshop.person.id")
    title: str = Field(max_length=40)
    report: str | None = None
    status: str = "planned"
    visits: int = 0
    price: Decimal | None = Field(default=None, max_digits=10, decimal_places=2)
    office: str | None = None


class Part(Base, table=True):
    __tablename__ = "part"
    __table_args__ = (UniqueConstraint("job_id", "position", name="one_part_a_place"), {"schema": SCHEMA})
    id: UUID = Field(primary_key=True)
    job_id: UUID = Field(foreign_key="workshop.job.id")
    position: int
    name: str


class Stock(Base, table=True):
    __tablename__ = "stock"
    __table_args__ = ({"schema": SCHEMA},)
    place: str = Field(primary_key=True)
    article: int = Field(primary_key=True)
    amount: int = 0


class Note(Base, table=True):
    __tablename__ = "note"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    text: str


class Rule(Base, table=True):
    __tablename__ = "rule"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    text: str
    other: str = ""


class Event(Base, table=True):
    __tablename__ = "event"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    text: str


class Van(Base, table=True):
    """Its key is the two things that are painted on it."""

    __tablename__ = "van"
    __table_args__ = ({"schema": SCHEMA},)
    region: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    driver_id: UUID


class Trip(Base, table=True):
    __tablename__ = "trip"
    __table_args__ = (
        ForeignKeyConstraint(["region", "number"], ["workshop.van.region", "workshop.van.number"]),
        {"schema": SCHEMA},
    )
    id: UUID = Field(primary_key=True)
    region: str
    number: int


STATES = state_machine("status", {"planned": {"started"}, "started": {"done"}})


class Workshop:
    """The plugin. Jobs belong to their lead; parts follow their job; the rest is everybody's."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Person)
        yield Mirror(
            Job,
            direction="both",
            scope=lambda who: Job.lead_id == who["person"],
            writable={"title", "report", "status", "visits", "price", "lead_id"},
            insertable={"lead_id", "title", "report", "status", "visits", "price"},
            conflict=merge_columns(visits=add, title=ask),
            guards=(STATES,),
        )
        yield Mirror(Part, direction="both", scope=within(Job, Part.job_id), check_after=True)
        yield Mirror(Stock, direction="both", conflict="add")
        yield Mirror(Note, direction="both", conflict="last_write_wins")
        yield Mirror(Rule, direction="both", conflict="server_wins")
        yield Mirror(Event, direction="both", conflict="append_only")
        yield Mirror(Van, scope=lambda who: Van.driver_id == who["person"])
        yield Mirror(Trip, direction="both")


@dataclass
class Server:
    """A database with the workshop in it. `pool` is the server's own way in, `connection` the office's."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    connection: "asyncpg.Connection[asyncpg.Record]"
    plugins: Plugins
    url: str

    async def close(self) -> None:
        await self.pool.close()
        await self.connection.close()

    async def row(self, table: str, **key: Any) -> dict[str, Any] | None:
        where = " AND ".join(f"{name} = ${i + 1}" for i, name in enumerate(key))
        found = await self.connection.fetchrow(f"SELECT * FROM {SCHEMA}.{table} WHERE {where}", *key.values())
        return None if found is None else dict(found)

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self.connection.fetchval(query, *arguments)

    async def version(self, table: str, **key: Any) -> int:
        """The version of a row, as a pull would have told it."""
        where = " AND ".join(f"{name} = ${i + 1}" for i, name in enumerate(key))
        query = f'SELECT xid::text::bigint FROM twinbase."v_{SCHEMA}.{table}" WHERE {where}'
        return int(await self.value(query, *key.values()))

    async def person(self, name: str = "Ana") -> "Device":
        """Somebody with a device."""
        id = uuid4()
        await self.connection.execute(f"INSERT INTO {SCHEMA}.person VALUES ($1, $2)", id, name)
        return Device(self, Identity(name + str(id), {"person": str(id)}))


@dataclass
class Device:
    """Makes mutations and batches as a replica does: ids, local transactions, the chain of hashes."""

    server: Server
    identity: Identity
    id: UUID = field(default_factory=uuid4)
    epoch: int = 1
    n: int = 0
    hash: str = ""
    offset_ms: int = 0
    pending: list[dict[str, Any]] = field(default_factory=list)
    _tx: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def person(self) -> UUID:
        return UUID(self.identity.claims["person"])

    @property
    def caller(self) -> Caller:
        return Caller(self.identity, self.id, self.epoch, "", "")

    def other(self) -> "Device":
        """A second device of the same person."""
        return Device(self.server, self.identity)

    def transaction(self, *mutations: dict[str, Any]) -> list[UUID]:
        """One local transaction; the ids of its mutations."""
        tx = next(self._tx)
        self.pending += [{**mutation, "tx": tx} for mutation in mutations]
        return [UUID(mutation["id"]) for mutation in mutations]

    def insert(self, *mutation: Any, **options: Any) -> UUID:
        return self.transaction(inserted(*mutation, **options))[0]

    def update(self, *mutation: Any, **options: Any) -> UUID:
        return self.transaction(updated(*mutation, **options))[0]

    def delete(self, *mutation: Any, **options: Any) -> UUID:
        return self.transaction(deleted(*mutation, **options))[0]

    def batch(self) -> bytes:
        """The frozen bytes of the next batch."""
        body = {"n": self.n + 1, "previous": self.hash, "offset_ms": self.offset_ms, "mutations": self.pending}
        return msgspec.json.encode(body)

    async def send(
        self, body: bytes, *, now: datetime = NOW, plugins: Plugins | None = None, limits: AcceptLimits | None = None
    ) -> PushAnswer:
        """Send these bytes, and forget the answer."""
        plugins = plugins or self.server.plugins
        return await accept_push(self.server.pool, plugins, self.caller, body, now, limits or AcceptLimits())

    async def push(
        self, *, now: datetime = NOW, plugins: Plugins | None = None, limits: AcceptLimits | None = None
    ) -> dict[UUID, Outcome]:
        """Send what is pending; outcomes by mutation."""
        body = self.batch()
        answer = await self.send(body, now=now, plugins=plugins, limits=limits)
        self.n, self.hash, self.pending = answer.last_n, answer.hash, []
        assert self.hash == batch_hash(self.id, self.epoch, body)
        return {outcome.id: outcome for outcome in answer.outcomes}


def inserted(twin: str, key: Any, at: datetime = NOW, **new: Any) -> dict[str, Any]:
    return _mutation("insert", twin, key, None, {}, new, at)


def job(key: UUID, lead: UUID, **columns: Any) -> dict[str, Any]:
    """A new job, with every column that a device sends."""
    row = {"id": key, "number": None, "lead_id": lead, "title": "Boiler", "report": None, "status": "planned"}
    return inserted("job", key, **{**row, "visits": 0, "price": None, "office": None, **columns})


def updated(
    twin: str, key: Any, old: Mapping[str, Any], base: int | None = None, at: datetime = NOW, **new: Any
) -> dict[str, Any]:
    return _mutation("update", twin, key, base, old, new, at)


def deleted(twin: str, key: Any, old: Mapping[str, Any], base: int | None = None, at: datetime = NOW) -> dict[str, Any]:
    return _mutation("delete", twin, key, base, old, {}, at)


def _mutation(
    op: str, twin: str, key: Any, base: int | None, old: Mapping[str, Any], new: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    keys = list(key) if isinstance(key, tuple) else [key]
    return {
        "id": str(uuid4()),
        "twin": twin,
        "op": op,
        "key": [str(k) if isinstance(k, UUID) else k for k in keys],
        "base": base,
        "old": dict(old),
        "new": {c: str(v) if isinstance(v, UUID) else v for c, v in new.items()},
        "at": at.isoformat(),
    }


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


async def set_up(url: str) -> None:
    """The tables, and capture on them."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE SCHEMA {SCHEMA}")
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        await connection.execute(str(CreateTable(table).compile(dialect=dialect)))
    await connection.close()
    await init_database(url, Plugins(Workshop()), NOW)


async def open_workshop(url: str) -> Server:
    """A server on a database that was set up."""
    pool = await open_pool(url, min_size=1, max_size=8)
    return Server(pool, await asyncpg.connect(url), Plugins(Workshop()), url)


async def a_job(device: Device, **columns: object) -> UUID:
    """A job of this device's person, made in the office."""
    id = uuid4()
    values: dict[str, object] = {"id": id, "lead_id": device.person, "title": "Boiler", "status": "planned"}
    values |= {"visits": 5, **columns}
    places = ", ".join(f"${i + 1}" for i in range(len(values)))
    query = f"INSERT INTO workshop.job ({', '.join(values)}) VALUES ({places})"
    await device.server.connection.execute(query, *values.values())
    return id


async def office(server: Server, id: UUID, **columns: object) -> None:
    """The office changes a job."""
    sets = ", ".join(f"{name} = ${i + 2}" for i, name in enumerate(columns))
    await server.connection.execute(f"UPDATE workshop.job SET {sets} WHERE id = $1", id, *columns.values())


async def statuses(device: Device) -> list[str]:
    """Push what is pending; what became of each."""
    return [outcome.status for outcome in (await device.push()).values()]


async def only(device: Device) -> Outcome:
    """Push the one pending mutation; its outcome."""
    (outcome,) = (await device.push()).values()
    return outcome


async def journal(server: Server) -> list[dict[str, object]]:
    return [dict(row) for row in await server.connection.fetch("SELECT * FROM twinbase.journal ORDER BY id")]
