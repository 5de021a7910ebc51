"""What happens, phase by phase: a morning, a day without a network, an evening with three accidents, and the proof."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from twinbase_demo import office
from twinbase_demo.accidents import Accidents
from twinbase_demo.arrival import Arrival
from twinbase_demo.company import Company, CrewMember, count_rows_written
from twinbase_demo.decisions import (
    ContestedColumn,
    FlaggedEdits,
    RefusedEdits,
    count_outcomes,
    read_decisions,
    read_flagged,
    read_ledger_ids,
    read_refusals,
)
from twinbase_demo.erp import generate
from twinbase_demo.made_on_site import import_visit
from twinbase_demo.network import Network
from twinbase_demo.news import time_news
from twinbase_demo.other_systems import count_waiting_links, link, make_ebp_folder, make_files_folder, start_ninjaone
from twinbase_demo.phone import Phone
from twinbase_demo.proof import PhoneProof, prove
from twinbase_demo.server import ApiServer
from twinbase_demo.telling import Teller, describe_deliveries, join_names
from twinbase_ebp.loading.report import LoadReport
from twinbase_ninjaone.standin import Sizes

TECHNICIANS = 5
OFFICE_CHANGES = 1000
SYNCS_MAX = 5
BeforeProof = Callable[[list[Phone]], Awaitable[None]]


@dataclass
class Ending:
    """What the story came to."""

    proofs: list[PhoneProof] = field(default_factory=list)
    decisions: list[ContestedColumn] = field(default_factory=list)
    refusals: list[RefusedEdits] = field(default_factory=list)
    flagged: list[FlaggedEdits] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    promises: dict[str, bool] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    news_milliseconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Every table of every phone is as it should be, and nothing else was broken on the way."""
        return bool(self.proofs) and all(proof.holds for proof in self.proofs) and all(self.promises.values())


class Story:
    """The demo, in order. One method is one chapter."""

    def __init__(
        self,
        company: Company,
        folder: Path,
        teller: Teller,
        day: date,
        *,
        seed: int,
        scale: float,
        before_proof: BeforeProof | None = None,
    ) -> None:
        self.company, self.folder, self.teller, self.day = company, folder, teller, day
        self.seed, self.scale, self.before_proof = seed, scale, before_proof
        self.api = ApiServer(company.url)
        self.network = Network(self.api.port)
        self.phones: list[Phone] = []
        self.visits: dict[str, UUID] = {}
        self.crew: list[CrewMember] = []
        self.for_ebp = self.files = folder
        self.ending = Ending()

    async def tell(self) -> Ending:
        """From the empty database to the proof."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.api.stop)
            await stack.enter_async_context(self.network)
            stack.push_async_callback(self._close_phones)
            self.for_ebp = stack.enter_context(make_ebp_folder(self.folder))
            self.files = stack.enter_context(make_files_folder(self.folder))
            self.teller.begin_chapter("The office")
            await self.open_office(stack)
            self.teller.begin_chapter("Morning: five technicians, five encrypted phones")
            await self.play_morning()
            self.teller.begin_chapter("The day: no network")
            await self.play_offline()
            self.teller.begin_chapter("Evening: the network is back, and three accidents")
            await self.play_evening()
            self.teller.begin_chapter("Night: everything is settled")
            await self.play_night()
            self.teller.begin_chapter("The proof")
            await self.play_proof()
        return self.ending

    # -- the office -----------------------------------------------------------------------------------------------

    async def open_office(self, stack: AsyncExitStack) -> None:
        with self.teller.show_phase("erp", "Making an ERP") as phase:
            made = await generate(
                self.company.erp_url,
                seed=self.seed,
                scale=self.scale,
                today=self.day,
                progress=lambda _table, rows, total: self.teller.come_to(rows, total),
            )
            phase.rows = made.rows
            phase.said = f"A whole ERP stands in a database of its own: {len(made.tables)} tables"
        with self.teller.show_phase("set up", "Setting our database up") as phase:
            phase.said = f"Our database is set up, with {await self.company.set_up()} tables made for phones"
        with self.teller.show_phase("load", "Loading the ERP") as phase:
            loaded = await self._load_all()
            phase.rows, phase.ok = loaded.sum("changed"), loaded.sound
            phase.said = "The ERP is copied table by table; nothing is ever written to it"
        with self.teller.show_phase("project", "Feeding the tables made for phones") as phase:
            phase.rows = count_rows_written(await self.company.project())
            await self.company.analyze()
            phase.said = "They are fed from the copy; no table of the ERP's got a new column"
        await self._tickets(stack)
        with self.teller.show_phase("serve", "Starting the server") as phase:
            await self.api.start()
            phase.said = "The server runs, as a process of its own"

    async def _tickets(self, stack: AsyncExitStack) -> None:
        """NinjaOne's people and firms are ours, where the name says so; its tickets go to those they are for."""
        self.crew = await self.company.choose_technicians(self.day, TECHNICIANS)
        with self.teller.show_phase("ninjaone", "Fetching tickets") as phase:
            names = await self.company.read_customer_names(Sizes().organizations)
            small = self.scale < 1
            ninja = stack.enter_context(start_ninjaone(names, self.crew, seed=self.seed, small=small))
            figures = await self.company.fetch("ninjaone", self._tell_tickets)
            phase.rows = figures["rows"] if "rows" in figures else ninja.tickets
            phase.said = "A stand-in for NinjaOne, the help desk, is read: tickets, firms, people"
        with self.teller.show_phase("links", "Finding out who is whom") as phase:
            sure, unsure = await link(self.company), await count_waiting_links(self.company)
            phase.rows = count_rows_written(await self.company.project())
            await self.company.analyze()
            phase.said = f"{sure} of its firms and people are ours by name; {unsure} wait for a person"

    def _tell_tickets(self, _what: str, done: int, of: int | None) -> None:
        if of:
            self.teller.come_to(done, of)

    async def _load_all(self) -> LoadReport:
        seen: dict[str, int] = {}

        def tell(table: str, done: int, _of: int | None) -> None:
            seen[table] = done
            self.teller.come_to(sum(seen.values()), self.teller.phases[-2].rows or 0)

        return await self.company.load(tell=tell)

    # -- morning --------------------------------------------------------------------------------------------------

    async def play_morning(self) -> None:
        with self.teller.show_phase("enrol", "Signing in") as phase:
            await self._enrol(self.crew)
            names = ", ".join(phone.owner.called for phone in self.phones)
            phase.said = f"{names} sign in"
        with self.teller.show_phase("first sync", "First sync of five phones") as phase:
            reports = await self._sync(self.phones)
            phase.rows = sum(report["pulled"] for report in reports)
            phase.said = "Each phone gets what its owner may see, and proves it"
            phase.ok = all(report["is_proven"] for report in reports)
        await self._hand_the_team_job_over()

    async def _enrol(self, crew: list[CrewMember]) -> None:
        for colleague in crew:
            password = secrets.token_urlsafe(12)
            await self.company.give_account(colleague, password)
            self.phones.append(Phone(colleague, self.folder, self.network.url, password))
        await asyncio.gather(*(phone.start() for phone in self.phones))
        for phone in self.phones:
            await phone.ask("sign_in")

    async def _hand_the_team_job_over(self) -> None:
        """A visit of the first goes to the second, whose phone hears of it; the first has left already."""
        first, second, third, fourth, _ = self.phones
        (team,) = await office.visits_of(self.company, first.colleague, self.day, 1)
        (moved,) = await office.visits_of(self.company, third.colleague, self.day, 1)
        (called_off,) = await office.visits_of(self.company, fourth.colleague, self.day, 1)
        self.visits = {"team": team, "moved": moved, "called_off": called_off}
        with self.teller.show_phase("team job", "Handing a visit over") as phase:
            await office.hand_over(self.company, team, second.owner.key)
            await self.company.follow("ScheduleEvent")
            await second.ask("sync")
            phase.said = f"{first.owner.called}'s first visit goes to {second.owner.called}: both phones hold it"

    # -- the day --------------------------------------------------------------------------------------------------

    async def play_offline(self) -> None:
        self.network.cut()
        failed = await self.phones[0].try_to("sync")
        self.teller.add_aside(f"A sync ends with “{failed}” now; the work goes on.")
        with self.teller.show_phase("offline work", "Working") as phase:
            await asyncio.gather(*(self._work(number) for number in range(len(self.phones))))
            edits = [len(await phone.ask("list_edits")) for phone in self.phones]
            phase.rows = sum(edits)
            phase.said = "Reports, hours, parts, photos, signatures: saved on the phones"
        with self.teller.show_phase("the same visit", "Editing the same rows") as phase:
            said = await self._edit_the_same_rows()
            one, other = (phone.owner.called for phone in self.phones[:2])
            phase.said = f"{one} and {other} write to {said}"
        await self._office_day(await self._make_a_visit())

    async def _make_a_visit(self) -> UUID:
        """Nobody has planned it, and there is no network to ask anybody. Answers whose customer it is at."""
        _, _, third, *_ = self.phones
        with self.teller.show_phase("visit made on site", "Making a visit") as phase:
            made = await third.ask("make_visit", day=self.day.isoformat(), leaving=str(self.visits["moved"]))
            self.visits["made"] = UUID(made["id"])
            phase.said = f"{third.owner.called} finds a leak that nobody has planned, and makes the visit"
        return UUID(made["customer"])

    async def _work(self, number: int) -> None:
        also = {2: [self.visits["moved"]], 3: [self.visits["called_off"]]}.get(number, [])
        await self.phones[number].ask(
            "work", day=self.day.isoformat(), seed=f"{self.seed}-{number}", also=[str(visit) for visit in also]
        )

    async def _edit_the_same_rows(self) -> str:
        """Two reports of one visit; and two corrections of one contact, in different columns."""
        first, second = self.phones[:2]
        texts = ("Chaudière remise en service, vase d'expansion regonflé.", "Brûleur nettoyé, électrode remplacée.")
        for phone, report, minutes in zip((first, second), texts, (75, 60), strict=True):
            await phone.ask(
                "change_visit", visit=str(self.visits["team"]), values={"report": report, "worked_minutes": minutes}
            )
        contact = await office.find_shared_contact(self.company, first.colleague, second.colleague, self.day)
        if contact is None:
            return "the same visit"
        await first.ask("change_contact", contact=str(contact), values={"mobile": "06 39 98 11 22"})
        await second.ask("change_contact", contact=str(contact), values={"function": "Responsable technique"})
        return "the same visit, the same contact"

    async def _office_day(self, made_at: UUID) -> None:
        _, _, third, fourth, _ = self.phones
        with self.teller.show_phase("office", "Working in the ERP") as phase:
            changes = max(50, round(OFFICE_CHANGES * min(1.0, self.scale * 10)))
            phase.rows = await office.work_a_day(self.company, self.day, seed=self.seed + 1, changes=changes)
            phase.said = "Meanwhile the office works in the ERP: customers, prices, agendas"
        with self.teller.show_phase("office, by name", "Working in the ERP") as phase:
            await office.hand_over(self.company, self.visits["moved"], fourth.owner.key)
            await office.cancel(self.company, self.visits["called_off"])
            crew = [phone.colleague for phone in self.phones]
            gone = await office.find_quiet_customer(self.company, crew, self.day, but=made_at)
            await office.delete_customer(self.company, gone)
            phase.said = (
                f"… gives {third.owner.called}'s visit to {fourth.owner.called}, cancels another, deletes a customer"
            )
        with self.teller.show_phase("load again", "Loading what changed") as phase:
            loaded = await self.company.load()
            phase.rows, phase.ok = loaded.sum("changed"), loaded.sound
            phase.said = "The loader finds what was changed and what was deleted, nothing else"
        with self.teller.show_phase("project again", "Feeding what changed") as phase:
            phase.rows = count_rows_written(await self.company.project())
            phase.said = "What changed, and only that, goes to the tables made for phones"

    # -- evening --------------------------------------------------------------------------------------------------

    async def play_evening(self) -> None:
        self.network.restore()
        first, second, *_, fifth = self.phones
        accidents = Accidents(self.teller, self.network, self.api)
        await accidents.kill_phone(fifth)
        await accidents.kill_server(second)
        self.ending.promises |= accidents.promises
        with self.teller.show_phase("team job back", "Handing a visit back") as phase:
            await office.hand_over(self.company, self.visits["team"], first.owner.key)
            await self.company.follow("ScheduleEvent")
            phase.said = f"The office gives the shared visit back to {first.owner.called}"
        with self.teller.show_phase("evening sync", "Syncing") as phase:
            reports = await self._sync(self.phones)
            phase.rows = sum(report["pushed"] + report["pulled"] + report["removed"] for report in reports)
            phase.said = "All phones sync: their work goes up, the office's comes down"
            phase.ok = all(report["is_proven"] for report in reports)
        await self._receive_pictures(fifth)
        await self._tell_news(fifth)

    async def _receive_pictures(self, connected: Phone) -> None:
        first, second, third, *_ = self.phones
        arrival = Arrival(self.teller, self.network, self.company, self.files)
        await arrival.break_upload(third, self.visits["made"])
        await connected.ask("begin_listening")  # From here on, and through what follows.
        await arrival.compare_pictures()
        await arrival.open_photo(first, self.visits["team"], second)
        self.ending.promises |= arrival.promises

    async def _tell_news(self, phone: Phone) -> None:
        """The office writes, and a phone that stays connected shows it."""
        visit = await office.find_visit(self.company, phone.colleague, self.day)
        with self.teller.show_phase("news", "Waiting for news") as phase:
            self.ending.news_milliseconds = await time_news(self.company, phone, visit)
            phase.said = (
                f"The office writes into PostgreSQL: {self.ending.news_milliseconds:.0f} ms later it is on "
                f"{phone.owner.called}'s phone"
            )
        await phone.ask("stop_listening")

    # -- night ----------------------------------------------------------------------------------------------------

    async def play_night(self) -> None:
        await self._decide()
        with self.teller.show_phase("looked at", "Looking at what came late") as phase:
            phase.rows = await self.company.look_at_flagged("Seen, and invoiced with the visit.")
            phase.said = "The office looks at what came late: a visit was closed, or another's"
        with self.teller.show_phase("handed over", "Handing over to EBP and NinjaOne") as phase:
            self.ending.deliveries = await self.company.hand_over()
            phase.rows = sum(self.ending.deliveries.values())
            phase.said = f"Back to where it belongs: {describe_deliveries(self.ending.deliveries)}"
            arrived = any(where.startswith("ebp") for where in self.ending.deliveries)
            self.ending.promises["what technicians entered is on its way to EBP"] = arrived
        await self._number_the_visit()
        for sentence in await self.company.list_not_handed_over():
            self.teller.add_aside(sentence)
        with self.teller.show_phase("last sync", "Syncing") as phase:
            for _ in range(SYNCS_MAX):
                reports = await self._sync(self.phones)
                if not any(report["pushed"] or report["pulled"] or report["removed"] for report in reports):
                    break
            phase.ok = all(report["is_proven"] for report in reports)
            phase.said = "Nothing is left to send or to fetch; all digests are equal"
        flagged = [edit for phone in self.phones for edit in await phone.ask("list_flagged")]
        heard = bool(flagged) and all(edit["looked"] == "the office" for edit in flagged)
        self.ending.promises["what came late was taken, and whoever typed it hears that the office has looked"] = heard

    async def _number_the_visit(self) -> None:
        """What EBP makes of the visit comes back with the loader, and is the same row."""
        _, _, third, *_ = self.phones
        with self.teller.show_phase("number from EBP", "Importing into EBP") as phase:
            number = await import_visit(self.company, self.for_ebp)
            await self.company.load("ScheduleEvent")
            self.ending.deliveries = await self.company.hand_over()
            phase.rows = count_rows_written(await self.company.project())
            await third.ask("sync")
            shown = await third.ask("read_number", visit=str(self.visits["made"]))
            phase.said = f"EBP takes {third.owner.called}'s visit; its number, {shown}, is on the phone"
            self.ending.promises["the visit that was made on site has EBP's number, and its id"] = shown == number

    async def _decide(self) -> None:
        with self.teller.show_phase("decide", "Deciding") as phase:
            dropped = {phone.owner.called: await phone.ask("settle") for phone in self.phones}
            phase.rows = sum(dropped.values())
            names = join_names([name for name, count in dropped.items() if count])
            phase.said = f"{names} read why {phase.rows} edits were not taken, and drop them"

    # -- the proof ------------------------------------------------------------------------------------------------

    async def play_proof(self) -> None:
        edits = [edit for phone in self.phones for edit in await phone.ask("list_edits")]
        known = await read_ledger_ids(self.company)
        answered = bool(edits) and all(edit[0] in known for edit in edits)
        self.ending.promises["every edit has exactly one outcome"] = answered
        self.ending.promises["no edit is stuck"] = not any(edit[2] in ("pending", "sent") for edit in edits)
        self.ending.decisions = await read_decisions(self.company, self._called())
        self.ending.refusals = await read_refusals(self.company, self._called())
        self.ending.flagged = await read_flagged(self.company, self._called())
        self.ending.outcomes = await count_outcomes(self.company)
        await self._close_phones()
        if self.before_proof:
            await self.before_proof(self.phones)
        with self.teller.show_phase("proof", "Comparing every value") as phase:
            self.ending.proofs = [await prove(self.company, phone) for phone in self.phones]
            tables = [table for proof in self.ending.proofs for table in proof.tables.values()]
            phase.rows = sum(table.rows for table in tables)
            phase.ok = all(proof.holds for proof in self.ending.proofs)
            values = sum(table.values for table in tables)
            phase.said = f"{values:,} values compared with PostgreSQL, by plain SQL"

    # -- all phones -----------------------------------------------------------------------------------------------

    async def _sync(self, phones: list[Phone]) -> list[dict[str, Any]]:
        return list(await asyncio.gather(*(phone.ask("sync") for phone in phones)))

    def _called(self) -> dict[str, str]:
        """What each account's owner is called."""
        return {phone.owner.email: phone.owner.called for phone in self.phones}

    async def _close_phones(self) -> None:
        await asyncio.gather(*(phone.close() for phone in self.phones))
