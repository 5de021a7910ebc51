"""What a person does on a device, and what we remember of it apart from the device's file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col, select
from tests.oracle.models import Tables
from tests.oracle.plugin import Edition
from tests.oracle.writers import CODES

from twinbase.replica.outbox.history import HISTORY_KEPT
from twinbase.testing import Device, ManualClock

Edit = Callable[[Any, "Mine", Random], Awaitable[None]]


@dataclass
class Saved:
    """A backup of a device's file, and what was true when it was made."""

    path: Path
    logs: set[UUID]
    held: dict[UUID, datetime]
    pictures: set[str]


class Mine:
    """One person's device. `logs`: what was typed on it and must never be lost; `held`: what its file still has the
    change of, and when it was typed, so that a server that has lost it gets it back; `pictures`: the hashes of what was
    put on it, and must not be lost while a row names it; `named`: which visit was given which of them here; `unheard`:
    visits made on it that are not known to be looked at."""

    def __init__(self, person: str, device: Device, clock: ManualClock, edition: Edition) -> None:
        self.person, self.device, self.clock, self.edition = person, device, clock, edition
        self.logs: set[UUID] = set()
        self.held: dict[UUID, datetime] = {}
        self.pictures: set[str] = set()
        self.named: set[tuple[UUID, str]] = set()
        self.unheard: set[UUID] = set()
        self.saved: Saved | None = None
        self.problem = ""
        self.has_copy = False

    @property
    def tables(self) -> Tables:
        return self.edition.tables

    def note(self, log: UUID) -> None:
        self.logs.add(log)
        self.held[log] = self.clock.now

    def forget_old(self) -> None:
        """A device need not keep what it has sent longer than any backup of the server is kept."""
        before = self.clock.now - HISTORY_KEPT
        self.held = {log: at for log, at in self.held.items() if at >= before}

    def server_went_back(self, there: set[UUID]) -> None:
        """What the restored server has not, and no file either, is lost by rights."""
        self.logs &= there | self.held.keys()
        if self.saved is not None:
            self.saved.logs &= there | self.saved.held.keys()


async def work(mine: Mine, rng: Random, *, deletes: bool = True) -> None:
    """One local transaction: a few edits, always with one counted piece of stock and its log."""
    mine.clock.advance(seconds=rng.randint(1, 600))
    log = mine.tables.log(
        id=UUID(int=rng.getrandbits(128), version=4),
        person=mine.person,
        code=rng.choice(CODES),
        delta=rng.randint(1, 5),
    )
    async with mine.device.replica.session() as session:
        stock = await session.get(mine.tables.stock, log.code)
        if stock is None:
            return
        stock.quantity += log.delta
        session.add(log)
        edits = (EDITS if deletes else EDITS[:-2]) + (NEW_EDITS if mine.tables.version > 1 else ())
        try:
            await session.flush()
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
    mine.note(log.id)


async def _one_of(session: Any, model: Any, rng: Random) -> Any:
    rows = list((await session.exec(select(model).order_by(col(model.id)))).all())
    return rng.choice(rows) if rows else None


async def edit_job(session: Any, mine: Mine, rng: Random) -> None:
    if job := await _one_of(session, mine.tables.job, rng):
        match rng.randrange(3):
            case 0:
                job.title = f"{job.title}-{mine.person[0]}"
            case 1:
                job.status = rng.choice(("open", "travelling", "done"))
            case _:
                job.price = job.price + Decimal("1.10")


async def add_hours(session: Any, mine: Mine, rng: Random) -> None:
    if job := await _one_of(session, mine.tables.job, rng):
        job.hours += rng.randint(1, 3)


async def add_job(session: Any, mine: Mine, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    title = f"by {mine.person} ü"
    session.add(mine.tables.job(id=key, lead=mine.person, sector="north", title=title, secret=""))
    await session.flush()
    session.add(mine.tables.part(job_id=key, line=1, label="new"))


async def add_part(session: Any, mine: Mine, rng: Random) -> None:
    part = mine.tables.part
    job, line = await _one_of(session, mine.tables.job, rng), rng.randint(1, 6)
    if job is not None and await session.get(part, (job.id, line)) is None:
        session.add(part(job_id=job.id, line=line, label=f"of {mine.person}", quantity=rng.randint(1, 4)))


async def drop_part(session: Any, mine: Mine, rng: Random) -> None:
    part = mine.tables.part
    parts = list((await session.exec(select(part).order_by(col(part.job_id), col(part.line)))).all())
    if parts:
        await session.delete(rng.choice(parts))


async def drop_job(session: Any, mine: Mine, rng: Random) -> None:
    job = await _one_of(session, mine.tables.job, rng)
    if job is not None and rng.random() < 0.3:
        await session.delete(job)


async def renames(mine: Mine, rng: Random) -> bool:
    """Somebody gives a part another line, which is half of its key; whether the device let him."""
    part = mine.tables.part
    async with mine.device.replica.session() as session:
        parts = list((await session.exec(select(part).order_by(col(part.job_id), col(part.line)))).all())
        if not parts:
            return False
        rng.choice(parts).line = rng.randint(7, 12)
        try:
            await session.commit()
        except (DBAPIError, StaleDataError):
            await session.rollback()
            return False
    return True


async def note_floor(session: Any, mine: Mine, rng: Random) -> None:
    if job := await _one_of(session, mine.tables.job, rng):
        job.floor = rng.randint(-2, 9)


async def add_tool(session: Any, mine: Mine, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    session.add(mine.tables.tool(id=key, person=mine.person, place="bag"))


async def move_tool(session: Any, mine: Mine, rng: Random) -> None:
    if tool := await _one_of(session, mine.tables.tool, rng):
        tool.place = f"{tool.place}{mine.person[0]}"


EDITS: tuple[Edit, ...] = (edit_job, add_hours, add_job, add_part, drop_part, drop_job)
NEW_EDITS: tuple[Edit, ...] = (note_floor, note_floor, add_tool, move_tool)
"""Those of the second version's columns and table."""
