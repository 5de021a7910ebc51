"""The people one works with: who is on my visits today stands first, and each is one touch from a call."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import ColleagueLine, list_colleagues
from twinbase_mobile.reading.matching import SearchText
from twinbase_mobile.tables import Colleague, Intervention, InterventionAssignment
from twinbase_presentation.command import Command
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.visit_commands import make_dialled, open_address
from twinbase_presentation.workday import Workday


@dataclass(frozen=True, slots=True)
class ColleagueRow:
    """Somebody. `said`: what he does and can; `number`: where he is called, as it is written."""

    id: UUID
    name: str
    said: str
    number: str
    email: str


@dataclass(frozen=True, slots=True)
class TeamShown:
    """`today`: who is on my visits today; `others`: everybody else but me. `nothing`: nobody fits."""

    today: tuple[ColleagueRow, ...]
    others: tuple[ColleagueRow, ...]
    nothing: str

    @property
    def rows(self) -> tuple[ColleagueRow, ...]:
        """All of them, in the order in which they stand there."""
        return (*self.today, *self.others)


class TeamModel(ScreenModel[TeamShown]):
    """S19: no addresses and no costs, only how to reach somebody."""

    watched = (Colleague, Intervention, InterventionAssignment)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("team"))
        self.text = ""

    @property
    def title(self) -> str:
        return self.workday.language.say("Team")

    async def search(self, text: str) -> None:
        """Look for a name, a trade, something that somebody can, or a number."""
        self.text = text
        await self.load()

    async def read(self, session: ReplicaSession, now: datetime) -> TeamShown:
        workday, language = self.workday, self.workday.language
        lines = await list_colleagues(session, workday.me, now=now, zone=workday.zone)
        asked = SearchText(self.text)
        found = [one for one in lines if not one.is_me and (not asked or _is_meant(asked, one))]
        today = tuple(_rows((one for one in found if one.visits_today), language))
        others = tuple(_rows((one for one in found if not one.visits_today), language))
        nothing = "" if found else language.say("Nobody of the company matches.")
        return TeamShown(today, others, nothing)

    def list_ways(self, row: ColleagueRow) -> Sequence[Command]:
        """How somebody is reached; what is not known of him is no button."""
        return tuple(_ways(self.workday, row))


def _ways(workday: Workday, row: ColleagueRow) -> Iterator[Command]:
    say = workday.language.say
    if number := make_dialled(row.number):
        yield Command("call", say("Call"), "call", open_address(f"tel:{number}"), "c", is_main=True)
        yield Command("message", say("Message"), "sms", open_address(f"sms:{number}"), "m")
    if row.email:
        yield Command("mail", say("Mail"), "mail", open_address(f"mailto:{row.email}"), "e")


def _rows(lines: Iterable[ColleagueLine], language: Language) -> Iterator[ColleagueRow]:
    for one in lines:
        number = len(one.visits_today)
        visits = language.count("on {n} of your visits today", "on {n} of your visits today", number) if number else ""
        said = "\u00a0· ".join(part for part in (one.function, visits, ", ".join(one.competences)) if part)
        yield ColleagueRow(one.id, one.name, said, one.mobile or one.phone, one.email)


def _is_meant(asked: SearchText, one: ColleagueLine) -> bool:
    return asked.match([one.name, one.function, *one.competences], [one.mobile, one.phone])
