"""What runs on a phone: a process with an encrypted file, and a line of JSON for each thing that it is asked to do."""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase_demo import made_on_site
from twinbase_demo.day import TechnicianDay, change, work_a_day
from twinbase_mobile.tables import Contact

TechnicianAsk = Mapping[str, Any]


class PhoneApp:
    """An open replica, and the verbs of the story."""

    def __init__(self, replica: Replica, setup: TechnicianAsk) -> None:
        self.replica, self.setup = replica, setup

    async def sign_in(self, ask: TechnicianAsk) -> Any:
        answer = await self.replica.sign_in(
            self.setup["email"], self.setup["password"], device_name=self.setup["device_name"]
        )
        return {"subject": answer.subject}

    async def sync(self, ask: TechnicianAsk) -> Any:
        return (await self.replica.sync()).as_dict()

    async def work(self, ask: TechnicianAsk) -> Any:
        worker = TechnicianDay(
            UUID(self.setup["colleague"]), date.fromisoformat(ask["day"]), random.Random(ask["seed"])
        )
        return await work_a_day(self.replica, worker, [UUID(visit) for visit in ask["also"]])

    async def make_visit(self, ask: TechnicianAsk) -> Any:
        worker = TechnicianDay(UUID(self.setup["colleague"]), date.fromisoformat(ask["day"]), random.Random())
        return await made_on_site.make_visit(self.replica, worker)

    async def read_number(self, ask: TechnicianAsk) -> Any:
        return await made_on_site.read_number(self.replica, UUID(ask["visit"]))

    async def change_visit(self, ask: TechnicianAsk) -> Any:
        await change(self.replica, UUID(ask["visit"]), **ask["values"])

    async def change_contact(self, ask: TechnicianAsk) -> Any:
        async with self.replica.session() as session:
            contact = await session.get_one(Contact, UUID(ask["contact"]))
            for name, value in ask["values"].items():
                setattr(contact, name, value)
            await session.commit()

    async def list_edits(self, ask: TechnicianAsk) -> Any:
        """Every edit that was ever made here, with its number for life."""
        return await self.replica.database.look(_edits)

    async def list_waiting(self, ask: TechnicianAsk) -> Any:
        """What waits for this person."""
        return [
            {
                "id": str(one.id),
                "twin": one.twin,
                "op": one.op,
                "state": one.state,
                "reason": one.reason,
                "detail": one.detail,
                "columns": sorted(one.new),
            }
            for one in await self.replica.waiting_edits()
        ]

    async def list_flagged(self, ask: TechnicianAsk) -> Any:
        """What was taken though it came late: the sentence of each, and who has looked at it."""
        return [
            {"twin": one.twin, "detail": one.flags[0].detail, "looked": one.looked_at and one.looked_at.by}
            for one in await self.replica.decisions()
            if one.flags
        ]

    async def settle(self, ask: TechnicianAsk) -> Any:
        """Decide on all that waits: hours are sent again without the visit that is no longer ours; the rest goes."""
        counts = {"corrected": 0, "discarded": 0}
        while waiting := await self.replica.waiting_edits():
            one = waiting[0]
            if one.twin == "timesheets" and one.new.get("intervention_id") is not None:
                await self.replica.correct(one.id, {"intervention_id": None, "customer_id": None})
                counts["corrected"] += 1
            else:
                await self.replica.discard(one.id)
                counts["discarded"] += 1
        return counts


def _edits(connection: Connection) -> list[list[str]]:
    return [list(row) for row in connection.execute("SELECT id, twin, state FROM _twinbase_outbox ORDER BY seq")]


async def run() -> None:
    """Open the file, then do as asked until stdin closes."""
    setup = json.loads(await asyncio.to_thread(sys.stdin.readline))
    replica = await Replica.open(
        Path(setup["path"]),
        bytes.fromhex(setup["key"]),
        plugins=Plugins("mobile", "deliveries"),
        server=setup["server"],
    )
    async with replica:
        phone = PhoneApp(replica, setup)
        _say({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            ask = json.loads(line)
            _say(await _answer(getattr(phone, ask["do"]), ask))


async def _answer(verb: Callable[[TechnicianAsk], Awaitable[Any]], ask: TechnicianAsk) -> Any:
    try:
        return {"answer": await verb(ask)}
    except TwinbaseError as error:
        return {"failed": type(error).__name__, "detail": str(error)}


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run())
