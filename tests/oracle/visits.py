"""Visits that people make on site, each perhaps with a picture: the row goes first, and the bytes come after it."""

import io
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PIL import Image
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col, select
from tests.oracle.plugin import MADE_ON_SITE
from tests.oracle.writers import SECTORS

if TYPE_CHECKING:
    from tests.oracle.person import Mine
    from tests.oracle.simulation import Simulation

SIZES = (1_000, 4_000, 20_000, 20_000, 300_000, 700_000)
"""Of pictures; the last two go in several pieces."""


async def work_on_site(sim: "Simulation", mine: "Mine", rng: Random) -> None:
    """One local transaction about a visit: made with or without a picture, noted, or its picture taken again.

    Now and then a picture belongs to nothing in the end, or a row names what somebody else has the bytes of.
    """
    sha256 = await take_picture(sim, mine, rng) if rng.random() < 0.7 else None
    if sha256 is None and sim.pictures and rng.random() < 0.4:
        sha256 = rng.choice(sorted(sim.pictures))
    if rng.random() < 0.1:
        return
    async with mine.device.replica.session() as session:
        visit = await _one_to_change(session, mine, rng) if rng.random() < 0.35 else None
        made = None
        if visit is None:
            visit = made = _make_visit(mine, sha256, rng)
            session.add(made)
        elif sha256 is not None and visit.state is None:
            visit.sha256 = sha256
        else:
            visit.note = f"{visit.note}{mine.person[0]}"
        id, named = visit.id, visit.sha256
        try:
            await session.commit()
        except (DBAPIError, StaleDataError):
            await session.rollback()
            return
    mine.named |= {(id, named)} if named == sha256 and named in mine.pictures else set()
    if made is not None:
        mine.unheard.add(id)


async def take_picture(sim: "Simulation", mine: "Mine", rng: Random, *, size: int | None = None) -> str:
    """Put another picture on the device; its hash. Some devices have hardly room for what the server has as well."""
    content = make_picture(rng, rng.choice(SIZES) if size is None else size)
    if rng.random() < 0.2:
        mine.device.replica.attachments.budget_bytes = rng.choice((0, 30_000))
    sha256 = await mine.device.replica.attachments.put(content)
    sim.pictures[sha256] = content
    mine.pictures.add(sha256)
    return sha256


def make_picture(rng: Random, size: int) -> bytes:
    """A picture that no other is equal to: readers of JPEG stop where it ends, and what follows is ours."""
    return _blank() + rng.randbytes(size)


@cache
def _blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


def _make_visit(mine: "Mine", sha256: str | None, rng: Random) -> Any:
    key = UUID(int=rng.getrandbits(128), version=4)
    sector = rng.choice(SECTORS)
    return mine.tables.visit(id=key, person=mine.person, sector=sector, made_on_site=True, sha256=sha256)


async def _one_to_change(session: Any, mine: "Mine", rng: Random) -> Any:
    visit = mine.tables.visit
    rows = list((await session.exec(select(visit).order_by(col(visit.id)))).all())
    return rng.choice(rows) if rows else None


async def hear_flags(mine: "Mine") -> None:
    """Of which visits made here the device says that the office looks at them; `mine.unheard` are the others.

    Asked after every sync: a device keeps its decisions for a while, and whose clock is wild for none.
    """
    if mine.unheard:
        for one in await mine.device.replica.decisions():
            if one.twin == "visits" and any(flag.reason == MADE_ON_SITE for flag in one.flags):
                mine.unheard.discard(one.key[0])


async def find_unflagged(sim: "Simulation", mine: "Mine") -> list[str]:
    """Visits made on this device that the server has taken, and nobody was told here that the office looks at them.

    Not of a file with another history than its own, nor where the server has lost what it had answered.
    """
    if mine.has_copy or sim.server.was_restored:
        return []
    rows = await sim.office.connection.fetch("SELECT id FROM oracle.visits WHERE id = ANY ($1)", list(mine.unheard))
    return [f"the visit {row['id']} was taken, and nobody heard of its flag" for row in rows]
