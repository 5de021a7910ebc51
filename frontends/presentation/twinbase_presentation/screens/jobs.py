"""All visits: found by words, narrowed by a chip, grouped by day; more of them are read before the end is reached."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import count_jobs, find_jobs
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import Customer, CustomerSite, Intervention
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screens.searched_list import SearchedListModel
from twinbase_presentation.screens.today import VisitGroup
from twinbase_presentation.screens.visit_rows import VisitRow, make_rows
from twinbase_presentation.workday import Workday

OPEN = tuple(status for status in VisitStatus if status not in CLOSED)


@dataclass(frozen=True, slots=True)
class JobsChip:
    """A way to narrow the list. `count` is None where it is not counted."""

    id: str
    label: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JobsShown:
    """`groups`: by day, those without a date last. `has_more`: there are more than these; `nothing`: none fits."""

    chips: tuple[JobsChip, ...]
    groups: tuple[VisitGroup, ...]
    total: int
    has_more: bool
    nothing: str


class JobsModel(SearchedListModel[JobsShown]):
    """The list of visits. `search` at each key, `choose` a chip, `load_more` some rows before the end."""

    watched = (Intervention, Customer, CustomerSite)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("jobs"), "open")

    @property
    def title(self) -> str:
        return self.workday.language.say("Jobs")

    async def read(self, session: ReplicaSession, now: datetime) -> JobsShown:
        me, zone, language = self.workday.me, self.workday.zone, self.workday.language
        wanted = _narrow(self.chip, now)
        found = await find_jobs(session, me, text=self.text, limit=self.rows_asked, now=now, zone=zone, **wanted)
        counts = {chip: await count_jobs(session, me, now=now, **_narrow(chip, now)) for chip in ("open", "late")}
        nothing = "" if found.total else language.say("No job matches. Clear the filters?")
        return JobsShown(
            chips=tuple(self._chips(counts)),
            groups=tuple(_by_day(make_rows(found.visits, language), language, now.year)),
            total=found.total,
            has_more=found.total > len(found.visits),
            nothing=nothing,
        )

    def _chips(self, counts: Mapping[str, int]) -> Iterator[JobsChip]:
        say = self.workday.language.say
        labels = {
            "open": say("Open jobs"),
            "late": say("Late"),
            "done": say("Finished"),
            "month": say("30 days"),
            "urgent": say("Urgent jobs"),
        }
        for id_, label in labels.items():
            yield JobsChip(id_, label, id_ == self.chip, counts.get(id_))


def _narrow(chip: str, now: datetime) -> dict[str, Any]:
    """What `find_jobs` is asked for by a chip; what lies behind is shown with the newest first."""
    options: dict[str, dict[str, Any]] = {
        "open": {"statuses": OPEN},
        "late": {"late": True},
        "done": {"statuses": tuple(CLOSED), "order": "newest"},
        "month": {"since": now - timedelta(days=30), "until": now, "order": "newest"},
        "urgent": {"statuses": OPEN, "priorities": (Priority.URGENT,)},
    }
    return options[chip]


def _by_day(rows: Iterable[VisitRow], language: Language, year: int) -> Iterator[VisitGroup]:
    """A day of another year says which."""
    for day, its in groupby(rows, key=lambda row: row.visit.start.date() if row.visit.start else None):
        if day is None:
            yield VisitGroup("", language.say("No date"), tuple(its))
            continue
        heading = language.format_day(day) if day.year == year else language.format_long_day(day)
        yield VisitGroup(day.isoformat(), heading, tuple(its))
