"""One run of the oracle: an office, its devices, what goes wrong between them, and the reckoning at the end.

Everything random comes from one number, so a failed run can be repeated: `python -m tests.oracle --seed N`.
"""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col, select
from tests.oracle.company import PASSWORD, company_plugins, email
from tests.oracle.models import Job, Log, Part, Stock
from tests.oracle.office import CODES, PEOPLE, Office
from tests.oracle.reckoning import Reckoning

from twinbase.errors import NotSignedIn, TransportError, TwinbaseError
from twinbase.replica.report import Report
from twinbase.testing import Clock, Device, cut, drop_answer, drop_request, duplicate, portal
from twinbase.testing.server import serve
from twinbase_server import generation, versions

DEVICES_MAX = 5
TOKEN_SECONDS = 400 * 86_400
KEY = bytes(range(32))
PATHS = ("sync/initial", "sync/pending", "sync/mark-synced", "sync/repair", "sync/schema")
Act = Callable[["Simulation", Random], Awaitable[None]]


class Mine:
    """What one person's device remembers of what was done on it, apart from its file."""

    def __init__(self, person: str, device: Device, clock: Clock) -> None:
        self.person, self.device, self.clock = person, device, clock
        self.logs: set[UUID] = set()
        self.saved: tuple[Path, set[UUID]] | None = None
        self.problem = ""


class Simulation:
    """A server and some devices. `act` does one random thing; `settle` lets everything end; `reckoning` checks."""

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        self.url, self.folder, self.rng = database_url, folder, Random(seed)
        self.clock = Clock(datetime(2026, 3, 1, 8, tzinfo=UTC))
        self.office = Office(database_url)
        self.mine: list[Mine] = []
        self.unexplained: list[str] = []
        self.surprises: list[str] = []
        self.reports = 0
        self.deletes = True
        self.deletes = True
        self._plugins = company_plugins()
        self._stack = AsyncExitStack()
        self.trace: list[str] = []

    async def __aenter__(self) -> "Simulation":
        await self._start_server()
        await self.office.open()
        for person in PEOPLE[:2]:
            await self.enrol(person)
        return self

    async def __aexit__(self, *_: object) -> None:
        for mine in self.mine:
            await mine.device.close()
        await self.office.close()
        await self._stack.aclose()

    async def _start_server(self) -> None:
        # A pull waits for no lock; a push that meets a writer's open transaction gives up soon and is tried again.
        self.application = await self._stack.enter_async_context(
            serve(self.url, self._plugins, self.clock, {"pool_max": 3, "token_seconds": TOKEN_SECONDS})
        )

    async def enrol(self, person: str) -> None:
        clock = Clock(self.clock.now + timedelta(seconds=self.rng.randint(-90_000, 90_000)))
        name = f"{person}-{len(self.mine)}"
        device = Device(name, self.folder / f"{name}.twin", KEY, self._plugins, self.application, clock)
        await device.reopen()
        mine = Mine(person, device, clock)
        await self.sign_in(mine)
        self.mine.append(mine)

    async def act(self, act: Act, chance: int) -> None:
        """Do one thing, with randomness of its own, so that dropping a step from a script leaves the others alike."""
        self.trace.append(f"{act.__name__}({chance})")
        await act(self, Random(chance))

    async def sync(self, mine: Mine) -> Report | None:
        """One sync; what the line does to it is no failure."""
        try:
            report = await mine.device.sync()
        except NotSignedIn:
            await self.sign_in(mine)
            return None
        except TransportError as error:
            mine.problem = f"{type(error).__name__}: {error}"
            return None
        self.unexplained += [f"{mine.device.name}: {twin}" for twin in report.unexplained]
        await self._reads_own_writes(mine)
        self.reports += 1
        return report

    async def _reads_own_writes(self, mine: Mine) -> None:
        """What was written here and is not answered yet is still on the screen after a pull."""
        rows = await mine.device.sql(
            "SELECT c.new_id FROM _twinbase_outbox o JOIN _twinbase_change_logs c USING (seq)"
            " WHERE o.state IN ('pending', 'sent') AND c.new_id NOT IN (SELECT id FROM logs)"
        )
        if rows:
            self.surprises.append(f"{mine.device.name}: a pull took {len(rows)} unsent edits away")

    async def sign_in(self, mine: Mine) -> None:
        try:
            await mine.device.sign_in(email(mine.person), PASSWORD)
        except TwinbaseError:
            pass

    async def claims(self, person: str, claims: dict[str, str]) -> None:
        """Give an account these claims."""
        await self.office.connection.execute(
            "UPDATE twinbase.account SET claims = $2::jsonb WHERE email = $1", email(person), json.dumps(claims)
        )

    async def settle(self, rounds: int = 6) -> None:
        """No more faults, no more writers; every device syncs until nothing is left to do."""
        await self.office.end_all()
        for mine in self.mine:
            mine.device.wire.up = True
            mine.device.wire.mend()
        for _ in range(rounds):
            reports = [await self.sync(mine) for mine in self.mine]
            if all(report is not None and report.is_proven and not report.pushed for report in reports):
                return

    async def reckoning(self) -> list[str]:
        """What is wrong, in words; nothing when all holds."""
        return await Reckoning(self).faults()

    # What a person does on a device.

    def somebody(self, rng: Random) -> Mine:
        return rng.choice(self.mine)

    async def work(self, mine: Mine, rng: Random) -> None:
        """One local transaction: a few edits, always with one counted piece of stock and its log."""
        mine.clock.pass_(seconds=rng.randint(1, 600))
        log = Log(id=UUID(int=rng.getrandbits(128), version=4), person=mine.person, code=rng.choice(CODES),
                  delta=rng.randint(1, 5))  # fmt: skip
        async with mine.device.replica.session() as session:
            stock = await session.get(Stock, log.code)
            if stock is None:
                return
            stock.quantity += log.delta
            session.add(log)
            try:
                await session.flush()
                edits = EDITS if self.deletes else EDITS[:-2]
                edits = EDITS if self.deletes else EDITS[:-2]
                for _ in range(rng.randint(0, 2)):
                    await rng.choice(edits)(session, mine, rng)
                await session.flush()
            except (DBAPIError, StaleDataError):
                await session.rollback()
                return
            if rng.random() < 0.1:
                await session.rollback()
                return
            await session.commit()
        mine.logs.add(log.id)


async def _a_job(session: Any, rng: Random) -> Job | None:
    jobs = list((await session.exec(select(Job).order_by(col(Job.id)))).all())
    return rng.choice(jobs) if jobs else None


async def edit_job(session: Any, mine: Mine, rng: Random) -> None:
    if job := await _a_job(session, rng):
        match rng.randrange(3):
            case 0:
                job.title = f"{job.title}-{mine.person[0]}"
            case 1:
                job.status = rng.choice(("open", "travelling", "done"))
            case _:
                job.price = job.price + Decimal("1.10")


async def add_hours(session: Any, mine: Mine, rng: Random) -> None:
    if job := await _a_job(session, rng):
        job.hours += rng.randint(1, 3)


async def add_job(session: Any, mine: Mine, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    session.add(Job(id=key, lead=mine.person, sector="north", title=f"by {mine.person} ü", secret=""))
    await session.flush()
    session.add(Part(job_id=key, line=1, label="new"))


async def add_part(session: Any, mine: Mine, rng: Random) -> None:
    job, line = await _a_job(session, rng), rng.randint(1, 6)
    if job is not None and await session.get(Part, (job.id, line)) is None:
        session.add(Part(job_id=job.id, line=line, label=f"of {mine.person}", quantity=rng.randint(1, 4)))


async def drop_part(session: Any, mine: Mine, rng: Random) -> None:
    parts = list((await session.exec(select(Part).order_by(col(Part.job_id), col(Part.line)))).all())
    if parts:
        await session.delete(rng.choice(parts))


async def drop_job(session: Any, mine: Mine, rng: Random) -> None:
    job = await _a_job(session, rng)
    if job is not None and rng.random() < 0.3:
        await session.delete(job)


EDITS = (edit_job, add_hours, add_job, add_part, drop_part, drop_job)

EDITS = (edit_job, add_hours, add_job, add_part, drop_part, drop_job)


def _moments(rng: Random) -> int:
    """Turns of the event loop until something happens. It turns idly while PostgreSQL works, so a sync has thousands,
    and its first ones are worth as much as its last."""
    return int(10 ** rng.uniform(0, 4))


# What happens, one thing at a time.


async def office_writes(sim: Simulation, rng: Random) -> None:
    await sim.office.write(rng)


async def office_opens(sim: Simulation, rng: Random) -> None:
    await sim.office.open_write(rng)


async def office_ends(sim: Simulation, rng: Random) -> None:
    await sim.office.end_write(rng)


async def device_works(sim: Simulation, rng: Random) -> None:
    await sim.work(sim.somebody(rng), rng)


async def device_syncs(sim: Simulation, rng: Random) -> None:
    await sim.sync(sim.somebody(rng))


async def device_syncs_badly(sim: Simulation, rng: Random) -> None:
    """The line loses, doubles or cuts something on the way."""
    mine = sim.somebody(rng)
    fault = rng.choice((drop_request(), drop_answer(), duplicate(), cut(rng.randint(0, 3000)), portal()))
    mine.device.wire.spoil(rng.choice(PATHS), fault)
    await sim.sync(mine)


async def device_dies_in_sync(sim: Simulation, rng: Random) -> None:
    """The process ends at any point of a sync; the file is opened again."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(_moments(rng)):
        if task.done():
            break
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await mine.device.close()
    await mine.device.reopen()


async def device_works_while_it_syncs(sim: Simulation, rng: Random) -> None:
    """The technician does not wait for a sync: what is typed meanwhile lies on top of what comes."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(rng.randint(1, 3)):
        for _ in range(_moments(rng) // 4):
            await asyncio.sleep(0)
        await sim.work(mine, rng)
    await task


async def server_dies_in_sync(sim: Simulation, rng: Random) -> None:
    """Every connection of the server to PostgreSQL is cut at any point of a sync: before, at or after a commit."""
    mine = sim.somebody(rng)
    task = asyncio.ensure_future(sim.sync(mine))
    for _ in range(_moments(rng)):
        if task.done():
            break
        await asyncio.sleep(0)
    keep = [sim.office.connection.get_server_pid(), *(c.get_server_pid() for c, _ in sim.office.held)]
    await sim.office.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> ALL ($1) AND backend_type = 'client backend'",
        keep,
    )
    await task


async def network_goes(sim: Simulation, rng: Random) -> None:
    mine = sim.somebody(rng)
    mine.device.wire.up = not mine.device.wire.up


async def time_passes(sim: Simulation, rng: Random) -> None:
    """Hours for everybody; the windows of scopes move."""
    span = timedelta(hours=rng.choice((1, 5, 30, 24 * 12)))
    sim.clock.now += span
    sim.office.now += span
    for mine in sim.mine:
        mine.clock.now += span


async def clock_jumps(sim: Simulation, rng: Random) -> None:
    """A device's clock is set wrong by up to two days."""
    sim.somebody(rng).clock.pass_(hours=rng.randint(-48, 48))


async def device_enrols(sim: Simulation, rng: Random) -> None:
    if len(sim.mine) < DEVICES_MAX:
        await sim.enrol(rng.choice(PEOPLE))


async def device_is_cloned(sim: Simulation, rng: Random) -> None:
    """A copy of the file goes on beside the original."""
    if len(sim.mine) >= DEVICES_MAX:
        return
    mine = sim.somebody(rng)
    await mine.device.close()
    name = f"{mine.person}-{len(sim.mine)}"
    path = sim.folder / f"{name}.twin"
    shutil.copyfile(mine.device.path, path)
    clock = Clock(mine.clock.now)
    twin = Mine(mine.person, Device(name, path, KEY, mine.device.plugins, sim.application, clock), clock)
    twin.logs = set(mine.logs)
    await mine.device.reopen()
    await twin.device.reopen()
    sim.mine.append(twin)


async def device_is_saved(sim: Simulation, rng: Random) -> None:
    """A backup of a device's file is taken."""
    mine = sim.somebody(rng)
    await mine.device.close()
    copy = sim.folder / f"{mine.device.name}.backup"
    shutil.copyfile(mine.device.path, copy)
    mine.saved = (copy, set(mine.logs))
    await mine.device.reopen()


async def device_is_restored(sim: Simulation, rng: Random) -> None:
    """The file goes back to its backup. What was written since and never left the device is lost, and only that."""
    mine = rng.choice(sim.mine)
    if mine.saved is None:
        return
    sent = {row["id"] for row in await sim.office.connection.fetch("SELECT id FROM oracle.logs")}
    await mine.device.close()
    for suffix in ("-wal", "-shm"):
        mine.device.path.with_name(mine.device.path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(mine.saved[0], mine.device.path)
    mine.logs = set(mine.saved[1]) | (mine.logs & sent)
    await mine.device.reopen()


async def salt_is_noted(sim: Simulation, rng: Random) -> None:
    await generation.note_salt(sim.office.connection, sim.clock.now)


async def tombstones_are_collected(sim: Simulation, rng: Random) -> None:
    """Any age is allowed: repair finds what a device has missed."""
    await generation.note_salt(sim.office.connection, sim.clock.now)
    await versions.collect(sim.office.connection, sim.clock.now)


async def claims_go_missing(sim: Simulation, rng: Random) -> None:
    """An account is garbled for a while: whoever syncs meanwhile must keep what they have (H10)."""
    mine = sim.somebody(rng)
    logs = len(await mine.device.sql("SELECT id FROM logs"))
    await sim.claims(mine.person, {})
    await sim.sign_in(mine)
    await sim.sync(mine)
    await sim.claims(mine.person, {"person": mine.person})
    await sim.sign_in(mine)
    if len(await mine.device.sql("SELECT id FROM logs")) < logs:
        sim.surprises.append(f"{mine.device.name}: an identity without claims has erased rows")


ACTS: tuple[Act, ...] = (
    office_writes, office_writes, office_writes, office_writes, office_opens, office_ends,
    device_works, device_works, device_works, device_works, device_syncs, device_syncs, device_syncs,
    device_syncs_badly, device_syncs_badly, device_works_while_it_syncs,
    device_works_while_it_syncs, device_dies_in_sync, device_dies_in_sync, server_dies_in_sync, network_goes,
    time_passes,
    clock_jumps, device_enrols, device_is_cloned, device_is_saved, device_is_restored, salt_is_noted,
    tombstones_are_collected, claims_go_missing,
)  # fmt: skip

__all__ = ["ACTS", "Mine", "Simulation"]
