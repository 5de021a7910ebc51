"""The reckoning: what must hold when everything has come to rest, in plain SQL and plain Python."""

from typing import TYPE_CHECKING, Any

from tests.oracle.answers import find_unheard
from tests.oracle.decisions import judge_waiting
from tests.oracle.scopes import scopes
from tests.oracle.shelf import find_wrong_pictures
from tests.oracle.strange.reckoning import differences
from tests.oracle.visits import find_unflagged
from tests.oracle.writers import CODES

if TYPE_CHECKING:
    from tests.oracle.person import Mine
    from tests.oracle.simulation import Simulation

WAITS_FOR_A_PERSON = ("refused", "parked", "conflict")
ANSWERED = ("applied", "merged")


class Reckoning:
    """Collects what is wrong, in words."""

    def __init__(self, sim: "Simulation") -> None:
        self.sim = sim
        self.found: list[str] = []

    async def faults(self) -> list[str]:
        for mine in self.sim.mine:
            await self._device(mine)
        await self._counters()
        await self._nothing_lost()
        self.found += await find_wrong_pictures(self.sim)
        return self.found

    async def _device(self, mine: "Mine") -> None:
        name = mine.device.name
        report = await self.sim.sync(mine)
        if report is None:
            self.found.append(f"{name}: a sync with a good line and an idle server did not end: {mine.problem}")
        elif not report.is_proven:
            self.found.append(f"{name}: not proven: {report.unproven or report.proven}")
        elif report.files_problem or report.files_waiting:
            self.found.append(f"{name}: pictures stay on it: {report.files_problem or report}")
        for twin, scope in scopes(mine.edition.version).items():
            await self.compare(mine, twin, *scope)
        strange = await differences(self.sim.world, mine.person, mine.device, self.sim.office.connection)
        for twin, what in strange.items():
            self.found.append(f"{name}.{twin}: {what}")
        await self._told(mine)
        waiting = await mine.device.sql("SELECT id, state FROM _twinbase_outbox")
        stuck = [state for _, state in waiting if state not in (*WAITS_FOR_A_PERSON, *ANSWERED)]
        if stuck:
            self.found.append(f"{name}: {len(stuck)} mutations are neither answered nor explained: {set(stuck)}")

    async def _told(self, mine: "Mine") -> None:
        """What waits for a person is listed and counted, each with its reason, and nothing else of a batch waits."""
        waiting = await mine.device.replica.waiting_edits()
        status = mine.device.replica.status.now
        if (counted := status.refused + status.parked + status.conflicts) != len(waiting):
            self.found.append(f"{mine.device.name}: {len(waiting)} edits wait for a person, and {counted} are counted")
        self.found += [f"{mine.device.name}: {what}" for what in judge_waiting(self.sim.office.ruled, waiting)]
        self.found += [f"{mine.device.name}: {what}" for what in await find_unheard(self.sim, mine)]
        self.found += [f"{mine.device.name}: {what}" for what in await find_unflagged(self.sim, mine)]

    async def compare(self, mine: "Mine", twin: str, sql: str, names: tuple[str, ...]) -> None:
        """A device equals its scope, by value."""
        as_of = self.sim.clock.now.replace(minute=0, second=0, microsecond=0)
        values = {"person": mine.person, "as_of": as_of}
        rows = await self.sim.office.connection.fetch(sql, *(values[name] for name in names))
        there = {tuple(_plain(v) for v in row.values()) for row in rows}
        columns = ", ".join(rows[0].keys()) if rows else "*"
        model = next(t.model for t in mine.device.replica.registry if t.name == twin)
        here = set()
        for row in await mine.device.all(model):
            names_here = rows[0].keys() if rows else [c.key for c in model.__mapper__.column_attrs]
            here.add(tuple(_plain(getattr(row, column)) for column in names_here))
        if here != there:
            self.found.append(
                f"{mine.device.name}.{twin} ({columns}): too many {_some(here - there)}, missing {_some(there - here)}"
            )

    async def _counters(self) -> None:
        """Effects happened exactly once: every log on the server stands for one addition, and no more was added."""
        rows = await self.sim.office.connection.fetch(
            "SELECT s.code, s.quantity, coalesce(sum(l.delta), 0)::int AS logged"
            " FROM oracle.stocks s LEFT JOIN oracle.logs l USING (code) GROUP BY s.code, s.quantity"
        )
        for row in rows:
            expected = self.sim.office.spent[row["code"]] + row["logged"]
            if row["quantity"] != expected:
                self.found.append(f"stock {row['code']}: {row['quantity']}, but {expected} was added")
        if len(rows) != len(CODES):
            self.found.append("stock codes are missing")

    async def _nothing_lost(self) -> None:
        """What was committed on a device is on the server, or waits on the device with a reason."""
        there = {row["id"] for row in await self.sim.office.connection.fetch("SELECT id FROM oracle.logs")}
        for mine in self.sim.mine:
            explained = await self._explained(mine)
            lost = mine.logs - there - explained
            if lost:
                self.found.append(f"{mine.device.name}: {len(lost)} logs were lost: {_some(lost)}")

    async def _explained(self, mine: "Mine") -> set[Any]:
        """Logs in local transactions that were refused: they are listed for the person, with the reason."""
        waiting = await mine.device.replica.waiting_edits()
        return {_uuid(each) for each in waiting if each.twin == "logs"}


def _uuid(waiting: Any) -> Any:
    from uuid import UUID

    return UUID(str(waiting.key[0]))


def _plain(value: Any) -> Any:
    return str(value) if type(value).__name__ == "UUID" else value


def _some(rows: Any) -> str:
    return f"{len(rows)}: {sorted(map(repr, rows))[:2]}"
