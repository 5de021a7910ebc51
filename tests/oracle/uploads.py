"""Accidents on the way of bytes: a line that breaks at any of them, processes that end, a store that is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

from tests.oracle.accidents import Died
from tests.oracle.simulation import Simulation
from tests.oracle.visits import work_on_site
from tests.oracle.writers import delete_visit, give_visits_away

from twinbase_server.files.orphans import Sweep

REQUESTS_MAX = 6
"""A picture has about so many: where it goes, how much is there, and its pieces."""
LATER = timedelta(days=31)
"""Content whose row is gone is kept for less."""


class TornLine:
    """An ASGI application behind a line that breaks at one request about attachments.

    The request arrives in part, or its answer is lost, or the device is no more, before or after the server has done
    its work. Half of the time nothing gets through afterwards.
    """

    def __init__(self, application: Any, rng: Random) -> None:
        self._application, self._rng = application, rng
        self._left = rng.randint(1, REQUESTS_MAX)
        self._breaks, self._is_broken = rng.random() < 0.5, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._is_broken:
            return
        self._left -= "/files" in scope["path"]
        if self._left != 0 or "/files" not in scope["path"]:
            await self._application(scope, receive, send)
            return
        self._is_broken = self._breaks
        await self._break(scope, receive)

    async def _break(self, scope: Any, receive: Any) -> None:
        """Nothing is answered: whoever has asked hears that the line has broken."""
        kind = self._rng.choice(("half", "half", "lost", "died before", "died after"))
        if kind == "half":
            receive = await _half(receive, self._rng)
        if kind != "died before":
            await self._application(scope, receive, _to_nobody)
        if kind.startswith("died"):
            raise Died


async def _half(receive: Any, rng: Random) -> Any:
    """The same body, up to any byte of it, and then nobody."""
    body = (await receive())["body"]
    arrives = body[: rng.randint(0, max(0, len(body) - 1))]
    messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": arrives, "more_body": True}]

    async def replay() -> Any:
        return messages.pop() if len(messages) > 1 else messages[0]

    return replay


async def _to_nobody(message: Any) -> None:
    return None


async def picture_is_torn(sim: Simulation, rng: Random) -> None:
    """A picture is cut off on its way; then the app is started again, or the server is, or both, or neither."""
    mine = sim.somebody(rng)
    await work_on_site(sim, mine, rng)
    mine.device.wire.application = TornLine(sim.server.application, rng)
    is_dead = False
    try:
        await sim.sync(mine)
    except Died:
        is_dead = True
    if is_dead or rng.random() < 0.3:
        await mine.device.close()
        await mine.device.reopen()
    if rng.random() < 0.3:
        await sim.server.stop()
        await sim.server.start()
    sim.rewire()


async def visits_are_given_away(sim: Simulation, rng: Random) -> None:
    """Rows go and bytes wait, for the network costs money; meanwhile visits become somebody else's, or are deleted."""
    if not sim.office.moves:
        return
    mine = sim.somebody(rng)
    mine.device.replica.attachments.metered = True
    for _ in range(2):
        await work_on_site(sim, mine, rng)
    if rng.random() < 0.7:
        await sim.sync(mine)
    await sim.office.write_this(rng.choice((give_visits_away, give_visits_away, delete_visit)), rng)
    if rng.random() < 0.7:
        await sim.sync(mine)
    mine.device.replica.attachments.metered = rng.random() < 0.5


async def store_is_away(sim: Simulation, rng: Random) -> None:
    """The disk with the pictures is not there for a while: rows go on, and whoever has a picture keeps it."""
    async with _away(sim):
        for _ in range(2):
            mine = sim.somebody(rng)
            await work_on_site(sim, mine, rng)
            report = await sim.sync(mine)
            is_said = report is None or report.files_problem or report.files_paused
            if report is not None and report.files_waiting and not is_said:
                sim.surprises.append(f"{mine.device.name}: a picture waits for a store, and nobody is told why")


@asynccontextmanager
async def _away(sim: Simulation) -> AsyncIterator[None]:
    shelf, elsewhere = sim.server.shelf, sim.server.shelf.with_name("elsewhere")
    shelf.rename(elsewhere)
    shelf.touch()
    try:
        yield
    finally:
        shelf.unlink()
        elsewhere.rename(shelf)


async def house_is_kept(sim: Simulation, rng: Random) -> None:
    """What no row has named for a month goes from the shelf, and nothing else.

    Not where a backup of the database may come back: that names what was there before.
    """
    if sim.server.is_saved:
        return
    serving = sim.server.running[0].state.serving
    sweep = Sweep(serving.store, serving.borrow_connection, serving.settings)
    await sweep.run_turn(serving.list_served(), sim.clock.now)
    if rng.random() < 0.5:
        await sim.office.write(rng)
    await sweep.run_turn(serving.list_served(), sim.clock.now + LATER)
