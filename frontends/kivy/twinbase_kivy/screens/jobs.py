"""All visits: found by words, narrowed by a chip, by day or on a map; a row or a pin opens the visit."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.long_page import cut_rows
from twinbase_kivy.screens.mapped_page import MappedPage
from twinbase_kivy.screens.visit_lines import make_visit_line
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.cards import CardBox, divide, group_title
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.long_column import LongPart
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.touch import Act
from twinbase_presentation import Route
from twinbase_presentation.languages import later
from twinbase_presentation.screens.jobs import JobsChip, JobsModel
from twinbase_presentation.screens.today import VisitGroup
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.tokens import SPACE

TITLE_DP, LINE_DP = 40, 92
"""How high a date and a visit usually are."""


class JobsPage(SearchPage, MappedPage):
    """S05."""

    model: JobsModel
    hint = later("Customer, number, town…")

    def find_first(self) -> UUID | None:
        shown = self.model.shown
        rows = [row for group in shown.groups for row in group.rows] if shown is not None else []
        return rows[0].id if rows else None

    def make_head(self) -> Box:
        shown, language = self.model.shown, self.guide.workday.language
        sub = language.count("{n} visit", "{n} visits", shown.total) if shown is not None else ""
        beside, below = self.make_views()
        return self.search_head(sub, *beside, self.plus_button(), chips=below)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        chips = Wrap(*(self._make_chip(chip) for chip in shown.chips), gap=SPACE.s)
        nothing = self._make_nothing(shown.nothing) if shown.nothing else None
        if shown.map is not None:
            return [chips, *self.list_map_parts(shown.map), nothing]
        return [chips, self.hold_list([part for group in shown.groups for part in self._list_cards(group)]), nothing]

    def press_key(self, said: str) -> bool:
        """Something new, besides what any list does."""
        if said == "n":
            self.guide.go(Route("today", None, "new"))
            return True
        return super().press_key(said)

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("n", self.say("New")), *super().list_keys()

    def _make_chip(self, chip: JobsChip) -> Box:
        number = "" if chip.count is None else f"\u00a0{self.guide.workday.language.format_number(chip.count)}"
        return ChoiceChip(chip.label + number, self._choose(chip.id), chosen=chip.is_on)

    def _choose(self, chip: str) -> Act:
        return lambda: self.guide.workday.spawn(self.model.choose(chip))

    def _list_cards(self, group: VisitGroup) -> Iterator[LongPart]:
        """A day on one card, with its date; a very full one on several."""
        for rows in cut_rows(group.rows):
            heading = group.heading if rows[0] is group.rows[0] else ""
            chosen = next((row.id for row in rows if self.guide.is_wide and row.id == self.chosen), None)
            guess = LINE_DP * len(rows) + (TITLE_DP if heading else 0)
            make = partial(self._make_card, heading, rows, chosen)
            yield LongPart((group.id, rows[0].id), (heading, rows, chosen), make, guess)

    def _make_card(self, heading: str, rows: Sequence[VisitRow], chosen: UUID | None) -> Box:
        lines = [make_visit_line(self, row, chosen=row.id == chosen) for row in rows]
        title = group_title(heading) if heading else None
        return ColumnBox(title, CardBox(*divide(lines, 76), gap=0, edges=(0, 0, 0, 0)), gap=SPACE.m)

    def _make_nothing(self, sentence: str) -> Box:
        """Where something was asked for, the way back to all that is open."""
        if not self.model.text and self.model.chip == "open":
            return EmptyView("jobs", self.say("No job is open."))
        return EmptyView("jobs", sentence, self.say("Clear the filters"), self._clear)

    def _clear(self) -> None:
        self.model.text = ""
        self.search.clear()
        self._choose("open")()
