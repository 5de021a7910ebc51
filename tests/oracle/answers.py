"""Decisions come back: people take values back, the office answers what waits, and each device hears of its own."""

import json
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from twinbase import Identity
from twinbase.errors import TwinbaseError
from twinbase.replica import CannotPutBack
from twinbase_server.database.connection import open_pool
from twinbase_server.devices.journal import NotWaiting, settle_line
from twinbase_server.devices.restore import JournalSide, restore_line
from twinbase_server.problems import ProblemError

if TYPE_CHECKING:
    from tests.oracle.person import Mine
    from tests.oracle.simulation import Simulation

TEXTS = {"jobs": {"title", "status"}, "parts": {"label"}, "tools": {"place"}, "visits": {"note"}}
"""What may be written back without a sum being wrong afterwards."""


async def person_takes_back(sim: "Simulation", rng: Random) -> None:
    """Somebody wants what was set aside for somebody else's, or the other way round."""
    mine = sim.somebody(rng)
    decisions = [one for one in await mine.device.replica.decisions() if one.op == "update" and one.twin in TEXTS]
    if not decisions:
        return
    decision = rng.choice(sorted(decisions, key=lambda one: (one.twin, str(one.key), one.wrote_at)))
    side, loser = rng.choice((("mine", "server"), ("theirs", "device")))
    lost = [name for name, one in decision.columns.items() if one.kept == loser and name in TEXTS[decision.twin]]
    if lost:
        with suppress(CannotPutBack):
            await mine.device.replica.put_back(decision.id, side=side, columns=lost)  # type: ignore[arg-type]


async def office_answers(sim: "Simulation", rng: Random) -> None:
    """The office looks at a line or two, or writes one side back in the name of whoever typed it."""
    open_lines = await sim.office.connection.fetch(
        "SELECT id, kind, twin, op, author, decided::text FROM twinbase.journal"
        " WHERE settled_at IS NULL AND kind <> 'restore' ORDER BY at, twin, key::text LIMIT 6"
    )
    for line in rng.sample(open_lines, min(2, len(open_lines))):
        with suppress(NotWaiting):
            if line["kind"] == "conflict" and line["op"] == "update" and line["twin"] in TEXTS and rng.random() < 0.6:
                await _write_back(sim, line, rng)
            else:
                await settle_line(sim.office.connection, line["id"], "the office", "Seen.", sim.clock.now)


async def _write_back(sim: "Simulation", line: Any, rng: Random) -> None:
    sides: tuple[tuple[JournalSide, str], ...] = (("device", "server"), ("server", "device"))
    side, loser = rng.choice(sides)
    lost = [name for name, who in json.loads(line["decided"]).items() if who == loser and name in TEXTS[line["twin"]]]
    claims = await sim.office.connection.fetchval(
        "SELECT claims::text FROM twinbase.account WHERE email = $1", line["author"]
    )
    who = Identity(line["author"], json.loads(claims))
    plugins = sim.server.edition.plugins
    async with open_pool(sim.server.url, min_size=1, max_size=2) as pool:
        # A rule of the office's own, a lock, or claims that are missing: then it is not written, and waits on.
        with suppress(TwinbaseError, ProblemError):
            await restore_line(
                pool, plugins, line["id"], side, plugins.roles.grant(who), "the office", sim.clock.now, columns=lost
            )


async def find_unheard(sim: "Simulation", mine: "Mine") -> list[str]:
    """What the office has settled of this device's edits, and its list of decisions does not say so; and flags that the
    journal does not know."""
    ((replica,),) = await mine.device.sql("SELECT replica FROM _twinbase_state")
    rows = await sim.office.connection.fetch(
        "SELECT mutation, kind, settled_as FROM twinbase.journal WHERE replica = $1::uuid AND settled_at IS NOT NULL",
        replica,
    )
    settled = {(row["mutation"], row["kind"]): row["settled_as"] for row in rows}
    found = []
    for one in await mine.device.replica.decisions():
        for kind, heard in (("conflict", one.office), ("flag", one.looked_at)):
            if (one.id, kind) in settled and heard is None:
                found.append(f"an edit of {one.twin} was settled ({kind}), and the device has not heard of it")
    waiting = {edit.id for edit in await mine.device.replica.waiting_edits() if edit.state == "conflict"}
    found += [
        f"a conflict waits that was settled: {id}" for id, kind in settled if kind == "conflict" and id in waiting
    ]
    return found
