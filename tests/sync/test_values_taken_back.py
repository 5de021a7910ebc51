"""What is taken back is exactly what was typed, whatever the type of the column, on the device and at the office."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, update
from tests.codecs.kinds import KINDS
from tests.codecs.test_round_trip import _is_finite_to_asyncpg, exact

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase.testing.databases import Databases
from twinbase.testing.device import Device
from twinbase_server import accounts

NAMES = [kind.name for kind in KINDS]
THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    *(Column(kind.name, kind.type_, nullable=True) for kind in KINDS),
)
ROWS = st.fixed_dictionaries({kind.name: kind.values.filter(_is_finite_to_asyncpg) for kind in KINDS})


class Things:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(THINGS, direction="both", conflict="server_wins")


@given(pairs=st.lists(st.tuples(ROWS, ROWS), min_size=1, max_size=6))
@settings(
    # An example is a table full of values on three databases: to make one smaller takes longer than to read it.
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate],
)  # fmt: skip
def test_a_value_of_any_type_comes_back_as_it_was_typed(databases: Databases, pairs: list[Any]) -> None:
    url = databases.create()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(quarrel_and_take_back(url, Path(folder), pairs))
    finally:
        databases.drop(url)


async def quarrel_and_take_back(url: str, folder: Path, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Two devices of one person write other values to the same rows; the later one takes all of its own back."""
    async with World.open(url, Plugins(accounts, Things()), folder) as world:
        anna, tablet = await world.device("anna"), await world.device("tablet", account="anna")
        await write(anna, insert(THINGS), [{"id": number} for number in range(len(pairs))])
        await anna.sync(), await tablet.sync()
        for number, (theirs, mine) in enumerate(pairs):
            await write(tablet, update(THINGS).where(THINGS.c.id == number).values(theirs))
            await write(anna, update(THINGS).where(THINGS.c.id == number).values(mine))
        typed = await stored(anna)
        await tablet.sync(), await anna.sync()
        decisions = await anna.replica.decisions()
        for decision in decisions:
            await anna.replica.put_back(decision.id)
        here = await stored(anna)
        report = await anna.sync()
        assert report.outcomes.keys() <= {"applied"} and report.is_proven
        await tablet.sync()
        shown, elsewhere = await shown_by(anna), await shown_by(tablet)
        for decision in decisions:
            for column in decision.columns:
                place = decision.key[0], column
                assert here[place] == typed[place], place
                # PostgreSQL spells a document its own way, and means the same.
                assert exact(shown[place]) == exact(elsewhere[place]), place


async def write(device: Device, statement: Any, values: list[dict[str, Any]] | None = None) -> None:
    async with device.replica.session() as session:
        await session.execute(statement, *([values] if values else []))
        await session.commit()


async def shown_by(device: Device) -> dict[tuple[int, str], Any]:
    """Every value as an application reads it."""
    async with device.replica.read() as session:
        rows = (await session.execute(select(THINGS))).mappings().all()
    return {(row["id"], name): row[name] for row in rows for name in NAMES}


async def stored(device: Device) -> dict[tuple[int, str], str]:
    """Every value as SQLite spells it, type and all."""
    quoted = ", ".join(f'typeof("{name}") || quote("{name}")' for name in NAMES)
    rows = await device.sql(f"SELECT id, {quoted} FROM things")
    return {(number, name): value for number, *values in rows for name, value in zip(NAMES, values, strict=True)}
