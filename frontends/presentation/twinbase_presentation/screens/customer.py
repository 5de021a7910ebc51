"""A customer from all sides: how to reach him, where he is, what stands there, what was done and what is to come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Contract, Customer360, Equipment, Site, read_customer_360
from twinbase_mobile.tables import (
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Incident,
    Intervention,
    InterventionNote,
    MaintenanceContract,
    Project,
    Ticket,
)
from twinbase_presentation.acts.customers import suggest_correction, write_access
from twinbase_presentation.command import Command, Done
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import Form
from twinbase_presentation.languages import Language, later
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.customers import make_state_chips
from twinbase_presentation.screens.new_work import make_new_commands
from twinbase_presentation.screens.visit_commands import make_dialled, make_stamp, make_way, open_address
from twinbase_presentation.screens.visit_rows import RowChip, VisitRow, make_rows
from twinbase_presentation.workday import Workday

COVERS: Mapping[frozenset[str], str] = {
    frozenset({"parts", "labour", "travel"}): later("Parts, labour and travel covered"),
    frozenset({"parts", "labour"}): later("Parts and labour covered"),
    frozenset({"parts", "travel"}): later("Parts and travel covered"),
    frozenset({"labour", "travel"}): later("Labour and travel covered"),
    frozenset({"parts"}): later("Parts covered"),
    frozenset({"labour"}): later("Labour covered"),
    frozenset({"travel"}): later("Travel covered"),
}
WRONG = (later("Name"), later("Telephone"), later("E-mail"), later("Address"), later("Equipment"), later("Other"))
"""What a correction may be about."""


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """`facts`: all of him; `chips`: what is unusual; `coming`: his open visits as rows."""

    facts: Customer360
    chips: tuple[RowChip, ...]
    coming: tuple[VisitRow, ...]

    @property
    def summary(self) -> str:
        """His code, and the town of his main site."""
        city = self.facts.sites[0].city if self.facts.sites else ""
        return "\u00a0· ".join(part for part in (self.facts.code, city) if part)


class CustomerModel(ScreenModel[CustomerShown | None]):
    """One customer. `shown` is None where he is not on this device."""

    watched = (
        Customer, CustomerSite, Contact, CustomerEquipment, MaintenanceContract, Incident, Intervention,
        InterventionNote, Project, Ticket,
    )  # fmt: skip

    def __init__(self, workday: Workday, id_: UUID) -> None:
        super().__init__(workday, Route("customer", id_))
        self.id = id_

    @property
    def title(self) -> str:
        facts = self.shown.facts if self.shown else None
        return (facts.name or facts.code) if facts else self.workday.language.say("Customer")

    @property
    def gone(self) -> str:
        """What is said where he is not here."""
        return self.workday.language.say("This customer is not on this device.")

    @property
    def commands(self) -> Sequence[Command]:
        """The way to the main site, a call, a message, a letter; and a correction for the office."""
        if self.shown is None:
            return ()
        return tuple(self._list_commands(self.shown.facts))

    async def read(self, session: ReplicaSession, now: datetime) -> CustomerShown | None:
        language = self.workday.language
        facts = await read_customer_360(session, self.id, now=now, zone=self.workday.zone)
        if facts is None:
            return None
        in_force = any(one.in_force for one in facts.contracts)
        chips = tuple(make_state_chips(facts.state, language, has_contract=in_force))
        return CustomerShown(facts, chips, tuple(make_rows(facts.coming, language)))

    async def make_correction_form(self) -> Form:
        """What is wrong, and how it should be."""
        say = self.workday.language.say
        choices = tuple(FieldChoice(text, say(text)) for text in WRONG)
        fields = (
            FormField("about", say("What is wrong"), "choice", is_required=True, choices=choices),
            FormField("body", say("How it should be"), "long_text", is_required=True),
        )
        form = Form(self.workday, Route("customer", self.id, "correction"), fields)
        await form.load()
        return form

    async def save_correction(self, form: Form) -> Done:
        """Write it as a note: a device cannot change what is the office's, and the office reads the notes."""
        language, stamp = self.workday.language, make_stamp(self.workday)
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = form.values
        about = language.say("To correct: {what}", what=language.say(str(values["about"])))
        body = str(values["body"])
        await self.workday.runner.write(lambda session: suggest_correction(session, self.id, about, body, stamp))
        await form.forget()
        return Done(language.say("Note kept for the office. It is sent as soon as possible."))

    async def make_access_form(self, site: UUID) -> Form:
        """How one gets in, as it is known."""
        field = FormField("access_notes", self.workday.language.say("Access"), "long_text")
        form = Form(self.workday, Route("customer", site, "access"), (field,))
        known = next((one.access_notes for one in self._sites if one.id == site), "")
        await form.load({"access_notes": known})
        return form

    async def save_access(self, site: UUID, form: Form) -> Done:
        """Write it: of a site, this is the technician's own."""
        language = self.workday.language
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        notes = str(form.values["access_notes"] or "").strip()
        await self.workday.runner.write(lambda session: write_access(session, site, notes))
        await form.forget()
        await self.load()
        return Done(language.say("Access kept. It is sent as soon as possible."))

    @property
    def _sites(self) -> Sequence[Site]:
        return self.shown.facts.sites if self.shown else ()

    def _list_commands(self, facts: Customer360) -> Iterator[Command]:
        say, main = self.workday.language.say, next(iter(facts.sites), None)
        if main is not None and (way := make_way(main.address, main.zip_code, main.city, main.lat, main.lon)):
            yield Command("route", say("Route"), "directions", open_address(way), "r")
        if number := make_dialled(facts.mobile or facts.phone):
            yield Command("call", say("Call"), "call", open_address(f"tel:{number}"), "c")
            yield Command("message", say("Message"), "sms", open_address(f"sms:{number}"))
        if facts.email:
            yield Command("mail", say("E-mail"), "mail", open_address(f"mailto:{facts.email}"))
        yield from (replace(one, key="") for one in make_new_commands(self.workday, self.id))
        yield Command("new_equipment", say("New equipment"), "appliance", self._ask_equipment)
        yield Command("correct", say("Suggest a correction"), "edit_note", self._ask_correction, "n")

    async def _ask_equipment(self) -> Done:
        return Done(go=Route("customer", self.id, "new_equipment"))

    async def _ask_correction(self) -> Done:
        return Done(go=Route("customer", self.id, "correction"))


def say_cover(covers: Sequence[str], language: Language) -> str:
    """What a guarantee or a contract covers; "" for nothing."""
    known: Any = COVERS.get(frozenset(covers))
    return language.say(known) if known else ""


def say_appliance(one: Equipment, language: Language) -> str:
    """Which one it is, where it stands and since when."""
    since = language.say("installed on {day}", day=language.format_date(one.installed_on)) if one.installed_on else ""
    return "\u00a0· ".join(part for part in (one.serial_number, one.location_in_site, since) if part)


def say_contract(one: Contract, language: Language, today: date) -> str:
    """Its number, until when it runs or that it does not, and how often somebody comes."""
    return "\u00a0· ".join(part for part in (one.code, _say_term(one, language, today), one.periodicity) if part)


def _say_term(one: Contract, language: Language, today: date) -> str:
    if one.start_on is not None and one.start_on > today:
        return language.say("from {day}", day=language.format_date(one.start_on))
    if one.end_on is None:
        return ""
    day = language.format_date(one.end_on)
    return language.say("until {day}", day=day) if one.in_force else language.say("ended on {day}", day=day)
