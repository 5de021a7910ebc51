"""A visit that somebody makes where he is: for whom, what, since when, and whether he begins at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from twinbase.errors import ClaimMissing
from twinbase.replica import Replica, ReplicaSession
from twinbase_mobile.reading import VisitType, list_visit_types
from twinbase_mobile.reasons import make_reason
from twinbase_mobile.roles import CREATE
from twinbase_presentation.acts.new_work import CAPTION_MAX, MadeVisit, WorkSpot, make_visit
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault
from twinbase_presentation.route import Route
from twinbase_presentation.screens.customer_pick import PickedCustomer
from twinbase_presentation.screens.new_work import NEW_VISIT, NewWorkModel, NewWorkShown, WriteWork
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.workday import Workday


class NewVisitModel(NewWorkModel):
    """S15b. The visit is an ordinary row with an id of its own; the ERP's number comes later."""

    def __init__(self, workday: Workday, customer: UUID | None = None) -> None:
        super().__init__(workday, Route(NEW_VISIT.name, customer), customer)
        self._types: tuple[VisitType, ...] = ()
        self._may = True

    @property
    def title(self) -> str:
        return self.workday.language.say("New visit")

    async def read_from(self, replica: Replica, now: datetime) -> NewWorkShown:
        """Who may not make a visit is told so before he types anything."""
        identity = await replica.read_identity()
        try:
            self._may = identity is None or identity.may(CREATE)
        except ClaimMissing:
            # Nobody can tell: the server has the last word.
            self._may = True
        return await super().read_from(replica, now)

    async def find_hindrance(self, session: ReplicaSession) -> str:
        self._types = await list_visit_types(session)
        return "" if self._may else say_reason(self.workday.language, make_reason("create_not_yours"))

    def list_fields(self) -> Sequence[FormField]:
        say = self.workday.language.say
        types = tuple(FieldChoice(str(one.id), one.caption) for one in self._types)
        return (
            FormField("title", say("What is to be done")),
            *([FormField("type", say("Kind of visit"), "choice", choices=types)] if types else []),
            FormField("start", say("Begins at"), "time", is_required=True),
            FormField("begins_now", say("Start the work now"), "flag"),
            FormField("instructions", say("Remark"), "long_text"),
        )

    async def read_beginning(self, picked: PickedCustomer) -> dict[str, Any]:
        return {"start": self.workday.read_now(), "begins_now": True}

    def check(self, values: Any) -> Sequence[FieldFault]:
        say, title = self.workday.language.say, values["title"] or ""
        if not title and not values.get("type"):
            return [FieldFault("title", say("Say what is to be done."))]
        if len(title) > CAPTION_MAX:
            return [FieldFault("title", say("At most {n} letters.", n=CAPTION_MAX))]
        return ()

    def make_work(self, values: dict[str, Any], spot: WorkSpot) -> WriteWork:
        said, stamp = self._said(values), make_stamp(self.workday)
        return lambda session: make_visit(session, said, spot, stamp)

    def finish(self) -> Done:
        said = self.workday.language.say("Visit made. The office sees it as soon as it is sent.")
        return Done(said, go=Route("visit", self.id))

    def _said(self, values: Mapping[str, Any]) -> MadeVisit:
        kind = next((one for one in self._types if str(one.id) == values.get("type")), None)
        return MadeVisit(
            id=self.id,
            title=values["title"] or (kind.caption if kind else ""),
            start=self._moment(values["start"]),
            type=kind.id if kind else None,
            template=kind.template_id if kind else None,
            instructions=values["instructions"] or "",
            begins_now=values["begins_now"],
        )

    def _moment(self, clock: time) -> datetime:
        """That time of today."""
        now = self.workday.read_now()
        return datetime.combine(now.date(), clock, now.tzinfo)
