"""One run of the oracle: an office, its server, its devices, and the reckoning at the end.

Everything random comes from one number, so a failed run can be repeated: `python -m tests.oracle --seed N`.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.oracle import person
from tests.oracle.company import PASSWORD, email
from tests.oracle.decisions import decide
from tests.oracle.office import Office
from tests.oracle.person import Mine
from tests.oracle.plugin import Edition, edition
from tests.oracle.reckoning import Reckoning
from tests.oracle.rules import end_rules
from tests.oracle.server import Server
from tests.oracle.strange.person import work_strangely
from tests.oracle.strange.reckoning import differences
from tests.oracle.visits import hear_flags, work_on_site
from tests.oracle.writers import PEOPLE, number_visits

from twinbase.errors import NotSignedIn, TransportError, TwinbaseError
from twinbase.replica.report import Report
from twinbase.testing import Device, ManualClock
from twinbase_server.housekeeping import look_after_files

DEVICES_MAX = 5
CLOCKS_APART = timedelta(days=60)
"""Of a device and the server: then it keeps decisions for another time than everybody else."""
FORGETS = ("generation", "gap")
KEY = bytes(range(32))
Act = Callable[["Simulation", Random], Awaitable[None]]


class Simulation:
    """A server and some devices. `act` does one random thing; `settle` lets everything end; `reckoning` checks."""

    def __init__(self, database_url: str, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, Random(seed)
        self.clock = ManualClock(datetime(2026, 3, 1, 8, tzinfo=UTC))
        self.office = Office(database_url)
        self.world = seed
        self.office.world = self.world
        self.server = Server(database_url, self.clock, self.office, self.world, folder / "shelf")
        self.mine: list[Mine] = []
        self.pictures: dict[str, bytes] = {}
        self.unexplained: list[str] = []
        self.surprises: list[str] = []
        self.reports = 0
        self.deletes = True
        self.is_armed = True
        self.trace: list[str] = []

    async def __aenter__(self) -> "Simulation":
        await self.server.start()
        await self.office.open()
        for name in PEOPLE[:2]:
            await self.enrol(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        for mine in self.mine:
            await mine.device.close()
        await self.server.end()
        await self.office.close()

    def rewire(self) -> None:
        """Every device's line leads to the server that runs now."""
        for mine in self.mine:
            mine.device.wire.application = self.server.application

    async def enrol(self, name: str) -> None:
        clock = ManualClock(self.clock.now + timedelta(seconds=self.rng.randint(-90_000, 90_000)))
        mine = self.add(name, clock, self.server.edition)
        await mine.device.reopen()
        await self.sign_in(mine)

    def add(self, name: str, clock: ManualClock, edition: Edition) -> Mine:
        """One device more, not opened yet."""
        called = f"{name}-{len(self.mine)}"
        path = self.folder / f"{called}.twin"
        device = Device(called, path, KEY, edition.plugins, self.server.application, clock)
        self.mine.append(Mine(name, device, clock, edition))
        return self.mine[-1]

    async def act(self, act: Act, chance: int) -> None:
        """Do one thing, with randomness of its own, so that dropping a step from a script leaves the others alike."""
        self.trace.append(f"{act.__name__}({chance})")
        await act(self, Random(chance))

    def somebody(self, rng: Random) -> Mine:
        return rng.choice(self.mine)

    async def work(self, mine: Mine, rng: Random) -> None:
        await person.work(mine, rng, deletes=self.deletes)
        if rng.random() < 0.4:
            await work_strangely(self.world, mine.device, rng, deletes=self.deletes)
        if rng.random() < 0.25:
            await work_on_site(self, mine, rng)

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
        finally:
            mine.forget_old()
        self.unexplained += [f"{mine.device.name}: {twin}" for twin in report.unexplained]
        if not self.server.was_restored and any(why.startswith(FORGETS) for why in report.recovered):
            self.surprises.append(f"{mine.device.name}: a server that was never restored forgot what it had answered")
        await self._reads_own_writes(mine)
        await hear_flags(mine)
        if abs(mine.clock.now - self.clock.now) > CLOCKS_APART:
            mine.unheard.clear()
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

    async def claims(self, name: str, claims: dict[str, str]) -> None:
        """Give an account these claims."""
        await self.office.connection.execute(
            "UPDATE twinbase.account SET claims = $2::jsonb WHERE email = $1", email(name), json.dumps(claims)
        )

    async def settle(self, rounds: int = 6) -> None:
        """No more faults, no more writers; every device syncs until nothing is left to do. Where the app was taken back
        and its outbox holds what only the newer one knows, the newer one comes again, and sends it.

        The last things that happen are what a server does once an hour, and that every visit gets its number."""
        await self.office.end_all()
        if self.server.older or any(mine.edition.version > self.server.edition.version for mine in self.mine):
            await self.server.update()
            self.rewire()
        for mine in self.mine:
            mine.device.wire.up = True
            mine.device.wire.mend()
            mine.device.replica.attachments.metered = False
        if not self.is_armed:
            await self._check_unarmed()
        await self._sync_all(rounds)
        await self._decide(rounds)
        behind = [mine for mine in self.mine if mine.edition.version == 1 and await self._holds_edits(mine)]
        if behind and self.server.edition.version == 1:
            await self.server.update()
            self.rewire()
        for mine in behind:
            mine.edition = edition(2, self.world)
            await mine.device.close()
            await mine.device.reopen(plugins=mine.edition.plugins)
        if behind:
            await self._sync_all(rounds)
        await look_after_files(self.server.running[0].state.serving)
        await self.office.write_this(number_visits, self.rng)

    async def _decide(self, rounds: int) -> None:
        """Now and then the office gives in, and people type again what it did not take."""
        if self.office.ruled and self.rng.random() < 0.5:
            await end_rules(self.office.connection)
            for mine in self.mine:
                await decide(mine, self.rng)
            await self._sync_all(rounds)

    async def _check_unarmed(self) -> None:
        """While nobody watches a table, no device calls it proven that holds something else; then capture returns."""
        for mine in self.mine:
            for _ in range(2):
                report = await self.sync(mine)
            wrong = await differences(self.world, mine.person, mine.device, self.office.connection)
            if report is not None and not await self._holds_edits(mine):
                for twin in wrong.keys() & report.proven.keys() - report.unproven.keys():
                    if report.proven[twin]:
                        self.surprises.append(f"{mine.device.name}: {twin} is proven, but {wrong[twin]}")
        await self.server.arm()

    async def _holds_edits(self, mine: Mine) -> bool:
        return bool(await mine.device.sql("SELECT 1 FROM _twinbase_outbox WHERE state = 'pending' LIMIT 1"))

    async def _sync_all(self, rounds: int) -> None:
        for _ in range(rounds):
            reports = [await self.sync(mine) for mine in self.mine]
            if all(report is not None and _is_at_rest(report) for report in reports):
                return

    async def reckoning(self) -> list[str]:
        """What is wrong, in words; nothing when all holds."""
        return await Reckoning(self).faults()


def _is_at_rest(report: Report) -> bool:
    """Whether this sync has changed nothing at the server, and left nothing to be sent."""
    return report.is_proven and not (report.pushed or report.files_sent or report.files_waiting)
