"""A small depot for the tests of the reading half: its tables, its scopes, and devices that read streams raw."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import zstandard
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import DateTime, MetaData, Numeric, exists
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlmodel import Field, SQLModel, col

from twinbase import Mirror, Plugins, days, hookimpl, within
from twinbase.digest import digest_of
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.settings import Settings
from twinbase_server.setup import init_database

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
SCHEMA = "depot"


class Base(SQLModel):
    metadata = MetaData()


class Product(Base, table=True):
    __tablename__ = "product"
    __table_args__ = ({"schema": SCHEMA},)
    code: str = Field(primary_key=True)
    label: str
    price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    secret_margin: int = 0


class Assignment(Base, table=True):
    """Who works where: read by a scope, and no twin."""

    __tablename__ = "assignment"
    __table_args__ = ({"schema": SCHEMA},)
    person_id: UUID = Field(primary_key=True)
    site_id: UUID = Field(primary_key=True)


class Site(Base, table=True):
    __tablename__ = "site"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    city: str


class Customer(Base, table=True):
    __tablename__ = "customer"
    __table_args__ = ({"schema": SCHEMA},)
    number: int = Field(primary_key=True)
    sector: str
    name: str


class Job(Base, table=True):
    __tablename__ = "job"
    __table_args__ = ({"schema": SCHEMA},)
    id: UUID = Field(primary_key=True)
    lead_id: UUID
    title: str
    starts_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class Line(Base, table=True):
    __tablename__ = "line"
    __table_args__ = ({"schema": SCHEMA},)
    job_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    text: str | None = None


class Gauge(Base, table=True):
    __tablename__ = "gauge"
    __table_args__ = ({"schema": SCHEMA},)
    id: int = Field(primary_key=True)
    level: float | None = None
    read_on: date | None = None
    lasted: timedelta | None = None


class Depot:
    """The plugin: a scope by nothing, by a joined table, by a list claim, by claim and window, by a parent."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Product, hidden={"secret_margin"}, priority=0)
        yield Mirror(
            Site,
            scope=lambda who: exists().where(
                col(Assignment.site_id) == col(Site.id), col(Assignment.person_id) == who["person"]
            ),
        )
        yield Mirror(Customer, scope=lambda who: col(Customer.sector).in_(who["sectors"]))
        yield Mirror(
            Job,
            direction="both",
            scope=lambda who: Job.lead_id == who["person"],
            window=days(Job.starts_at, back=30, ahead=30),
        )
        yield Mirror(Line, scope=within(Job, Line.job_id), page_rows=3)
        yield Mirror(Gauge)


PASSWORD = "correct horse"
TWINS = ("product", "site", "customer", "job", "line", "gauge")
ANNA = UUID("00000000-0000-7000-8000-00000000000a")
BOB = UUID("00000000-0000-7000-8000-00000000000b")


@dataclass
class Clock:
    """The server's time, which a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    """The frames of one stream, in order; `status` and `problem` when it was none."""

    status: int
    frames: list[dict[str, Any]]
    problem: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def begin(self) -> dict[str, Any]:
        return self.frames[0]

    @property
    def end(self) -> dict[str, Any]:
        assert self.frames[-1]["frame"] == "end"
        return self.frames[-1]

    def of(self, kind: str, twin: str = "") -> list[dict[str, Any]]:
        return [f for f in self.frames if f["frame"] == kind and (not twin or f["twin"] == twin)]

    def rows(self, twin: str) -> list[list[Any]]:
        return [row for page in self.of("page", twin) for row in page["content"]]

    def keys(self, twin: str, parts: int = 1) -> list[Any]:
        """The keys that came, in order."""
        keys = [row[2 : 2 + parts] for row in self.rows(twin)]
        return [key[0] for key in keys] if parts == 1 else keys

    def removed(self, twin: str) -> list[Any]:
        return [key for frame in self.of("removed", twin) for key in frame["keys"]]

    def held(self, twin: str) -> list[list[Any]]:
        return [row for frame in self.of("quarantine", twin) for row in frame["rows"]]

    def digest(self, twin: str) -> list[int]:
        """What a device would sum over what came."""
        return digest_of([row[1] for row in (*self.rows(twin), *self.held(twin))]).as_list()


def read_frames(body: bytes) -> list[dict[str, Any]]:
    lines = iter(body.splitlines())
    frames: list[dict[str, Any]] = []
    for line in lines:
        frame = msgspec.json.decode(line)
        if frame["frame"] == "page":
            frame["content"] = msgspec.json.decode(next(lines))
            assert len(frame["content"]) == frame["rows"]
        frames.append(frame)
    return frames


@dataclass
class Device:
    """One device, as thin as can be: it holds a token and sends what a test says."""

    http: httpx2.AsyncClient
    replica: UUID = field(default_factory=uuid4)
    token: str = ""
    schema: str = ""
    epoch: int = 1
    revision: int = 1

    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Twinbase-Protocol": "1",
            "Twinbase-Revision": str(self.revision),
            "Twinbase-Replica": str(self.replica),
            "Twinbase-Epoch": str(self.epoch),
            "Twinbase-Schema": self.schema,
            "Twinbase-Request": str(uuid4()),
            "Accept-Encoding": "zstd",
        }

    async def login(self, email: str, password: str = PASSWORD) -> httpx2.Response:
        body = {"email": email, "password": password, "replica": str(self.replica), "device_name": "tablet"}
        answer = await self.http.post("auth/login", json=body, headers={"Twinbase-Protocol": "1"})
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    async def agree(self, twins: Mapping[str, Any]) -> httpx2.Response:
        answer = await self.http.post("sync/schema", json={"twins": twins}, headers=self.headers())
        if answer.status_code == 200:
            self.schema = answer.json()["schema"]
        return answer

    async def initial(self, **body: Any) -> Answer:
        return _answer(await self.http.post("sync/initial", json=body, headers=self.headers()))

    async def pending(self, since: str, **params: Any) -> Answer:
        params = {"since": since, **{k: str(v) for k, v in params.items()}}
        return _answer(await self.http.get("sync/pending", params=params, headers=self.headers()))

    async def repair(self, cursor: str, twins: Mapping[str, Any], **body: Any) -> Answer:
        body = {"cursor": cursor, "twins": twins, **body}
        return _answer(await self.http.post("sync/repair", json=body, headers=self.headers()))


def _answer(response: httpx2.Response) -> Answer:
    if response.headers["content-type"].startswith("application/x-ndjson"):
        body = response.content
        if response.headers.get("content-encoding") == "zstd":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        return Answer(response.status_code, read_frames(body), headers=response.headers)
    return Answer(response.status_code, [], response.json(), response.headers)


@dataclass
class House:
    """A running server over a database with the depot in it. `office` writes to the tables as anybody may."""

    app: Any
    http: httpx2.AsyncClient
    office: "asyncpg.Connection[asyncpg.Record]"
    clock: Clock
    url: str
    plugins: Plugins

    async def device(self, email: str = "anna@depot", twins: Iterable[str] = TWINS) -> Device:
        """A device that is signed in and has agreed on its schema."""
        device = Device(self.http)
        assert (await device.login(email)).status_code == 200
        assert (await device.agree(self.schema(twins))).status_code == 200
        return device

    async def jobs(self, *leads: UUID, starts_at: datetime | None = NOON) -> list[UUID]:
        """New jobs, one for each lead."""
        made = [uuid4() for _ in leads]
        rows = [(job, lead, f"job of {lead}", starts_at) for job, lead in zip(made, leads, strict=True)]
        await self.office.executemany("INSERT INTO depot.job VALUES ($1, $2, $3, $4)", rows)
        return made

    async def products(self, *codes: str) -> None:
        rows = [(code, f"label of {code}") for code in codes]
        await self.office.executemany("INSERT INTO depot.product VALUES ($1, $2, 1.10, 3)", rows)

    async def lines(self, job: UUID, count: int) -> None:
        await self.office.execute(
            "INSERT INTO depot.line SELECT $1, g, 'line ' || g FROM generate_series(1, $2::int) g", job, count
        )

    def schema(self, twins: Iterable[str] = TWINS) -> dict[str, Any]:
        registry = self.plugins.registry
        return {name: {"version": 1, "columns": list(registry[name].columns)} for name in twins}


async def build(url: str) -> None:
    """Set a database up: the depot's tables, capture, and the accounts of Anna and Bob."""
    office = await asyncpg.connect(url)
    try:
        await office.execute(f"CREATE SCHEMA {SCHEMA}; {_tables()}")
        await init_database(url, Plugins(Depot(), accounts), NOON)
        quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
        for email, person, sectors in (("anna@depot", ANNA, ["north", "west"]), ("bob@depot", BOB, ["south"])):
            claims = json.dumps({"person": str(person), "sectors": sectors})
            await office.execute("INSERT INTO twinbase.account VALUES ($1, $2, $3)", email, quick, claims)
    finally:
        await office.close()


@asynccontextmanager
async def open_house(url: str, **settings: Any) -> AsyncIterator[House]:
    """Serve a database that was built, in this process."""
    plugins = Plugins(Depot(), accounts)
    office = await asyncpg.connect(url)
    try:
        async with serve(url, plugins, **settings) as (app, http, clock):
            yield House(app, http, office, clock, url, plugins)
    finally:
        await office.close()


@asynccontextmanager
async def serve(url: str, plugins: Plugins, **settings: Any) -> AsyncIterator[tuple[Any, httpx2.AsyncClient, Clock]]:
    clock = Clock()
    app = create_app(Settings(database_url=url, **settings), plugins, clock=clock)
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=transport, base_url="http://depot/api/v1/") as http:
            yield app, http, clock


def _tables() -> str:
    return ";".join(
        str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        for table in Base.metadata.sorted_tables
    )


def compressed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)
