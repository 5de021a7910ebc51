"""A play: an office, its server, a device for each person, chance from one number, and the comparison at the end."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Self

from sqlalchemy import Table
from sqlmodel import SQLModel

from twinbase.errors import NotSignedIn, TransportError
from twinbase.plugins import Plugins
from twinbase.registry import Twin
from twinbase.replica.report import Report
from twinbase.testing.conformance.office import Office
from twinbase.testing.conformance.oracle import Oracle
from twinbase.testing.conformance.person import Mine, Person, RandomWork, row_of
from twinbase.testing.conformance.rows import AdjustRow, RowMaker
from twinbase.testing.wire import cut, drop_answer, drop_request, duplicate, show_portal
from twinbase.testing.world import World, tables_of

PATHS = ("sync/initial", "sync/pending", "sync/mark-synced", "sync/repair", "sync/schema")
ROUNDS = 6
WAITS_FOR_A_PERSON = ("refused", "parked", "conflict")


@dataclass(frozen=True)
class Cast:
    """What a plugin's author says: who there is, which rows, whose they are."""

    plugins: Plugins
    people: Sequence[Person]
    scopes: Mapping[str, str]
    choices: Mapping[str, Sequence[Any]]
    untouched: Collection[str]
    adjust_row: AdjustRow
    given_rows: Callable[[datetime], Sequence[SQLModel]]
    now: datetime
    rows: int
    settings: Mapping[str, Any] = field(default_factory=dict)


def _hashes(plugins: Plugins) -> dict[str, Sequence[Any]]:
    """What a column that names content may hold: any other text would be refused."""
    columns = (f"{twin.table.name}.{column}" for twin in plugins.registry for column in twin.attachments)
    return {column: [digit * 64 for digit in "0af"] for column in columns}


class Play:
    """One world with rows in it. `outcomes` counts what became of mutations; `unexplained` should stay empty."""

    def __init__(self, cast: Cast, world: World, dice: Random) -> None:
        self.cast, self.world, self.dice = cast, world, dice
        self.maker = RowMaker(dice, cast.now, _hashes(cast.plugins) | dict(cast.choices), cast.adjust_row)
        tables = [table for table in reversed(tables_of(cast.plugins)) if table.schema != "twinbase"]
        self.office = Office(world, sorted(tables, key=lambda table: table.fullname), self.maker, cast.untouched)
        self.oracle = Oracle(world, cast.scopes)
        self.mine: list[Mine] = []
        self.outcomes: dict[str, int] = {}
        self.unexplained: list[str] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, cast: Cast, database_url: str, folder: Path, seed: int) -> AsyncIterator[Self]:
        """A play over a prepared database, with the given rows, random ones, and every person's device signed in."""
        async with World.open(database_url, cast.plugins, folder, prepared=True, **cast.settings) as world:
            play = cls(cast, world, Random(seed))
            await play.office.keep(cast.given_rows(cast.now))
            await play.office.fill(cast.rows)
            for person in cast.people:
                device = await world.device(person.name, claims=person.claims)
                play.mine.append(Mine(person, device))
            yield play
            world.raise_crashes()

    def make_work(self, mine: Mine) -> RandomWork:
        """What the owner of a device may do on it."""
        return RandomWork(mine.device, self.maker, self.office.read_rows)

    def pick_somebody(self) -> Mine:
        return self.dice.choice(self.mine)

    async def take_step(self) -> None:
        """Something happens: work here or there, a sync, a line that breaks, time that passes."""
        mine = self.pick_somebody()
        match self.dice.randrange(12):
            case 0 | 1 | 2:
                await self.office.write()
            case 3 | 4 | 5 | 6:
                await self.make_work(mine).do()
            case 7 | 8:
                await self.sync(mine)
            case 9:
                self._spoil(mine)
                await self.sync(mine)
            case 10:
                mine.device.wire.up = not mine.device.wire.up
            case _:
                self.world.clock.advance(hours=self.dice.choice((1, 5, 30)))

    def _spoil(self, mine: Mine) -> None:
        faults = (drop_request(), drop_answer(), duplicate(), cut(self.dice.randint(0, 3_000)), show_portal())
        mine.device.wire.spoil(self.dice.choice(PATHS), self.dice.choice(faults))

    async def sync(self, mine: Mine) -> Report | None:
        """One sync; what the line does to it is no failure."""
        try:
            report = await mine.device.sync()
        except NotSignedIn:
            await self._sign_in_again(mine)
            return None
        except TransportError:
            return None
        self.unexplained += [f"{mine.person.name}: {twin}" for twin in report.unexplained]
        for status, count in report.outcomes.items():
            self.outcomes[status] = self.outcomes.get(status, 0) + count
        return report

    async def _sign_in_again(self, mine: Mine) -> None:
        try:
            await self.world.sign_in(mine.device, mine.person.name)
        except TransportError:
            pass

    async def settle(self) -> None:
        """Lines are whole; every device syncs until nothing is left to do. Raises AssertionError when that never is."""
        for mine in self.mine:
            mine.device.wire.up = True
            mine.device.wire.mend()
        reports: list[Report | None] = []
        for _ in range(ROUNDS):
            reports = [await self.sync(mine) for mine in self.mine]
            if all(report is not None and report.is_proven and not report.pushed for report in reports):
                return
        unproven = {m.person.name: r and r.unproven for m, r in zip(self.mine, reports, strict=True)}
        raise AssertionError(f"After {ROUNDS} syncs not every device is proven: {unproven}")

    async def count_visible(self, twin: Twin) -> tuple[int, list[int]]:
        """How many rows there are, and how many each person should see; rows are added until that is some of them.

        Where everybody sees everything, rows that they may point at come first: a scope often asks what one belongs to.
        """
        parents = {key.column.table for key in twin.table.foreign_keys} - {twin.table}
        named = [table for table in self.office.written if table in parents]
        for _ in range(ROUNDS):
            every = await self.oracle.count_rows(twin)
            seen = [len(await self.oracle.wanted_rows(twin, mine.device)) for mine in self.mine]
            if 0 < max(seen) and min(seen) < every:
                break
            more = [*named, twin.table] if 0 < min(seen) == every else [twin.table]
            for table in more * self.cast.rows:
                await self.office.insert(table)
        return every, seen

    async def find_faults(self) -> list[str]:
        """What is wrong, in words; nothing when every device has exactly what its owner should see."""
        found = [f"repaired without a reason: {self.unexplained}"] if self.unexplained else []
        for mine in self.mine:
            for twin in self.cast.plugins.registry:
                if twin.pulls and self.oracle.knows(twin):
                    found += await self._differences(mine, twin)
            states = await mine.device.sql("SELECT DISTINCT state FROM _twinbase_outbox")
            stuck = {state for (state,) in states} - {*WAITS_FOR_A_PERSON, "applied", "merged"}
            found += [f"{mine.person.name}: edits that are neither answered nor explained: {stuck}"] if stuck else []
        return found

    async def _differences(self, mine: Mine, twin: Twin) -> list[str]:
        wanted = await self.oracle.wanted_rows(twin, mine.device)
        here = {tuple(row[name] for name in twin.key): row for row in await self._here(mine, twin)}
        where = f"{mine.person.name}.{twin.name}"
        found = [f"{where}: too many {_some(here.keys() - wanted.keys())}"] if here.keys() - wanted.keys() else []
        found += [f"{where}: missing {_some(wanted.keys() - here.keys())}"] if wanted.keys() - here.keys() else []
        for key in here.keys() & wanted.keys():
            wrong = [name for name in twin.columns if here[key][name] != wanted[key][name]]
            found += [f"{where}{key}: other values in {', '.join(wrong)}"] if wrong else []
        return found

    async def _here(self, mine: Mine, twin: Twin) -> list[dict[str, Any]]:
        return [row_of(twin, row) for row in await mine.device.all(twin.model)]


def _some(keys: Any) -> str:
    return f"{len(keys)} rows, like {min(map(repr, keys))}"


def pushing_twins(plugins: Plugins) -> list[Twin]:
    """The twins that devices write."""
    return [twin for twin in plugins.registry if twin.operations and twin.schema != "twinbase"]


def own_tables(plugins: Plugins) -> list[Table]:
    """The tables of the twins, without the engine's own."""
    return [twin.table for twin in plugins.registry if twin.schema != "twinbase"]
