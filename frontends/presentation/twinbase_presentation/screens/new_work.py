"""Something new that nobody has planned, in two steps: for whom, and what."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import read_customer_360
from twinbase_mobile.reasons import Reason
from twinbase_mobile.tables import Customer, CustomerEquipment, CustomerSite
from twinbase_presentation.acts.new_work import WorkSpot
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.customer_pick import (
    CustomerChoice,
    CustomerList,
    PickedCustomer,
    make_picked,
    read_customers,
)
from twinbase_presentation.workday import Workday

NEW_VISIT, REQUEST = Route("new_visit"), Route("request")
WriteWork = Callable[[ReplicaSession], Awaitable[Reason | None]]


@dataclass(frozen=True, slots=True)
class NewWorkShown:
    """`customers` as long as nobody is chosen, and then `picked`. `why_not`: the reason for which it cannot be made."""

    customers: CustomerList | None
    picked: PickedCustomer | None
    why_not: str = ""


class NewWorkModel(ScreenModel[NewWorkShown], ABC):
    """A class of it says what is asked of the work (`list_fields`), what it begins with, and how it is written.

    What is typed and who was chosen are drafts: after a kill both stand there again. `form` is there once somebody is
    chosen.
    """

    watched = (Customer, CustomerSite, CustomerEquipment)

    def __init__(self, workday: Workday, route: Route, customer: UUID | None = None) -> None:
        super().__init__(workday, route)
        self.id = uuid7()
        self.text, self.is_near = "", False
        self.form: Form | None = None
        self._who = Form(workday, route, (FormField("customer", ""), FormField("at_site", "")))
        self._begins: dict[str, str] = {"customer": str(customer or ""), "at_site": ""}
        self._is_saved = False

    async def open(self) -> None:
        await self._who.load(self._begins)
        await super().open()

    def begin_with(self, row: CustomerChoice) -> None:
        """It is for this customer, unless a draft says another one."""
        self._begins = {"customer": str(row.customer), "at_site": str(row.site or "")}

    async def search(self, text: str) -> None:
        """Look for a customer with these words from now on."""
        self.text, self.is_near = text, False
        await self.load()

    async def show_near(self) -> None:
        """Those that are near, or all again."""
        self.is_near = not self.is_near
        await self.load()

    async def choose(self, row: CustomerChoice | None) -> None:
        """It is for this customer; None: for another one, who is looked for. What was typed stays."""
        if self.form is not None:
            await self.form.keep_all()
            for name in ("site", "equipment"):
                self.form.fill(name, "")
                await self.form.keep(name)
            self.form = None
        self._who.fill("customer", "" if row is None else str(row.customer))
        self._who.fill("at_site", str(row.site or "") if row is not None else "")
        await self._who.keep_all()
        await self.load()

    async def load(self) -> None:
        await super().load()
        if self.form is None and self.shown is not None and self.shown.picked is not None:
            form = await self.make_form(self.shown.picked)
            self.form = self.form or form
            self._tell()

    async def read(self, session: ReplicaSession, now: datetime) -> NewWorkShown:
        if why_not := await self.find_hindrance(session):
            return NewWorkShown(None, None, why_not)
        picked = await self._read_picked(session, now)
        if picked is not None:
            return NewWorkShown(None, picked)
        found = await read_customers(session, self.workday, self.text, now, is_near=self.is_near)
        return NewWorkShown(found, None)

    async def save(self) -> Done:
        """Write what stands in the form, once: a second tap makes no second one."""
        language, form, shown = self.workday.language, self.form, self.shown
        if form is None or shown is None or shown.picked is None or self._is_saved:
            return Done()
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = form.values
        spot = WorkSpot(shown.picked.id, _read_id(values["site"]), _read_id(values["equipment"]))
        self._is_saved = True
        fault = await self.workday.runner.write(self.make_work(values, spot))
        self._is_saved = fault is None
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        await self._who.forget()
        return self.finish()

    async def make_form(self, picked: PickedCustomer) -> Form:
        """Where it is, and what a class of this asks. What was typed before stands in it."""
        say = self.workday.language.say
        fields = list(self.list_fields())
        site = FormField("site", say("Address"), "choice", choices=picked.sites)
        equipment = FormField("equipment", say("Equipment"), "choice", choices=picked.equipment)
        form = Form(self.workday, self.route, [*fields, site, equipment], self.check)
        first = picked.sites[0].text if len(picked.sites) == 1 else ""
        await form.load({"site": self._who.find("at_site").text or first, **await self.read_beginning(picked)})
        _drop_unknown(form, "site", picked.sites)
        _drop_unknown(form, "equipment", picked.equipment)
        return form

    @abstractmethod
    def list_fields(self) -> Sequence[FormField]:
        """What is asked."""

    async def read_beginning(self, picked: PickedCustomer) -> dict[str, Any]:
        """What stands in it at first."""
        return {}

    async def find_hindrance(self, session: ReplicaSession) -> str:
        """The reason for which it cannot be made at all, in words; "" for none."""
        return ""

    def check(self, values: Any) -> Sequence[FieldFault]:
        """What is wrong with it."""
        return ()

    @abstractmethod
    def make_work(self, values: dict[str, Any], spot: WorkSpot) -> WriteWork:
        """What writes it."""

    @abstractmethod
    def finish(self) -> Done:
        """What is said when it is written, and where that leads."""

    async def _read_picked(self, session: ReplicaSession, now: datetime) -> PickedCustomer | None:
        """None where nobody is chosen, and where he is on this device no longer."""
        id_ = _read_id(self._who.find("customer").text)
        found = None if id_ is None else await read_customer_360(session, id_, now=now, zone=self.workday.zone)
        return None if found is None else make_picked(found, self.workday.language)


def make_new_commands(workday: Workday, customer: UUID | None = None) -> Sequence[Command]:
    """What leads to the two of them, for a customer where one is given."""
    say = workday.language.say

    def lead(route: Route) -> Callable[[], Awaitable[Done]]:
        async def run() -> Done:
            return Done(go=route)

        return run

    return (
        Command("new_visit", say("New visit"), "add_location", lead(replace(NEW_VISIT, id=customer)), "a"),
        Command("new_request", say("New request"), "flag", lead(replace(REQUEST, id=customer)), "q"),
    )


def _drop_unknown(form: Form, name: str, choices: Sequence[FieldChoice]) -> None:
    """A draft of another customer's address is none."""
    if form.find(name).text not in ("", *(one.text for one in choices)):
        form.fill(name, "")


def _read_id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
