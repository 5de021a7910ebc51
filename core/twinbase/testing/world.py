"""A world for tests: one PostgreSQL, the real server application in this process, devices with real encrypted files.

Nothing in it is a stand-in except the wire, which can be spoiled, and the clock, which stands where it is put.

    async with World.open(database_url, plugins, folder) as world:
        anna = await world.device("anna")
        await anna.sync()
"""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from twinbase.clock import utc_now
from twinbase.plugins import Plugins, check_plugins
from twinbase.testing.device import Device
from twinbase.testing.server import serve
from twinbase.testing.wire import AsgiApp
from twinbase_server.database.connection import USE_PUBLIC, make_engine
from twinbase_server.jobs.exporters import exporter_tasks
from twinbase_server.jobs.run import run_task
from twinbase_server.jobs.sources import source_task
from twinbase_server.jobs.task import Task
from twinbase_server.setup import init_database

PASSWORD = "correct horse"
KEY = bytes(range(32))


class ManualClock:
    """The time of a world: it moves when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """Let time pass: `clock.advance(days=3)`."""
        self.now += timedelta(**span)


class World:
    """One server and its devices. `clock` is the server's time, and a device's too unless it is given its own."""

    def __init__(
        self,
        database_url: str,
        plugins: Plugins,
        folder: Path,
        engine: AsyncEngine,
        application: AsgiApp,
        clock: ManualClock,
    ) -> None:
        self.database_url, self.plugins, self.folder = database_url, plugins, folder
        self.engine = engine
        self.application = application
        self.clock = clock
        self._stack = AsyncExitStack()
        self.devices: list[Device] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database_url: str, plugins: Plugins, folder: Path, *, prepared: bool = False, **settings: Any
    ) -> AsyncIterator["World"]:
        """A world over an empty database, or over a `prepared` one: tables made, capture installed, server started.

        `settings` are the server's.
        """
        check_plugins(plugins)
        engine = make_engine(database_url)
        clock = ManualClock(utc_now())
        try:
            if not prepared:
                await prepare(database_url, plugins, clock())
            async with serve(database_url, plugins, clock, settings) as application:
                world = cls(database_url, plugins, folder, engine, application, clock)
                async with world._stack:
                    yield world
        finally:
            await engine.dispose()

    async def sql(self, statement: str, **values: object) -> list[Any]:
        """One statement in the office, committed; answers its rows."""
        async with self.engine.begin() as connection:
            result = await connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    async def run_source(self, name: str) -> Mapping[str, Any]:
        """Run a source of the plugins now, and the projections after it, as a worker does; its figures."""
        return await self._run(source_task(self.plugins, name))

    async def hand_over(self, destination: str) -> Mapping[str, Any]:
        """Let the exporter of a destination hand over what is due now; how many deliveries went into which state."""
        return await self._run(exporter_tasks(self.plugins)[destination])

    async def _run(self, task: Task) -> Mapping[str, Any]:
        status = await run_task(task, self.database_url, self.clock)
        assert status.state == "done", status.said
        return status.figures

    async def account(self, name: str, **claims: object) -> None:
        """Make an account, or give it these claims."""
        await self.sql(
            "INSERT INTO twinbase.account (email, password_hash, claims) VALUES (:email, :hash, CAST(:claims AS jsonb))"
            " ON CONFLICT (email) DO UPDATE SET claims = excluded.claims",
            email=_email(name),
            hash=_password_hash(),
            claims=json.dumps(claims),
        )

    async def device(
        self,
        name: str,
        *,
        account: str | None = None,
        claims: Mapping[str, Any] | None = None,
        signed_in: bool = True,
        plugins: Plugins | None = None,
        clock: ManualClock | None = None,
    ) -> Device:
        """A device with an encrypted file of its own; its account is made when there is none."""
        account = account or name
        if signed_in:
            await self.account(account, **(claims or {}))
        device = Device(
            name, self.folder / f"{name}.twin", KEY, plugins or self.plugins, self.application, clock or self.clock
        )
        await self._enter(device)
        if signed_in:
            await device.sign_in(_email(account), PASSWORD)
        return device

    async def sign_in(self, device: Device, account: str) -> None:
        """Sign in on a device with the account of that name."""
        await device.sign_in(_email(account), PASSWORD)

    async def clone(self, device: Device, name: str) -> Device:
        """A byte-for-byte copy of a device's file, opened as another device; somebody signs in on it, if anybody had.

        What a session goes on with is not in the file.
        """
        await device.close()
        target = self.folder / f"{name}.twin"
        shutil.copyfile(device.path, target)
        await device.reopen()
        copy = Device(name, target, KEY, device.plugins, self.application, device.clock)
        await self._enter(copy)
        ((account,),) = await copy.sql("SELECT account FROM _twinbase_state")
        if account:
            await copy.sign_in(account, PASSWORD)
        return copy

    async def _enter(self, device: Device) -> None:
        self.devices.append(await self._stack.enter_async_context(device))

    def raise_crashes(self) -> None:
        """Raise what the server raised inside a request, if it did: a problem answered is none, a bug is one."""
        for device in self.devices:
            if device.wire.crashes:
                raise device.wire.crashes[0]


async def prepare(database_url: str, plugins: Plugins, now: datetime) -> None:
    """Make the tables of these plugins' twins and install capture: a database to copy for many worlds."""
    engine = make_engine(database_url)
    try:
        await _make_tables(engine, plugins)
    finally:
        await engine.dispose()
    await init_database(database_url, plugins, now)


async def _make_tables(engine: AsyncEngine, plugins: Plugins) -> None:
    tables = [table for table in tables_of(plugins) if table.schema != "twinbase"]
    async with engine.begin() as connection:
        await connection.execute(text(USE_PUBLIC))
        for schema in sorted({table.schema for table in tables if table.schema}):
            await connection.execute(CreateSchema(schema, if_not_exists=True))
        for metadata in {table.metadata for table in tables}:
            mine = [table for table in tables if table.metadata is metadata]
            await connection.run_sync(metadata.create_all, tables=mine)


def tables_of(plugins: Plugins) -> list[Table]:
    """The twins' tables, those that their scopes read, and all that these point at: no other of their metadata."""
    needed = [twin.table for twin in plugins.registry]
    for twin in plugins.registry:
        read = twin.reads.tables
        needed += [t for t in twin.table.metadata.tables.values() if (t.schema or "public", t.name) in read]
    found: dict[Table, None] = {}
    while needed:
        table = needed.pop()
        if table not in found:
            found[table] = None
            needed += [key.column.table for key in table.foreign_keys]
    return list(found)


@cache
def _password_hash() -> str:
    """A hash that is as real as any and quick to check: worlds are made by the hundred."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def _email(name: str) -> str:
    return f"{name}@example.org"
