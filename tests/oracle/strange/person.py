"""What a person does to strange tables on a device."""

from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select
from tests.oracle.strange.hanging import Hanging, draw_hanging
from tests.oracle.strange.tables import Strange, draw


async def work_strangely(world: int, device: Any, rng: Random, *, deletes: bool) -> None:
    """One local transaction: a row made, changed or taken away."""
    hanging = draw_hanging(world)
    if hanging is not None and rng.random() < 0.4:
        await _work_hanging(hanging, device, rng, deletes=deletes)
        return
    strange = rng.choice(draw(world))
    async with device.replica.session() as session:
        rows = list((await session.exec(select(strange.model))).all())
        rows.sort(key=lambda row: (strange.show(row), row.place))
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


async def _work_hanging(hanging: Hanging, device: Any, rng: Random, *, deletes: bool) -> None:
    """A row is hung on another one than before, too, where it may leave a scope."""
    async with device.replica.session() as session:
        parents = list((await session.exec(select(hanging.parent.model))).all())
        parents.sort(key=lambda row: (hanging.parent.show(row), row.place))
        rows = list((await session.exec(select(hanging.model))).all())
        rows.sort(key=lambda row: str(hanging.show(row)))
        chance = rng.random()
        if parents and (chance < 0.4 or not rows):
            _hang(session, hanging, rows, rng.choice(parents), rng)
        elif rows and (chance < 0.7 or not deletes):
            rng.choice(rows).label = f"typed {rng.randrange(99)}"
        elif rows and parents and chance < 0.85:
            _point(rng.choice(rows), hanging, rng.choice(parents))
        elif rows:
            await session.delete(rng.choice(rows))
        try:
            await session.commit()
        except (DBAPIError, StaleDataError):
            await session.rollback()


def _hang(session: Any, hanging: Hanging, rows: list[Any], parent: Any, rng: Random) -> None:
    row = hanging.model(key=hanging.kind.at(rng.randrange(hanging.parent.numbers)), label="device")
    _point(row, hanging, parent)
    kind = hanging.kind
    if kind.same(kind.show(row.key)) not in {kind.same(kind.show(other.key)) for other in rows}:
        session.add(row)


def _point(row: Any, hanging: Hanging, parent: Any) -> None:
    key = [getattr(parent, f"key{n}") for n in range(len(hanging.parent.kinds))]
    for n, value in zip(range(len(hanging.pointer)), [*key, parent.place], strict=False):
        setattr(row, f"to{n}", value)


def _add(session: Any, strange: Strange, rows: list[Any], rng: Random) -> None:
    """A key that none of the rows here has, in whatever spelling."""
    number = strange.draw_number(rng)
    values = {f"key{n}": kind.at(which) for n, (kind, which) in enumerate(zip(strange.kinds, number, strict=True))}
    row = strange.model(**values, place=strange.layout.draw_place(rng), label="device")
    if strange.same(strange.show(row)) not in {strange.same(strange.show(other)) for other in rows}:
        session.add(row)
