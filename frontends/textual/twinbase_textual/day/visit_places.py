"""The places that list visits: today, and all jobs."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Command
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.new_work import make_new_commands
from twinbase_presentation.screens.today import TodayModel, VisitGroup
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.status_line import Tone
from twinbase_presentation.words import say_word
from twinbase_textual.day.chips_line import compose_chips
from twinbase_textual.day.glyphs import find_mark, join_parts, say_status
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView, visit_route
from twinbase_textual.day.work import start_work

NEAR_END = 20
SAID_BY_MARK = ("error", "call_split", "hourglass_top", "cloud_upload", "schedule_send")
"""Icons of chips that the glyph of the mark says already."""


class TodayView(PlaceView):
    """The visits of the day, by what is to be done with them."""

    model: TodayModel
    commands_are_of_a_line = True

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        return tuple(shown.summary.split("\u00a0· ")) if shown else super().summary

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        if shown.nothing:
            yield PaneNote(shown.nothing)
        yield from make_visit_items(shown.groups)
        if shown.requests:
            yield PaneHeading(self.say("My requests"))
        for request in shown.requests:
            said = say_word(self.model.workday.language, request.incident.status)
            yield PaneNote(join_parts(request.incident.caption, request.customer, said))
        if self.model.proof:
            yield PaneNote(f"✓ {self.model.proof}")

    def compose_above(self) -> Content | None:
        shown = self.model.shown
        return Content.styled(f"! {shown.warning}", "$tone-amber") if shown and shown.warning else None

    async def find_beside(self, id_: str) -> Beside:
        return visit_route(id_)

    def list_acts(self, id_: str) -> Sequence[Command]:
        return make_new_commands(self.model.workday)


class JobsView(PlaceView):
    """All visits, found by words, narrowed by the arrows at the sides."""

    model: JobsModel

    @property
    def search_hint(self) -> str:
        return self.say("Customer, number, town…")

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        if shown is None:
            return super().summary
        return (self.model.title, self.model.workday.language.count("{n} visit", "{n} visits", shown.total))

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        if shown.nothing:
            yield PaneNote(shown.nothing)
        yield from make_visit_items(shown.groups)

    def compose_above(self) -> Content | None:
        shown = self.model.shown
        return compose_chips(shown.chips if shown else ())

    async def find_beside(self, id_: str) -> Beside:
        self._read_on(id_)
        return visit_route(id_)

    def list_acts(self, id_: str) -> Sequence[Command]:
        return make_new_commands(self.model.workday)

    async def step_aside(self, way: int) -> None:
        chips = self.model.shown.chips if self.model.shown else ()
        here = next((number for number, chip in enumerate(chips) if chip.is_on), 0)
        if chips:
            await self.model.choose(chips[(here + way) % len(chips)].id)

    async def search(self, text: str) -> None:
        await self.model.search(text)

    def _read_on(self, id_: str) -> None:
        """The next page is read before the end of this one is reached."""
        shown = self.model.shown
        if shown is None or not shown.has_more:
            return
        rows = [str(row.id) for group in shown.groups for row in group.rows]
        if id_ in rows[-NEAR_END:]:
            start_work(self, self.model.load_more, is_last=True)


def make_visit_items(groups: Iterable[VisitGroup]) -> Iterable[PaneItem]:
    """Each group under its heading."""
    for group in groups:
        yield PaneHeading(group.heading)
        yield from (make_visit_line(row) for row in group.rows)


def make_visit_line(row: VisitRow) -> PaneLine:
    """When, what, for whom; its status, and what is unusual about it, in words."""
    visit = row.visit
    mark, tone = find_mark(visit.mark.state)
    unusual = [chip for chip in row.chips if chip.icon not in SAID_BY_MARK]
    said = join_parts(*(chip.said for chip in unusual))
    return PaneLine(
        id=str(row.id),
        title=row.title,
        sub=visit.customer,
        lead=row.time or "–",  # noqa: RUF001
        end=say_status(row),
        end_tone=_tone_of_status(row),
        mark=mark,
        mark_tone=tone,
        more=((f"! {said}", unusual[0].tone),) if said else (),
        is_strong=row.visit.is_open and row.tone == "green",
    )


def _tone_of_status(row: VisitRow) -> Tone:
    """What is under way stands out, and what was confirmed; what is planned, or over, does not."""
    if row.visit.status == VisitStatus.CONFIRMED:
        return "primary"
    return "grey" if not row.visit.is_open or row.tone in ("red", "primary") else row.tone
