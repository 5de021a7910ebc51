"""What a person does to strange tables on a device."""

from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select
from tests.oracle.strange.keys import NUMBERS
from tests.oracle.strange.tables import Strange, draw


async def work_strangely(world: int, device: Any, rng: Random, *, deletes: bool) -> None:
    """One local transaction: a row made, changed or taken away."""
    strange = rng.choice(draw(world))
    async with device.replica.session() as session:
        rows = list((await session.exec(select(strange.model))).all())
        rows.sort(key=lambda row: (strange.kind.show(row.code), row.place))
        chance = rng.random()
        if chance < 0.4 or not rows:
            _add(session, strange, rows, rng)
        elif chance < 0.85 or not deletes:
            rng.choice(rows).label = f"typed {rng.randrange(99)}"
        else:
            await session.delete(rng.choice(rows))
        try:
            await session.commit()
        except (DBAPIError, StaleDataError):
            await session.rollback()


def _add(session: Any, strange: Strange, rows: list[Any], rng: Random) -> None:
    number = rng.randrange(NUMBERS)
    value = strange.kind.at(number)
    if strange.kind.show(value) not in {strange.kind.show(row.code) for row in rows}:
        session.add(strange.model(code=value, place=rng.randrange(2), label="device"))
