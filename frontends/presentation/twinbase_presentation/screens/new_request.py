"""A request to the office: the neighbour's boiler, a fault on a visit, a measure that is dangerous."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Item, Job, read_job
from twinbase_mobile.rules import Judgement
from twinbase_mobile.tables.kinds import Severity
from twinbase_presentation.acts.new_work import WorkSpot, report_incident
from twinbase_presentation.command import Done
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.route import Route
from twinbase_presentation.screens.customer_pick import CustomerChoice, PickedCustomer
from twinbase_presentation.screens.new_work import REQUEST, NewWorkModel, WriteWork
from twinbase_presentation.screens.refusals import say_value
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday


class NewRequestModel(NewWorkModel):
    """S15: for whom, what, how serious it is. The office plans it."""

    def __init__(self, workday: Workday, customer: UUID | None = None, route: Route | None = None) -> None:
        super().__init__(workday, route or Route(REQUEST.name, customer), customer)

    @property
    def title(self) -> str:
        return self.workday.language.say("New request")

    def list_fields(self) -> Sequence[FormField]:
        say, language = self.workday.language.say, self.workday.language
        severities = tuple(FieldChoice(one.value, say_word(language, one)) for one in Severity)
        return (
            FormField("what", say("What is to be done"), "long_text", is_required=True),
            FormField("severity", say("How serious it is"), "choice", is_required=True, choices=severities),
        )

    async def read_beginning(self, picked: PickedCustomer) -> dict[str, Any]:
        return {"severity": Severity.NORMAL.value}

    def make_work(self, values: dict[str, Any], spot: WorkSpot) -> WriteWork:
        what, severity, stamp = values["what"], Severity(values["severity"]), make_stamp(self.workday)
        return lambda session: report_incident(session, self.id, what, severity, spot, stamp)

    def finish(self) -> Done:
        return Done(self.workday.language.say("Request kept. The office plans it."), go=Route("today"))


class VisitRequestModel(NewRequestModel):
    """A request about a visit: customer, address and appliance are known there, and what was measured and is dangerous
    stands in it."""

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday, route=Route(REQUEST.name, visit, "visit"))
        self.visit = visit
        self._job: Job | None = None

    @property
    def title(self) -> str:
        return self.workday.language.say("Report an incident")

    async def open(self) -> None:
        """The customer of the visit is chosen, unless another one was."""
        now, zone = self.workday.read_now(), self.workday.zone

        async def read(session: ReplicaSession) -> Job | None:
            return await read_job(session, self.visit, now=now, zone=zone)

        self._job = await self.workday.runner.read(read)
        if self._job is not None and (customer := self._job.visit.customer_id) is not None:
            self.begin_with(CustomerChoice(customer, self._job.visit.place.site_id, "", ""))
        await super().open()

    async def read_beginning(self, picked: PickedCustomer) -> dict[str, Any]:
        job = self._job
        if job is None or job.visit.customer_id != picked.id:
            return await super().read_beginning(picked)
        dangerous = list(_list_dangerous(job))
        lines = [f"{item.label}: {say_value(item.value, self.workday.language)}\u00a0{item.unit}".rstrip("\u00a0")
                 for _, item in dangerous]  # fmt: skip
        appliances = [one.equipment_id for one in job.appliances if one.equipment_id is not None]
        appliance = next((one for one, _ in dangerous if one is not None), next(iter(appliances), None))
        return {
            "what": "\n".join(lines),
            "severity": (Severity.DANGER if lines else Severity.NORMAL).value,
            "equipment": str(appliance) if appliance is not None else "",
        }

    def finish(self) -> Done:
        return Done(self.workday.language.say("Request kept. The office plans it."), go=Route("visit", self.visit))


def _list_dangerous(job: Job) -> Iterator[tuple[UUID | None, Item]]:
    """What was measured and says danger, each with its appliance."""
    for one in job.checklists:
        yield from ((one.equipment_id, item) for item in one.items if item.judgement is Judgement.DANGER)
