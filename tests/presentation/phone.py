"""A technician's phone without a window: a real file, the runner that owns it, and time that moves by argument."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase.testing.world import ManualClock
from twinbase_mobile.tables import Colleague, Customer, CustomerSite, Intervention
from twinbase_presentation import Runner, Workday, load_language
from twinbase_presentation.timing import Planned

NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Paris."""


def ident(number: int) -> UUID:
    """An id that is the same in every run."""
    return UUID(int=(0x0198C5A0 << 96) + number)


ME, BOB, BAKERY, SITE = ident(1), ident(2), ident(10), ident(11)


def paris(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026 as clocks in Paris show it."""
    return datetime(2026, 6, day, hour - 2, minute, tzinfo=UTC)


class ManualTiming:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self._now = 0.0
        self._planned: list[_Call] = []

    def read_seconds(self) -> float:
        return self._now

    def call_after(self, seconds: float, callback: Callable[[], None]) -> Planned:
        call = _Call(self._now + seconds, callback)
        self._planned.append(call)
        return call

    def advance(self, seconds: float) -> None:
        """Let them pass: what is due is called at its time, in order."""
        end = self._now + seconds
        while due := [call for call in self._planned if call.at <= end]:
            call = min(due, key=lambda call: call.at)
            self._planned.remove(call)
            self._now = max(self._now, call.at)
            call.run()
        self._now = end


class _Call:
    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at, self._callback, self._is_cancelled = at, callback, False

    def cancel(self) -> None:
        self._is_cancelled = True

    def run(self) -> None:
        if not self._is_cancelled:
            self._callback()


class Phone:
    """Anna's phone. `workday` is what its screens are made with."""

    def __init__(self, path: Path, plugins: Plugins, language: str = "en") -> None:
        self.path, self.plugins = path, plugins
        self.clock, self.timing, self.runner = ManualClock(NOW), ManualTiming(), Runner()
        self.workday = Workday(self.runner, ME, load_language(language), clock=self.clock, timing=self.timing)

    async def open(self) -> None:
        """Start the app (again) on its file."""
        await self.runner.open(lambda: Replica.open(self.path, plugins=self.plugins, plain=True, clock=self.clock))

    async def give(self, *rows: SQLModel) -> None:
        """Put rows on the phone as the server would: they are no edits."""
        await self.sql("UPDATE _twinbase_state SET applying = 1")
        await self.save(*rows)
        await self.sql("UPDATE _twinbase_state SET applying = 0")

    async def save(self, *rows: SQLModel) -> None:
        """Write rows as a person would."""

        async def work(replica: Replica) -> None:
            async with replica.session() as session:
                for row in rows:
                    session.add(row)
                    await session.flush()
                await session.commit()

        await self.ask(work)

    async def sql(self, statement: str, *values: Any) -> list[Any]:
        """Raw SQL on the file, for looking behind the screen."""

        def run(connection: Connection) -> list[Any]:
            return list(connection.execute(statement, values).fetchall())

        return await self.runner.ask(lambda replica: replica.database.write(run))

    async def ask(self, work: Callable[[Replica], Awaitable[Any]]) -> Any:
        return await self.runner.ask(work)

    @asynccontextmanager
    async def hearing(self, topic: str) -> AsyncIterator[None]:
        """Wait at the end of the block until the screens were told of what it did."""
        heard = asyncio.Event()
        stop = self.runner.watch(topic, heard.set)
        yield
        await heard.wait()
        stop()

    async def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and what it began come to its end."""
        self.clock.now += timedelta(seconds=seconds)
        self.timing.advance(seconds)
        await self.workday.finish_tasks()


def visit(which: int, start: datetime | None, hours: float = 1, **values: Any) -> Intervention:
    """A visit of Anna's at the bakery."""
    end = start + timedelta(hours=hours) if start else None
    own = {"id": ident(1000 + which), "number": f"V{which}", "title": f"Visit {which}", "lead_id": ME}
    times = {"scheduled_start": start, "scheduled_end": end, "customer_id": BAKERY, "site_id": SITE}
    return Intervention(**{**own, **times, **values})


def office() -> tuple[SQLModel, ...]:
    """Anna and Bob, and a bakery with an entry code."""
    return (
        Colleague(id=BOB, code="BOB", first_name="Bob", last_name="Petit"),
        Colleague(id=ME, code="ANNA", first_name="Anna", last_name="Martin"),
        Customer(id=BAKERY, code="C1", name="Boulangerie Noël", phone="04 78 00 11 22"),
        CustomerSite(id=SITE, customer_id=BAKERY, city="Bron", zip_code="69500", access_notes="4521B"),
    )
