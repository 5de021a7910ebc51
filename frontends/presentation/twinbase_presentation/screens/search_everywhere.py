"""One field over everything: what can be done, visits, customers, products; each group appears when it is read."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import find_customers, find_jobs
from twinbase_mobile.reading.matching import SearchText
from twinbase_presentation.command import Command
from twinbase_presentation.languages import later
from twinbase_presentation.observers import Observers
from twinbase_presentation.route import Route
from twinbase_presentation.screens.visit_rows import make_rows
from twinbase_presentation.workday import Workday

FOUND_MAX = 5
HEADINGS = {
    "acts": later("What can be done"),
    "visits": later("Jobs"),
    "customers": later("Customers"),
    "products": later("Products"),
}
"""The groups, in their order."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One thing that was found: where it leads, or what is done then. `key`: of an act, as it is pressed."""

    title: str
    sub: str
    icon: str
    route: Route | None = None
    act: Command | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Five of one kind at most."""

    id: str
    heading: str
    lines: tuple[FoundLine, ...]


class SearchEverywhere:
    """S21. `offer` says what can be done at this moment; `knows`, which routes lead somewhere.

    Of several searches at once only what the last one finds is shown.
    """

    def __init__(
        self, workday: Workday, offer: Callable[[], Iterable[FoundLine]], knows: Callable[[Route], bool]
    ) -> None:
        self._workday, self._offer, self._knows = workday, offer, knows
        self._found: dict[str, tuple[FoundLine, ...]] = {}
        self._asked = 0
        self._observers = Observers()
        self.text = ""

    @property
    def groups(self) -> tuple[FoundGroup, ...]:
        """Those that have something, in their order."""
        say = self._workday.language.say
        return tuple(
            FoundGroup(id_, say(head), self._found[id_]) for id_, head in HEADINGS.items() if self._found.get(id_)
        )

    @property
    def first(self) -> FoundLine | None:
        """What Enter opens."""
        return next((group.lines[0] for group in self.groups), None)

    @property
    def nothing(self) -> str:
        """What is said when everything was read and nothing is like that."""
        is_read = len(self._found) == len(HEADINGS)
        return self._workday.language.say("Nothing like that is found.") if is_read and not self.groups else ""

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when another group is there; what is answered stops it."""
        return self._observers.add(callback)

    async def search(self, text: str) -> None:
        """Look for these words. What can be done is there at once; while nobody has typed, only that is."""
        self._asked += 1
        asked, self.text = self._asked, text
        wanted = SearchText(text)
        acts = [line for line in self._offer() if not wanted or wanted.match([line.title], [])]
        self._found = {"acts": tuple(acts[:FOUND_MAX])}
        self._observers.tell()
        if wanted:
            await asyncio.gather(
                self._fill(asked, "visits", self._find_visits),
                self._fill(asked, "customers", self._find_customers),
                self._fill(asked, "products", self._find_products),
            )

    async def _fill(
        self, asked: int, group: str, find: Callable[[ReplicaSession], Awaitable[Sequence[FoundLine]]]
    ) -> None:
        lines = await self._workday.runner.read(find)
        if asked == self._asked:
            self._found[group] = tuple(line for line in lines if line.route is not None and self._knows(line.route))
            self._observers.tell()

    async def _find_visits(self, session: ReplicaSession) -> Sequence[FoundLine]:
        workday, now = self._workday, self._workday.read_now()
        found = await find_jobs(
            session, workday.me, text=self.text, order="newest", limit=FOUND_MAX, now=now, zone=workday.zone
        )
        return [
            FoundLine(
                row.title,
                _join(workday.language.format_day(row.visit.start.date()) if row.visit.start else "", row.place),
                row.status_icon,
                Route("visit", row.id),
            )
            for row in make_rows(found.visits, workday.language)
        ]

    async def _find_customers(self, session: ReplicaSession) -> Sequence[FoundLine]:
        workday, now = self._workday, self._workday.read_now()
        found = await find_customers(session, self.text, limit=FOUND_MAX, now=now, zone=workday.zone)
        return [
            FoundLine(one.name or one.code, _join(one.city, one.code), "customers", Route("customer", one.id))
            for one in found.customers
        ]

    async def _find_products(self, session: ReplicaSession) -> Sequence[FoundLine]:
        found = await self._workday.products.find(session, self.text, limit=FOUND_MAX)
        return [
            FoundLine(one.caption or one.code, _join(one.code, one.family), "stock", Route("stock", one.id, "product"))
            for one in found
        ]


def _join(*parts: str) -> str:
    return "\u00a0· ".join(part for part in parts if part)
