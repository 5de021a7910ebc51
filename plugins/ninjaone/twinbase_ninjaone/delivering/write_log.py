"""`ninjaone.writes`: what was tried, written down before it is tried, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.builtin.deliveries import DeliveryRow
from twinbase.delivery import WaitingDelivery
from twinbase_ninjaone.delivering.recognising import SentComment, recognise
from twinbase_ninjaone.tables import NinjaStatus, NinjaTicket, NinjaTicketLogEntry, Write, table_of


@dataclass(frozen=True, slots=True)
class TriedWrite:
    """A delivery in the log. `before`: whether it was there already, so that it may have been carried out."""

    write: Mapping[str, Any]
    before: bool


@dataclass(frozen=True, slots=True)
class OpenComment:
    """A comment whose entry is not known. `taken`: NinjaOne has answered it well, so there is one."""

    write: Mapping[str, Any]
    taken: bool


@dataclass
class WriteLog:
    """The log of one run; each verb is a transaction of its own."""

    connection: AsyncConnection
    unit_seconds: float

    async def open(self, one: WaitingDelivery, now: datetime) -> TriedWrite:
        """Write down that it is about to be tried."""
        w, e = table_of(Write), table_of(NinjaTicketLogEntry)
        number = int(one.payload["ticket"])
        async with self.connection.begin():
            newest = await self.connection.scalar(select(func.max(e.c.id)).where(e.c.ticket_id == number))
            comment = UUID(one.payload["comment"]) if "comment" in one.payload else None
            row = {
                "delivery_id": one.id, "ticket_id": number, "comment_id": comment, "payload": dict(one.payload),
                "tried_at": now, "after_entry": newest,
            }  # fmt: skip
            added = await self.connection.execute(insert(w).values(row).on_conflict_do_nothing())
            found = (await self.connection.execute(select(w).where(w.c.delivery_id == one.id))).mappings().one()
            return TriedWrite(dict(found), before=not added.rowcount)

    async def claim(self, write: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> int | None:
        """The entry that this comment became, noted; None when it is not among these.

        Others on the ticket that NinjaOne has certainly taken come first: an entry that says the same is theirs.
        """
        async with self.connection.begin():
            for other in await self._open_ones(table_of(Write).c.ticket_id == write["ticket_id"]):
                if other.taken:
                    await self._claim(other.write, entries)
            return await self._claim(write, entries)

    async def claim_fetched(self) -> int:
        """Know the comments again that have come back with the log; answers how many."""
        e = table_of(NinjaTicketLogEntry)
        claimed = 0
        async with self.connection.begin():
            for one in sorted(await self._open_ones(), key=lambda one: not one.taken):
                log = select(e).where(e.c.ticket_id == one.write["ticket_id"], e.c.deleted_at.is_(None))
                entries = [dict(entry) for entry in (await self.connection.execute(log)).mappings()]
                claimed += await self._claim(one.write, entries) is not None
        return claimed

    async def _open_ones(self, *conditions: ColumnElement[bool]) -> list[OpenComment]:
        """Comments that are not known again yet, in the order in which they were tried."""
        w, d = table_of(Write), table_of(DeliveryRow)
        wanted = (w.c.comment_id.is_not(None), w.c.log_entry_id.is_(None), *conditions)
        rows = await self.connection.execute(select(w).where(*wanted).order_by(w.c.tried_at))
        writes = [dict(row) for row in rows.mappings()]
        if not writes:
            return []
        sent = select(d.c.id).join(w, w.c.delivery_id == d.c.id).where(*wanted, d.c.state == "sent")
        taken = set(await self.connection.scalars(sent))
        return [OpenComment(write, write["delivery_id"] in taken) for write in writes]

    async def _claim(self, write: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> int | None:
        w = table_of(Write)
        taken: Collection[int] = set(
            await self.connection.scalars(select(w.c.log_entry_id).where(w.c.ticket_id == write["ticket_id"]))
        )
        entry = recognise(self.sent_comment(write), entries, taken)
        if entry is not None:
            noted = update(w).where(w.c.delivery_id == write["delivery_id"]).values(log_entry_id=entry)
            await self.connection.execute(noted)
        return entry

    def sent_comment(self, write: Mapping[str, Any]) -> SentComment:
        """What was sent; whatever a payload lacks, it must not keep the others from being known again."""
        payload = write["payload"]
        body, public, seconds = payload.get("body"), payload.get("public"), self.time_units_of(payload.get("minutes"))
        return SentComment(body or "", bool(public), seconds or 0, write["tried_at"], write["after_entry"])

    def time_units_of(self, minutes: int | None) -> int | None:
        """Minutes in NinjaOne's unit of time."""
        return round(minutes * 60 / self.unit_seconds) if minutes else None

    async def note_version(self, delivery: UUID, version: int | None) -> None:
        """The ticket's version after it was changed."""
        w = table_of(Write)
        async with self.connection.begin():
            await self.connection.execute(update(w).where(w.c.delivery_id == delivery).values(version=version))

    async def find_returned(self, sent: Sequence[WaitingDelivery]) -> set[UUID]:
        """Those of these deliveries that the fetched tables show."""
        w, t = table_of(Write), table_of(NinjaTicket)
        shown = (w.c.log_entry_id.is_not(None)) | (t.c.version >= w.c.version)
        wanted = select(w.c.delivery_id).outerjoin(t, t.c.id == w.c.ticket_id)
        async with self.connection.begin():
            ids = wanted.where(w.c.delivery_id.in_([one.id for one in sent]), shown)
            return set(await self.connection.scalars(ids))

    async def find_status(self, word: str) -> tuple[int, int | None] | None:
        """A status and its parent, by its id or either of its names; None when there is none."""
        s = table_of(NinjaStatus)
        live = select(s.c.id, s.c.parent_id, s.c.name, s.c.display_name).where(s.c.deleted_at.is_(None))
        async with self.connection.begin():
            rows = (await self.connection.execute(live.order_by(s.c.id))).all()
        wanted = word.strip().casefold()
        for id, parent, *names in rows:
            if wanted in (str(id), *(str(name).casefold() for name in names)):
                return id, parent
        return None
