"""All visits: found by words, narrowed by a chip, as a list by day, read on before its end is reached, or on a map."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import count_jobs, find_jobs
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import Customer, CustomerSite, Intervention
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation.acts.customers import place_site
from twinbase_presentation.command import Done
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screens.job_map import MAPPED_MAX, JobMap, UnplacedSite, make_job_map
from twinbase_presentation.screens.known_position import KnownPosition, find_position
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
    """`groups`: by day, those without a date last. `has_more`: there are more than these; `nothing`: none fits.

    `map`: where they are; None while a list is looked at.
    """

    chips: tuple[JobsChip, ...]
    groups: tuple[VisitGroup, ...]
    total: int
    has_more: bool
    nothing: str
    map: JobMap | None = None


class JobsModel(SearchedListModel[JobsShown]):
    """The list of visits. `search` at each key, `choose` a chip, `load_more` some rows before the end; `show_map`."""

    watched = (Intervention, Customer, CustomerSite)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("jobs"), "open")
        self.is_map = False

    @property
    def title(self) -> str:
        return self.workday.language.say("Jobs")

    async def read(self, session: ReplicaSession, now: datetime) -> JobsShown:
        me, zone, language = self.workday.me, self.workday.zone, self.workday.language
        wanted = _narrow(self.chip, now)
        limit = MAPPED_MAX if self.is_map else self.rows_asked
        found = await find_jobs(session, me, text=self.text, limit=limit, now=now, zone=zone, **wanted)
        counts = {chip: await count_jobs(session, me, now=now, **_narrow(chip, now)) for chip in ("open", "late")}
        rows = tuple(make_rows(found.visits, language))
        more = found.total - len(rows)
        return JobsShown(
            chips=tuple(self._chips(counts)),
            groups=tuple(_by_day(rows, language, now.year)),
            total=found.total,
            has_more=more > 0 and not self.is_map,
            nothing="" if found.total else language.say("No job matches. Clear the filters?"),
            map=await self._read_map(session, rows, more, now) if self.is_map else None,
        )

    async def show_map(self, is_map: bool) -> None:
        """Show where the visits are, or their list."""
        self.is_map = is_map
        await self.load()

    async def place_here(self, site: UUID) -> Done:
        """Say that a site is where the technician is working now. It can be undone for some seconds."""
        say, here = self.workday.language.say, self.working_at
        if here is None:
            return Done(fault=say("It is not known where you are."))
        if await self.workday.runner.read(lambda session: session.get(CustomerSite, site)) is None:
            return Done(fault=say("This address is no longer on this device."))

        async def write() -> None:
            await self.workday.runner.write(lambda session: place_site(session, site, here.lat, here.lon))

        return await self.workday.held.hold(say("Position kept. It is sent as soon as possible."), write, site)

    @property
    def working_at(self) -> KnownPosition | None:
        """Where the technician is at this moment; None for where he was last."""
        here = self.shown.map.here if self.shown is not None and self.shown.map is not None else None
        return here if here is not None and here.is_now else None

    @property
    def unplaced(self) -> Sequence[UnplacedSite]:
        """The addresses of the map that have no position, and are not about to have one."""
        sites = self.shown.map.unplaced if self.shown is not None and self.shown.map is not None else ()
        return [one for one in sites if one.site_id is None or not self.workday.held.hides(one.site_id)]

    async def _read_map(self, session: ReplicaSession, rows: Sequence[VisitRow], more: int, now: datetime) -> JobMap:
        return make_job_map(rows, await find_position(session, self.workday, now), now.date(), more)

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
