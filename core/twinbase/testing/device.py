"""A device of a world: a replica, its wire, and short words for what a technician does."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlmodel import SQLModel, select

from twinbase.plugins import Plugins
from twinbase.protocol import LoginAnswer
from twinbase.replica.connection import Connection, Stored
from twinbase.replica.replica import Replica
from twinbase.replica.report import Report
from twinbase.replica.tokens.vault import FileTokens
from twinbase.testing.wire import AsgiApp, Wire

Row = TypeVar("Row", bound=SQLModel)
URL = "http://world.example"


class Device:
    """One encrypted file and its way to the server. `wire.up = False` is a cellar."""

    def __init__(
        self,
        name: str,
        path: Path,
        key: bytes,
        plugins: Plugins,
        application: AsgiApp,
        clock: Callable[[], datetime],
        *,
        url: str = URL,
    ) -> None:
        """`url` only names the server, whose application is reached over `wire`."""
        self.url = url
        self.name, self.path, self.plugins, self.clock = name, path, plugins, clock
        self._key = key
        self.wire = Wire(application)
        self.replica: Replica

    async def __aenter__(self) -> Self:
        await self.reopen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def reopen(self, *, plugins: Plugins | None = None) -> None:
        """Start the app (again), perhaps in another version; the one that still runs is stopped before."""
        if hasattr(self, "replica"):
            await self.close()
        self.plugins = plugins or self.plugins
        self.replica = await Replica.open(
            self.path,
            self._key,
            plugins=self.plugins,
            server=self.url,
            clock=self.clock,
            transport=self.wire,
            # Not the keyring of whoever runs the tests.
            tokens=FileTokens(self.path, self._key),
        )

    async def close(self) -> None:
        """Stop the app."""
        await self.replica.close()

    async def sign_in(self, email: str, password: str) -> LoginAnswer:
        return await self.replica.sign_in(email, password, device_name=self.name)

    async def sync(self, *, wait_seconds: float = 10.0) -> Report:
        return await self.replica.sync(wait_seconds=wait_seconds)

    async def save(self, *rows: SQLModel) -> None:
        """Write rows, new or changed, in one local transaction."""
        async with self.replica.session() as session:
            session.add_all(rows)
            await session.commit()

    async def change(self, model: type[Row], key: object, **values: object) -> None:
        """Change columns of one row, in a local transaction of its own."""
        async with self.replica.session() as session:
            row = await session.get_one(model, key)
            for name, value in values.items():
                setattr(row, name, value)
            await session.commit()

    async def delete(self, model: type[Row], key: object) -> None:
        async with self.replica.session() as session:
            await session.delete(await session.get_one(model, key))
            await session.commit()

    async def read(self, model: type[Row], key: object) -> Row | None:
        """One row as a screen would show it."""
        async with self.replica.read() as session:
            return await session.get(model, key)

    async def all(self, model: type[Row]) -> Sequence[Row]:
        """All rows, in the order of their keys."""
        async with self.replica.read() as session:
            mapper = model.__mapper__  # type: ignore[attr-defined]
            keys = [getattr(model, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
            return (await session.exec(select(model).order_by(*keys))).all()

    async def sql(self, statement: str, *values: Stored) -> list[Any]:
        """Raw SQL on the file, for looking behind the screen."""

        def run(connection: Connection) -> list[Any]:
            return list(connection.execute(statement, values).fetchall())

        return await self.replica.database.write(run)
