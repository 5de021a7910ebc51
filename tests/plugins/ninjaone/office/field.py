"""Anna in the field: a device, a ticket that is hers, and a line to NinjaOne that may lose answers."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import select
from tests.plugins.ninjaone.office.company import Company

from twinbase.builtin.deliveries import DeliveryRow
from twinbase.testing import Device, World
from twinbase_mobile.tables import Intervention, InterventionSignature, Ticket, TicketComment
from twinbase_mobile.tables.kinds import Signer, VisitStatus


@dataclass
class Proxy:
    """Between us and the stand-in. `lost`: method and end of path of calls that are carried out and not answered."""

    app: Any
    lost: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        call = next((one for one in self.lost if one[0] == scope["method"] and scope["path"].endswith(one[1])), None)
        if call is None:
            await self.app(scope, receive, send)
            return
        self.lost.remove(call)
        await self.app(scope, receive, _nowhere)
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _nowhere(message: Any) -> None:
    pass


@dataclass
class Field:
    """Anna's device and her ticket's number."""

    company: Company
    device: Device
    proxy: Proxy
    number: int
    me: UUID

    @property
    def world(self) -> World:
        return self.company.world

    @property
    def log(self) -> list[dict[str, Any]]:
        return self.company.desk.world.logs[self.number]

    @property
    def ticket(self) -> dict[str, Any]:
        return self.company.desk.world.tickets[self.number]

    async def comment(self, body: str, minutes: int | None = None, *, public: bool = False) -> UUID:
        """What she writes on her ticket, without a network."""
        ticket = next(one for one in await self.device.all(Ticket) if one.number == self.number)
        row = TicketComment(ticket_id=ticket.id, body=body, minutes=minutes, public=public)
        id = row.id
        self.device.wire.up = False
        await self.device.save(row)
        self.device.wire.up = True
        return id

    async def sync(self) -> None:
        report = await self.device.sync()
        assert report.is_proven and set(report.outcomes) <= {"applied"}, report
        self.world.raise_crashes()

    async def finish(self, visit: Intervention) -> None:
        """She has been there: signed for, reported, done."""
        signed = InterventionSignature(intervention_id=visit.id, role=Signer.CUSTOMER, signer_name="M. Roux")
        await self.device.save(signed)
        start = visit.scheduled_start
        await self.device.change(
            Intervention, visit.id, status=VisitStatus.DONE, actual_start=start, actual_end=start, report="Remplacé."
        )
        await self.sync()

    async def hand_over(self) -> dict[str, Any]:
        """What the exporter did; a minute and more has gone by."""
        self.world.clock.advance(minutes=2)
        self.company.desk.later(minutes=2)
        return dict(await self.world.hand_over("ninjaone"))

    async def bring(self) -> None:
        self.company.desk.later(minutes=2)
        await self.world.run_source("ninjaone")

    def said(self, body: str) -> list[dict[str, Any]]:
        """The entries of the log, in NinjaOne, that say this."""
        return [entry for entry in self.log if entry.get("body") == body]

    async def deliveries(self) -> list[tuple[str, str]]:
        """What her device shows of each: state and sentence."""
        await self.sync()
        async with self.device.replica.read() as session:
            rows = (await session.exec(select(DeliveryRow))).all()
        return [(row.state, row.said) for row in sorted(rows, key=lambda row: row.created_at)]


async def send_anna(company: Company, proxy: Proxy) -> Field:
    number, there = next(
        (id, one)
        for id, one in company.desk.world.tickets.items()
        if "assignedAppUserId" in one and one["status"]["parentId"] < 5000
    )
    me = await company.colleague("ANNA", "Anna", "Martin")
    await company.world.run_source("ninjaone")
    await company.set_links(**{f"user_{there['assignedAppUserId']}": "ANNA"})
    await company.project()
    device = await company.world.device("anna", claims={"colleague_id": str(me)})
    field = Field(company, device, proxy, number, me)
    await field.sync()
    return field
