"""What runs on a phone: a process with an encrypted file, and a line of JSON for each thing that it is asked to do."""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase.replica.status import SyncStatus
from twinbase_demo import made_on_site
from twinbase_demo.camera import check_picture, take_photo
from twinbase_demo.day import TechnicianDay, change, work_a_day
from twinbase_mobile.tables import Contact, Intervention, InterventionPhoto

TechnicianAsk = Mapping[str, Any]


class PhoneApp:
    """An open replica, and the verbs of the story."""

    def __init__(self, replica: Replica, setup: TechnicianAsk) -> None:
        self.replica, self.setup = replica, setup
        self._listening: asyncio.Task[None] | None = None

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
        return await made_on_site.make_visit(self.replica, worker, UUID(ask["leaving"]))

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
        """Read each sentence, and let the edit go; answers how many there were."""
        dropped = 0
        while waiting := await self.replica.waiting_edits():
            await self.replica.discard(waiting[0].id)
            dropped += 1
        return dropped

    async def take_photo(self, ask: TechnicianAsk) -> Any:
        """A large one, in the dark: its hash and its size."""
        chance, visit = random.Random(ask["seed"]), UUID(ask["visit"])
        photo = await take_photo(self.replica, chance, visit, utc_now(), caption="Joint remplacé", large=True)
        async with self.replica.session() as session:
            session.add(photo)
            await session.commit()
            return {"sha256": photo.sha256, "size": photo.size_bytes}

    async def read_upload(self, ask: TechnicianAsk) -> Any:
        """Where the bytes of a picture are, and how many of them the server has."""
        state = await self.replica.attachments.state(ask["sha256"])
        return {"where": state.where, "sent": state.sent}

    async def open_photo(self, ask: TechnicianAsk) -> Any:
        """A photo of the visit that this phone has only the row of: it is fetched, opened and decoded."""
        async with self.replica.read() as session:
            of_visit = select(InterventionPhoto).where(col(InterventionPhoto.intervention_id) == UUID(ask["visit"]))
            named = [photo.sha256 for photo in (await session.exec(of_visit)).all() if photo.sha256]
        for one in named:
            if not (await self.replica.attachments.state(one)).is_here:
                await self.replica.attachments.fetch(one)
                with await self.replica.attachments.open(one) as file:
                    content = file.read()
                return {
                    "bytes": len(content),
                    "is_whole": sha256(content).hexdigest() == one and check_picture(content),
                }
        return None

    async def begin_listening(self, ask: TechnicianAsk) -> Any:
        """Stay connected from now on: the server says when there is something new."""
        board, connected = self.replica.status, asyncio.Event()
        before = board.now.synced_at

        def look(status: SyncStatus) -> None:
            if status.hears_news and not status.is_syncing and status.synced_at != before:
                connected.set()

        stop = board.watch(look)
        self._listening = asyncio.create_task(self.replica.background().run())
        await connected.wait()
        stop()

    async def await_instructions(self, ask: TechnicianAsk) -> Any:
        """Answer as soon as a session of this phone reads these instructions in the visit."""
        wanted = select(Intervention.instructions).where(col(Intervention.id) == UUID(ask["visit"]))
        async with aclosing(self.replica.watch(wanted)) as results:
            async for rows in results:
                if list(rows) == [ask["text"]]:
                    return

    async def stop_listening(self, ask: TechnicianAsk) -> Any:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening


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
