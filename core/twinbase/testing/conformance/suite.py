"""The tests that every plugin should pass. They run on a real PostgreSQL and real encrypted files."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, ClassVar

import pytest
from sqlmodel import SQLModel

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase.testing.conformance.carrying import find_changed_values
from twinbase.testing.conformance.crashes import kill_server_in_accept, sync_and_die
from twinbase.testing.conformance.laws import broken_laws, find_blind_rules
from twinbase.testing.conformance.oracle import has_scope
from twinbase.testing.conformance.permitted import MadeRoles, find_shown, list_asked, make_roles, write_unpermitted
from twinbase.testing.conformance.person import Mine, Person
from twinbase.testing.conformance.play import Cast, Play, own_tables, pushing_twins
from twinbase.testing.conformance.replayed import double_requests, find_differences, read_effects
from twinbase.testing.conformance.rows import RowMaker, RowValues
from twinbase.testing.conformance.tampered import Tampered, write_what_is_forbidden
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.world import prepare

SEED = "TWINBASE_TEST_SEED"
COMMITS_MAX = 30
SHOWN_MAX = 5
ROLES = 3
"""That are made by chance."""
CONFLICTS = 200
"""That each strategy is asked to decide."""
NOT_ON_A_DEVICE = ("asyncpg", "fastapi", "psycopg", "twinbase_server", "typer", "uvicorn")
_LOAD = """
import json, sys
from twinbase.plugins import Plugins
Plugins(*sys.argv[1:]).registry
print(json.dumps(sorted(sys.modules)))
"""


class Conformance:
    """Derive a class `Test…` from it, in a project whose pytest has the fixtures of `twinbase.testing.fixtures`.

    `plugins`: the names of the plugins to test (`accounts` is added). `people`: who signs in, with which claims.
    `scopes`: twin → a query of the keys that an identity should see, in plain SQL, with `:subject`, `:as_of` and the
    claims as parameters. `choices`: "table.column" → the values that it may have; else they are made up from the type.
    `untouched`: tables that hold no rows but the given ones. `rows`, `steps`: how much there is, and how much happens.
    """

    plugins: ClassVar[Sequence[str | object]] = ()
    people: ClassVar[Sequence[Person]] = (Person("anna"), Person("bob"))
    scopes: ClassVar[Mapping[str, str]] = {}
    choices: ClassVar[Mapping[str, Sequence[Any]]] = {}
    untouched: ClassVar[Collection[str]] = ()
    settings: ClassVar[Mapping[str, Any]] = {}
    rows: ClassVar[int] = 12
    steps: ClassVar[int] = 60

    def given_rows(self, now: datetime) -> Sequence[SQLModel]:
        """Rows that are there from the start and stay as they are, in the order in which they can be inserted.

        `now`: the time round which made-up times lie.
        """
        return ()

    def adjust_row(
        self, table: str, values: RowValues, was: Mapping[str, Any] | None, dice: Random
    ) -> RowValues | None:
        """The last word on made-up values, by column: change them, or answer None for "not this one".

        `was`: the row that they would change; None when they are a new row. What the plugin's rules refuse is no
        failure, but shows little: make rows that they take.
        """
        return values

    # -- the tests ------------------------------------------------------------------------------------------------

    def test_it_loads_on_a_device_where_no_server_is_installed(self) -> None:
        names = [name for name in self.plugins if isinstance(name, str) and name != "accounts"]
        command = [sys.executable, "-c", _LOAD, *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        loaded = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
        assert not loaded & set(NOT_ON_A_DEVICE), "import these where they are used: a device has none of them"

    def test_every_scope_has_its_query(self) -> None:
        filtered = {twin.name for twin in self._cast.plugins.registry if has_scope(twin) and twin.schema != "twinbase"}
        assert filtered - self.scopes.keys() == set(), "say in `scopes`, in plain SQL, whose rows they are"
        assert self.scopes.keys() - filtered == set(), "these have no scope, or no mirror"

    def test_devices_hold_what_the_queries_say_before_and_after_rows_move(
        self, prepared_url: str, tmp_path: Path
    ) -> None:
        self._skip_without_twins()

        async def run(play: Play) -> None:
            await play.settle()
            expect_none_wrong(await play.find_faults())
            await self._see_that_scopes_divide(play)
            for _ in range(self.steps):
                await play.office.write()
            await play.settle()
            expect_none_wrong(await play.find_faults())

        self._play(prepared_url, tmp_path, run)

    def test_devices_converge_whatever_happens(self, prepared_url: str, tmp_path: Path) -> None:
        """Work here and there, lines that lose, double and cut, hours that pass: then all is proven and equal."""
        self._skip_without_twins()

        async def run(play: Play) -> None:
            await play.settle()
            for _ in range(self.steps):
                await play.take_step()
            await play.settle()
            expect_none_wrong(await play.find_faults())
            await self._see_that_edits_are_taken(play)

        self._play(prepared_url, tmp_path, run)

    def test_a_request_that_arrives_twice_counts_once(
        self, databases: Databases, template: str, tmp_path: Path
    ) -> None:
        """The same play on two servers, one of which gets every request twice: the rows are the same."""
        self._skip_without_twins()
        found: list[dict[str, Any]] = []

        async def run(play: Play, *, doubled: bool) -> None:
            for mine in play.mine:
                mine.device.wire.application = (double_requests if doubled else _same)(mine.device.wire.application)
            for number in range(self.steps // 3):
                mine = play.mine[number % len(play.mine)]
                await play.make_work(mine).do()
                await play.sync(mine)
            await play.settle()
            found.append(await read_effects(play))

        seed = self._seed()
        for doubled in (False, True):
            url = databases.create(template)
            folder = tmp_path / str(doubled)
            folder.mkdir()
            self._play(url, folder, lambda play, doubled=doubled: run(play, doubled=doubled), seed)
            databases.drop(url)
        expect_none_wrong(find_differences(*found), seed)

    def test_a_device_that_dies_at_any_commit_loses_nothing(self, prepared_url: str, tmp_path: Path) -> None:
        self._skip_without_twins()

        async def run(play: Play) -> None:
            mine = play.mine[0]
            for at in range(1, COMMITS_MAX):
                await play.office.write()
                await play.make_work(mine).do()
                if not await sync_and_die(mine, at=at, after=play.dice.random() < 0.5):
                    break
            await play.settle()
            expect_none_wrong(await play.find_faults())

        self._play(prepared_url, tmp_path, run)

    def test_a_server_that_dies_in_a_batch_takes_all_of_it_or_nothing(self, prepared_url: str, tmp_path: Path) -> None:
        self._skip_without_twins()
        if not pushing_twins(self._cast.plugins):
            pytest.skip("devices write nothing")

        async def run(play: Play) -> None:
            died = False
            await play.settle()
            for number in range(self.steps):
                mine = play.mine[number % len(play.mine)]
                await play.make_work(mine).do()
                if died := await kill_server_in_accept(play, mine.device):
                    break
            assert died, "the server came to write none of the devices' edits: give `choices` or `adjust_row`"
            await play.settle()
            expect_none_wrong(await play.find_faults())

        self._play(prepared_url, tmp_path, run)

    def test_every_value_of_every_column_goes_round_unchanged(self, prepared_url: str, tmp_path: Path) -> None:
        self._skip_without_twins()

        seed = self._seed()
        maker = RowMaker(Random(seed), self._cast.now, self.choices, self.adjust_row)
        expect_none_wrong(
            asyncio.run(find_changed_values(self._cast.plugins.registry, maker, prepared_url, tmp_path)), seed
        )

    def test_every_strategy_keeps_the_laws(self) -> None:
        twins = pushing_twins(self._cast.plugins)
        if not twins:
            pytest.skip("devices write nothing")
        seed = self._seed()
        maker = RowMaker(Random(seed), self._cast.now, self.choices, self.adjust_row)
        expect_none_wrong([wrong for twin in twins for wrong in broken_laws(twin, maker, CONFLICTS)], seed)

    def test_rules_look_at_an_edit_of_a_row_that_is_gone(self) -> None:
        """The office has deleted it: they are shown the columns that were edited, and nothing of the row."""
        if not self._cast.plugins.has_neighbours:
            pytest.skip("no rule looks at other rows")
        seed = self._seed()
        maker = RowMaker(Random(seed), self._cast.now, self.choices, self.adjust_row)
        twins = pushing_twins(self._cast.plugins)
        expect_none_wrong([one for twin in twins for one in find_blind_rules(self._cast.plugins, twin, maker)], seed)

    def test_what_a_device_may_not_write_is_refused(self, prepared_url: str, tmp_path: Path) -> None:
        """An app that was tampered with sends it all the same; the server takes nothing of it."""
        self._skip_without_twins()

        async def run(play: Play) -> None:
            mine = play.mine[0]
            before = await read_effects(play)
            await mine.device.sync()
            await mine.device.close()
            await mine.device.reopen(plugins=Plugins(Tampered(self._cast.plugins)))
            work = play.make_work(mine)
            twins = [twin for twin in self._cast.plugins.registry if twin.pulls and twin.schema != "twinbase"]
            tried = sum([await write_what_is_forbidden(work, twin) for twin in twins])
            if not tried:
                pytest.skip(f"{mine.person.name} has nothing that he may not write")
            report = await mine.device.sync()
            assert set(report.outcomes) <= {"refused", "parked"}, report.outcomes
            assert report.outcomes, "the server has not answered"
            expect_none_wrong(find_differences(before, await read_effects(play)))

        self._play(prepared_url, tmp_path, run)

    def test_whoever_lacks_a_permission_sees_nothing_and_writes_nothing(
        self, prepared_url: str, tmp_path: Path
    ) -> None:
        """With roles that are made by chance, of the permissions that the mirrors ask for."""
        if not list_asked(self._cast.plugins.registry):
            pytest.skip("no mirror asks for a permission")
        seed = self._seed()
        made = make_roles(self._cast.plugins.registry, Random(seed), ROLES)
        cast = replace(self._cast, plugins=Plugins(*self._names, MadeRoles(made)))

        async def run(play: Play) -> None:
            tried, person = 0, cast.people[0]
            for role, given in made.items():
                device = await play.world.device(role, claims={**person.claims, "role": role})
                mine = Mine(person, device)
                assert (await device.sync()).is_proven
                expect_none_wrong(await find_shown(play, device, given))
                before = await read_effects(play)
                tried += await write_unpermitted(play.make_work(mine), given)
                outcomes = (await device.sync()).outcomes
                assert set(outcomes) <= {"refused", "parked"}, outcomes
                expect_none_wrong(find_differences(before, await read_effects(play)))
            assert tried or not pushing_twins(cast.plugins), "nothing was written: give `choices` or `adjust_row`"

        self._play(prepared_url, tmp_path, run, seed, cast)

    def test_what_is_handed_over_has_somebody_who_hands_it_over(self, prepared_url: str, tmp_path: Path) -> None:
        if not self._cast.plugins.has_deliveries:
            pytest.skip("nothing is handed over")

        async def run(play: Play) -> None:
            for number in range(self.steps // 2):
                mine = play.mine[number % len(play.mine)]
                await play.make_work(mine).do()
                await play.sync(mine)
            destinations = {name for (name, *_) in (await read_effects(play))["deliveries"]}
            assert destinations <= self._cast.plugins.collect_exporters().keys(), "no exporter for some destinations"

        self._play(prepared_url, tmp_path, run)

    def test_setting_up_twice_changes_nothing(self, prepared_url: str) -> None:
        asyncio.run(prepare(prepared_url, self._cast.plugins, self._cast.now))

    # -- what they stand on ---------------------------------------------------------------------------------------

    @pytest.fixture(scope="class")
    @classmethod
    def template(cls, databases: Databases) -> Iterator[str]:
        """The name of a database with the plugin's tables, captured, that each test's is a copy of."""
        url, cast = databases.create(), cls()._cast
        asyncio.run(prepare(url, cast.plugins, cast.now))
        yield database_name(url)
        databases.drop(url)

    @pytest.fixture
    def prepared_url(self, databases: Databases, template: str) -> Iterator[str]:
        """A database of the plugin's for one test alone."""
        url = databases.create(template)
        yield url
        databases.drop(url)

    @property
    def _names(self) -> Sequence[str | object]:
        return self.plugins if "accounts" in self.plugins else ("accounts", *self.plugins)

    @cached_property
    def _cast(self) -> Cast:
        return Cast(
            Plugins(*self._names),
            self.people,
            self.scopes,
            self.choices,
            self.untouched,
            self.adjust_row,
            self.given_rows,
            utc_now(),
            self.rows,
            self.settings,
        )

    def _skip_without_twins(self) -> None:
        if not own_tables(self._cast.plugins):
            pytest.skip("no mirrors of its own")

    @staticmethod
    def _seed() -> int:
        return int(os.environ.get(SEED) or SystemRandom().getrandbits(32))

    def _play(self, url: str, folder: Path, run: Any, seed: int | None = None, cast: Cast | None = None) -> None:
        """Run one play; what goes wrong in it names the number that repeats it."""
        seed = self._seed() if seed is None else seed

        async def all_of_it() -> None:
            async with Play.open(cast or self._cast, url, folder, seed) as play:
                await run(play)

        _run(all_of_it(), seed)

    async def _see_that_edits_are_taken(self, play: Play) -> None:
        """Edits that are all refused show nothing; where a play holds deletions alone, it goes on for as long again."""
        for number in range(self.steps):
            if await _takes_edits(play):
                return
            mine = play.mine[number % len(play.mine)]
            await play.make_work(mine).do()
            await play.sync(mine)
        said = f"the server took none of the devices' edits ({play.outcomes}): give `choices` or `adjust_row`"
        assert await _takes_edits(play), said

    async def _see_that_scopes_divide(self, play: Play) -> None:
        """A scope that gives everything, or nothing, to everybody would agree with almost any query."""
        for twin in self._cast.plugins.registry:
            if twin.name in self.scopes and twin.pulls:
                every, seen = await play.count_visible(twin)
                said = f"{twin.name}: of {every} rows the people see {seen}; give `choices`, so that scopes divide"
                assert max(seen) > 0 and min(seen) < every, said


def expect_none_wrong(wrong: Sequence[str], seed: int | None = None) -> None:
    """Raise AssertionError with what is wrong, the first of it, when anything is."""
    if wrong:
        repeat = [] if seed is None else [f"repeat with {SEED}={seed}"]
        raise AssertionError("\n".join([f"{len(wrong)} found:", *wrong[:SHOWN_MAX], *repeat]))


def _same(application: Any) -> Any:
    return application


def _run(work: Coroutine[Any, Any, None], seed: int) -> None:
    try:
        asyncio.run(work)
    except BaseException as error:
        error.add_note(f"repeat with {SEED}={seed}")
        raise


async def _takes_edits(play: Play) -> bool:
    """Whether a row that a device wrote stands, where devices may write.

    A deletion says nothing: of a row that is gone already it is taken without a question to any rule. So is a change
    that merges into what is there.
    """
    statuses = {row[0] for row in await play.world.sql("SELECT status FROM twinbase.ledger WHERE op <> 'delete'")}
    return "applied" in statuses or not pushing_twins(play.cast.plugins)
