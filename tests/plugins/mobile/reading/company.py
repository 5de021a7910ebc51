"""Rows of a small company, and the words with which tests speak of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from twinbase import Plugins
from twinbase.testing import Device, World
from twinbase_mobile.tables import Colleague
from twinbase_server import accounts

PLUGINS = Plugins("mobile", "deliveries", accounts)
NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Paris."""


def ident(number: int) -> UUID:
    """An id that is the same in every run."""
    return UUID(int=(0x0198C5A0 << 96) + number)


ME, BOB_ID = ident(1), ident(2)


def ANNA(**values: Any) -> Colleague:
    """The technician whose phone it is."""
    return Colleague(**{"id": ME, "code": "ANNA", "first_name": "Anna", "last_name": "Martin", **values})


def BOB() -> Colleague:
    """Somebody else."""
    return Colleague(id=BOB_ID, code="BOB", first_name="Bob", last_name="Petit")


def paris(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    """A moment of summer 2026 as clocks in Paris show it."""
    return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)


class Company:
    """The office, and Anna's phone."""

    phone: Device

    def __init__(self, world: World) -> None:
        self.world = world
        world.clock.now = NOW

    async def add(self, *rows: SQLModel) -> None:
        """Write rows in the office, in this order."""
        async with AsyncSession(self.world.engine, expire_on_commit=False) as session:
            for row in rows:
                session.add(row)
                await session.flush()
            await session.commit()

    async def on(self, moment: datetime) -> None:
        """It is another day, and Anna has signed in again."""
        self.world.clock.now = moment
        await self.world.sign_in(self.phone, "anna")

    async def add_and_sync(self, *rows: SQLModel) -> None:
        """Write rows in the office, and let the phone have them."""
        await self.add(*rows)
        report = await self.phone.sync()
        assert report.is_proven, report

    @contextmanager
    def queries(self) -> Iterator[list[str]]:
        """The statements that the phone's readers run meanwhile."""
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        engine = self.phone.replica.database.reader.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)
